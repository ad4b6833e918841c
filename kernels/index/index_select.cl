// index_select: y[o, k, i] = x[o, index[k], i], x of shape (outer, n, inner), y of (outer, m, inner), index of (m).
// An index out of range is flagged in `status`, and gives 0; row `skip` is taken as 0.
// Backward is index_add's forward (index_add.cl) and reads the index.
// Launch: one work-item an element of y.
__kernel void index_select_forward(
    __global const ELEM* x, const ulong x_offset, __global const long* index, const ulong index_offset,
    __global ELEM* y, const ulong y_offset, __global long* status, const ulong status_offset,
    const ulong numel, const ulong n, const ulong m, const ulong inner, const long skip) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const long j = index[index_offset + item / inner % m];
  ELEM value = 0;
  if (j < 0 || j >= (long)n) {
    status[status_offset + 1] = j;
    status[status_offset] = 1;
  } else if (j != skip) {
    value = x[x_offset + (item / inner / m * n + (size_t)j) * inner + item % inner];
  }
  y[y_offset + item] = value;
}
