// flip: y[o, k, i] = x[o, n - 1 - k, i], x and y of shape (outer, n, inner).  dx is dy flipped likewise: the same kernel.
// Launch: one work-item an element.
__kernel void flip_forward(
    __global const ELEM* x, const ulong x_offset, __global ELEM* y, const ulong y_offset,
    const ulong numel, const ulong n, const ulong inner) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const size_t k = item / inner % n;
  y[y_offset + item] = x[x_offset + item - k * inner + (n - 1 - k) * inner];
}
