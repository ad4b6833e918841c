// arange: y[i] = start + i step.  No gradient: there is no input.
// Launch: one work-item an element.
__kernel void arange_forward(
    __global ELEM* y, const ulong y_offset, const ulong n, const ELEM start, const ELEM step) {
  const size_t i = get_global_id(0);
  if (i < n) y[y_offset + i] = start + (ELEM)i * step;
}
