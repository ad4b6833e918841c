// pad: y[o, k, i] = x[o, j, i], x of shape (outer, n, inner) and y of (outer, m, inner), where j = k - before inside x and
// beyond its ends, by `mode`:  1 reflect: -j or 2 (n - 1) - j;  2 replicate: 0 or n - 1;  3 circular: j + n or j - n.
// dx[o, j, i] = sum of dy[o, k, i] over the k that took x[o, j, i], in the order of k.  Backward reads nothing else.
// Launch: one work-item an element of what is written.
__kernel void pad_forward(
    __global const ELEM* x, const ulong x_offset, __global ELEM* y, const ulong y_offset,
    const ulong numel, const ulong n, const ulong m, const ulong inner, const ulong before, const int mode) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const long size = (long)n;
  long j = (long)(item / inner % m) - (long)before;
  if (j < 0) {
    j = mode == 1 ? -j : mode == 2 ? 0 : j + size;
  } else if (j >= size) {
    j = mode == 1 ? 2 * (size - 1) - j : mode == 2 ? size - 1 : j - size;
  }
  y[y_offset + item] = x[x_offset + (item / inner / m * n + (size_t)j) * inner + item % inner];
}

__kernel void pad_backward(
    __global const ELEM* dy, const ulong dy_offset, __global ELEM* dx, const ulong dx_offset,
    const ulong numel, const ulong n, const ulong m, const ulong inner, const ulong before, const int mode) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const long j = (long)(item / inner % n);
  const long size = (long)n;
  const long places = (long)m;
  const long own = j + (long)before;
  __global const ELEM* from = dy + dy_offset + item / inner / n * m * inner + item % inner;
  ELEM total = 0;
  if (mode == 2) {
    const long begin = j == 0 ? 0 : own;
    const long end = j == size - 1 ? places : own + 1;
    for (long k = begin; k < end; k++) total += from[(size_t)k * inner];
  } else {
    const long low = mode == 1 ? (long)before - j : own - size;
    const long high = mode == 1 ? (long)before + 2 * (size - 1) - j : own + size;
    if (low >= 0 && low < (long)before) total += from[(size_t)low * inner];
    total += from[(size_t)own * inner];
    if (high >= (long)before + size && high < places) total += from[(size_t)high * inner];
  }
  dx[dx_offset + item] = total;
}
