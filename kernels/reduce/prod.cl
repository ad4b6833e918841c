// prod: y[o, s, i] = product of x[o, k, i] over the k of segment s.
// x has shape (outer, count, inner), y (outer, segments, inner); a segment has `length` elements, the last one fewer.
// x is read through SOURCE: it may be computed on the way.  No order depends on the device's size.
// dx = dy times the product of the other elements of the line, which the scans of cumprod.cl give from both of its ends:
// exact where elements are 0.  Backward reads x.
//   prod_forward         one work-item an element of y: short rows, and columns
//   prod_forward_group   a work-group of GROUP an element of y, inner = 1: rows on GPUs
//   prod_forward_rows    one work-item an element of y, inner = 1, in vectors (W = 16): rows on CPU-type devices
#define GROUP 128

__kernel void prod_forward(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / inner / segments * count * inner + item % inner;
  ELEM product = 1;
  for (size_t k = begin; k < end; k++) product *= LANE0(SOURCE(from + k * inner, 1));
  y[y_offset + item] = product;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void prod_forward_group(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t begin = get_group_id(0) % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = get_group_id(0) / segments * count;
  ELEM product = 1;
  for (size_t k = begin + id; k < end; k += GROUP) product *= LANE0(SOURCE(from + k, 1));
  part[id] = product;
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step) part[id] *= part[id + step];
  }
  if (id == 0) y[y_offset + get_group_id(0)] = part[0];
}

#if W == 16

__kernel void prod_forward_rows(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count;
  real products = K(1);
  size_t k = begin;
  for (; k + 16 <= end; k += 16) products *= SOURCE(from + k, 16);
  ELEM lanes[16];
  vstore16(products, 0, lanes);
  ELEM product = 1;
  for (int lane = 0; lane < 16; lane++) product *= lanes[lane];
  if (k < end) {
    vstore16(SOURCE(from + k, end - k), 0, lanes);
    for (size_t lane = 0; lane < end - k; lane++) product *= lanes[lane];
  }
  y[y_offset + item] = product;
}

#endif
