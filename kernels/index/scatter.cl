// scatter: y[o, j, i] = source[o, k, i] for the last k with index[o, k, i] = j, else x[o, j, i]; x and y of shape
// (outer, n, inner), index and source of (outer, m, inner).  An index out of range is flagged in `status`.
// Its gradients are scatter of zeros and gather of dy; backward reads the index.
// Launch: one work-item `width` elements of a line of y, which are its own.
__kernel void scatter_forward(
    __global const ELEM* x, const ulong x_offset, __global const long* index, const ulong index_offset,
    __global const ELEM* source, const ulong source_offset, __global ELEM* y, const ulong y_offset,
    __global long* status, const ulong status_offset,
    const ulong items, const ulong n, const ulong m, const ulong inner, const ulong width) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t parts = (n + width - 1) / width;
  const size_t o = item / inner / parts;
  const size_t i = item % inner;
  const size_t begin = item / inner % parts * width;
  const size_t end = min(begin + width, (size_t)n);
  const size_t line = o * n * inner + i;
  const size_t places = o * m * inner + i;
  for (size_t j = begin; j < end; j++) y[y_offset + line + j * inner] = x[x_offset + line + j * inner];
  for (size_t k = 0; k < m; k++) {
    const long j = index[index_offset + places + k * inner];
    if (j < 0 || j >= (long)n) {
      status[status_offset + 1] = j;
      status[status_offset] = 1;
    } else if (j >= (long)begin && j < (long)end) {
      y[y_offset + line + (size_t)j * inner] = source[source_offset + places + k * inner];
    }
  }
}
