// avg_pool2d: y[plane, p] = the sum of x[plane, q] over the q in window p / divisor(p);
//   dx[plane, q] = the sum of dy[plane, p] / divisor(p) over the windows p that hold q.  Backward reads nothing else, and
// its own gradient is forward.
//
// In each of two dimensions window p holds the places from p stride - padding on, `kernel` of them, but none beyond the
// padding; where `kernel` is 0, the places from p in / out rounded down to (p + 1) in / out rounded up (adaptive pooling).
// What lies outside the plane is 0.  The divisor is `divisor`, or where that is 0 the places of the window, those in the
// padding only where `with_padding` is not 0.
// Everything is contiguous, (planes, sizes of the two dimensions).  Launch: one work-item an element of the result.

#define DIM_PARAMETERS(d) \
  const long in##d, const long out##d, const long kernel##d, const long stride##d, const long padding##d, const long dilation##d
#define POOL_PARAMETERS const long planes, DIM_PARAMETERS(0), DIM_PARAMETERS(1), const long divisor, const long with_padding

#define BEGIN(d, p) (kernel##d == 0 ? (p) * in##d / out##d : (p) * stride##d - padding##d)
#define END(d, p) \
  (kernel##d == 0 ? ((p) * in##d + in##d + out##d - 1) / out##d \
   : min((p) * stride##d - padding##d + kernel##d, in##d + padding##d))
#define INSIDE(d, p) (min(END(d, p), in##d) - max(BEGIN(d, p), 0L))
// The windows that hold place q lie between these.
#define FIRST(d, q) \
  (kernel##d == 0 ? (q) * out##d / in##d \
   : (q) + padding##d < kernel##d ? 0 : ((q) + padding##d - kernel##d + stride##d) / stride##d)
#define LAST(d, q) \
  min(out##d - 1, kernel##d == 0 ? ((q) * out##d + out##d - 1) / in##d : ((q) + padding##d) / stride##d)
#define DIVISOR(p0, p1) \
  (divisor != 0 ? divisor \
   : with_padding != 0 ? (END(0, p0) - BEGIN(0, p0)) * (END(1, p1) - BEGIN(1, p1)) : INSIDE(0, p0) * INSIDE(1, p1))

__kernel void avg_pool2d_forward(
    __global const ELEM* x, const ulong x_offset,
    RESULT_PARAMETERS,
    POOL_PARAMETERS) {
  const long item = (long)get_global_id(0);
  if (item >= planes * out0 * out1) return;
  const long p1 = item % out1;
  const long p0 = item / out1 % out0;
  __global const ELEM* plane = x + x_offset + item / (out1 * out0) * in0 * in1;
  const long begin0 = max(BEGIN(0, p0), 0L), end0 = min(END(0, p0), in0);
  const long begin1 = max(BEGIN(1, p1), 0L), end1 = min(END(1, p1), in1);
  ELEM sum = 0;
  for (long q0 = begin0; q0 < end0; q0++)
    for (long q1 = begin1; q1 < end1; q1++) sum += plane[q0 * in1 + q1];
  RESULT(item, 1, (real)(sum / (ELEM)DIVISOR(p0, p1)));
}

__kernel void avg_pool2d_backward(
    __global const ELEM* dy, const ulong dy_offset,
    RESULT_PARAMETERS,
    POOL_PARAMETERS) {
  const long item = (long)get_global_id(0);
  if (item >= planes * in0 * in1) return;
  const long q1 = item % in1;
  const long q0 = item / in1 % in0;
  __global const ELEM* plane = dy + dy_offset + item / (in1 * in0) * out0 * out1;
  const long first0 = FIRST(0, q0), first1 = FIRST(1, q1), last0 = LAST(0, q0), last1 = LAST(1, q1);
  ELEM sum = 0;
  for (long p0 = first0; p0 <= last0; p0++)
    for (long p1 = first1; p1 <= last1; p1++) sum += plane[p0 * out1 + p1] / (ELEM)DIVISOR(p0, p1);
  RESULT(item, 1, (real)(sum));
}
