// sum: y[o, i] = sum over k of x[o, k, i], x of shape (outer, count, inner), y of shape (outer, inner).
// Backward reads nothing: dx repeats dy, a view.
// Launch: one work-item an output element.
__kernel void sum_forward(
    __global const ELEM* x, const ulong x_offset,
    __global ELEM* y, const ulong y_offset,
    const ulong outer, const ulong count, const ulong inner) {
  const size_t item = get_global_id(0);
  if (item >= outer * inner) return;
  __global const ELEM* from = x + x_offset + item / inner * count * inner + item % inner;
  ELEM sum = 0;
  for (size_t k = 0; k < count; k++) sum += from[k * inner];
  y[y_offset + item] = sum;
}
