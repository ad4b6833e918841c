// one_hot: y[i, c] = 1 if x[i] = c, else 0, for c below `classes`; x and y of long.  There is no gradient.
// A class out of range is flagged in `status`.
// Launch: one work-item an element of y.
__kernel void one_hot_forward(
    __global const long* x, const ulong x_offset, __global long* y, const ulong y_offset,
    __global long* status, const ulong status_offset, const ulong numel, const ulong classes) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const long found = x[x_offset + item / classes];
  if (found < 0 || (ulong)found >= classes) {
    status[status_offset + 1] = found;
    status[status_offset] = 1;
  }
  y[y_offset + item] = found == (long)(item % classes) ? 1 : 0;
}
