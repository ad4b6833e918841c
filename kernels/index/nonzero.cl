// nonzero: y[k] = x[k] / stride mod size: one coordinate of places counted in row-major order.  There is no gradient.
// Which places hold something else than 0 comes from an order of the elements (index_add.cl).
// Launch: one work-item an element.
__kernel void nonzero_forward(
    __global const long* x, const ulong x_offset, __global long* y, const ulong y_offset,
    const ulong count, const long stride, const long size) {
  const size_t item = get_global_id(0);
  if (item < count) y[y_offset + item] = x[x_offset + item] / stride % size;
}
