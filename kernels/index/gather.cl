// gather: y[o, k, i] = x[o, index[o, k, i], i], x of shape (outer, n, inner), index and y of (outer, m, inner).
// An index out of range is flagged in `status`, and gives 0.
// dx[o, j, i] = sum of dy[o, k, i] over the k with index[o, k, i] = j, in the order of k.  Backward reads the index.
//   gather_forward    one work-item an element of y
//   gather_backward   one work-item `width` elements of a line of dx, which are its own: nothing is added up by atomics
__kernel void gather_forward(
    __global const ELEM* x, const ulong x_offset, __global const long* index, const ulong index_offset,
    __global ELEM* y, const ulong y_offset, __global long* status, const ulong status_offset,
    const ulong numel, const ulong n, const ulong m, const ulong inner) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const long j = index[index_offset + item];
  ELEM value = 0;
  if (j >= 0 && (ulong)j < n) {
    value = x[x_offset + (item / inner / m * n + (size_t)j) * inner + item % inner];
  } else {
    status[status_offset + 1] = j;
    status[status_offset] = 1;
  }
  y[y_offset + item] = value;
}

__kernel void gather_backward(
    __global const ELEM* dy, const ulong dy_offset, __global const long* index, const ulong index_offset,
    __global ELEM* dx, const ulong dx_offset,
    const ulong items, const ulong n, const ulong m, const ulong inner, const ulong width) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t parts = (n + width - 1) / width;
  const size_t o = item / inner / parts;
  const size_t i = item % inner;
  const size_t begin = item / inner % parts * width;
  const size_t end = min(begin + width, (size_t)n);
  __global const ELEM* from = dy + dy_offset + o * m * inner + i;
  __global const long* places = index + index_offset + o * m * inner + i;
  __global ELEM* to = dx + dx_offset + o * n * inner + i;
  for (size_t j = begin; j < end; j++) to[j * inner] = 0;
  for (size_t k = 0; k < m; k++) {
    const long j = places[k * inner];
    if (j >= (long)begin && j < (long)end) to[(size_t)j * inner] += from[k * inner];
  }
}
