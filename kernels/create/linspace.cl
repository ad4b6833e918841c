// linspace: n values with equal steps from start to end, both exact: y[i] = start + i step in the first half and
// end - (n - 1 - i) step in the second.  No gradient: there is no input.
// Launch: one work-item an element.
__kernel void linspace_forward(
    __global ELEM* y, const ulong y_offset, const ulong n, const ELEM start, const ELEM end, const ELEM step) {
  const size_t i = get_global_id(0);
  if (i < n) y[y_offset + i] = i < n / 2 ? start + (ELEM)i * step : end - (ELEM)(n - 1 - i) * step;
}
