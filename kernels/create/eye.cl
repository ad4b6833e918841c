// eye: y[i, j] = 1 where i = j, else 0, of n elements in rows of `columns`.  No gradient: there is no input.
// Launch: one work-item an element.
__kernel void eye_forward(__global ELEM* y, const ulong y_offset, const ulong n, const ulong columns) {
  const size_t i = get_global_id(0);
  if (i < n) y[y_offset + i] = (ELEM)(i / columns == i % columns ? 1 : 0);
}
