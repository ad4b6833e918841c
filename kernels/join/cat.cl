// cat: y[o, start_k + c] = x_k[o, c]: the rows of `count` inputs one after another in rows of y, `row` elements long.
// The rows of an input lie `stride` apart.  A dx is a view of dy and needs no kernel.
// Launch: one work-item an element of y.
__kernel void cat_forward(
    __global const ELEM* x0, const ulong x0_offset, __global const ELEM* x1, const ulong x1_offset,
    __global const ELEM* x2, const ulong x2_offset, __global const ELEM* x3, const ulong x3_offset,
    __global const ELEM* x4, const ulong x4_offset, __global const ELEM* x5, const ulong x5_offset,
    __global const ELEM* x6, const ulong x6_offset, __global const ELEM* x7, const ulong x7_offset,
    __global ELEM* y, const ulong y_offset, const ulong numel, const ulong row, const ulong count,
    const ulong stride0, const ulong start0, const ulong stride1, const ulong start1,
    const ulong stride2, const ulong start2, const ulong stride3, const ulong start3,
    const ulong stride4, const ulong start4, const ulong stride5, const ulong start5,
    const ulong stride6, const ulong start6, const ulong stride7, const ulong start7) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const size_t column = item % row;
  __global const ELEM* from = x0 + x0_offset;
  size_t stride = stride0;
  size_t start = start0;
  if (count > 1 && column >= start1) {
    from = x1 + x1_offset;
    stride = stride1;
    start = start1;
  }
  if (count > 2 && column >= start2) {
    from = x2 + x2_offset;
    stride = stride2;
    start = start2;
  }
  if (count > 3 && column >= start3) {
    from = x3 + x3_offset;
    stride = stride3;
    start = start3;
  }
  if (count > 4 && column >= start4) {
    from = x4 + x4_offset;
    stride = stride4;
    start = start4;
  }
  if (count > 5 && column >= start5) {
    from = x5 + x5_offset;
    stride = stride5;
    start = start5;
  }
  if (count > 6 && column >= start6) {
    from = x6 + x6_offset;
    stride = stride6;
    start = start6;
  }
  if (count > 7 && column >= start7) {
    from = x7 + x7_offset;
    stride = stride7;
    start = start7;
  }
  y[y_offset + item] = from[item / row * stride + column - start];
}
