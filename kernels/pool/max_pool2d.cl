// max_pool2d: y[plane, p] = the largest x[plane, q] of the q in window p, and the index of that q in its plane; of equal ones
// the first, and NaN above all.  Backward reads the indices:  dx[plane, q] = sum of dy[plane, p] over the p whose index is q.
// A window that dilation leaves no place inside gives -infinity, the index -1 and no gradient.
// max_pool2d_take is the derivative of both: y[plane, p] = x[plane, indices[plane, p]].
//
// In each of two dimensions window p holds the places p stride - padding + k dilation for k < kernel that are inside; where
// `kernel` is 0, the places from p in / out rounded down to (p + 1) in / out rounded up (adaptive pooling).
// Everything is contiguous, (planes, sizes of the two dimensions).  Launch: one work-item an element of the result.

#define DIM_PARAMETERS(d) \
  const long in##d, const long out##d, const long kernel##d, const long stride##d, const long padding##d, const long dilation##d
#define POOL_PARAMETERS const long planes, DIM_PARAMETERS(0), DIM_PARAMETERS(1)

// The first place of window p, which may be outside; how many places it has, and how far they are apart.
#define BEGIN(d, p) (kernel##d == 0 ? (p) * in##d / out##d : (p) * stride##d - padding##d)
#define COUNT(d, p) (kernel##d == 0 ? ((p) * in##d + in##d + out##d - 1) / out##d - (p) * in##d / out##d : kernel##d)
// The windows that may hold place q lie between these.
#define FIRST(d, q) \
  (kernel##d == 0 ? (q) * out##d / in##d \
   : (q) + padding##d < dilation##d * (kernel##d - 1) ? 0 \
   : ((q) + padding##d - dilation##d * (kernel##d - 1) + stride##d - 1) / stride##d)
#define LAST(d, q) \
  min(out##d - 1, kernel##d == 0 ? ((q) * out##d + out##d - 1) / in##d : ((q) + padding##d) / stride##d)

__kernel void max_pool2d_forward(
    __global const ELEM* x, const ulong x_offset,
    __global ELEM* y, const ulong y_offset,
    __global long* indices, const ulong indices_offset,
    POOL_PARAMETERS) {
  const long item = (long)get_global_id(0);
  if (item >= planes * out0 * out1) return;
  const long p1 = item % out1;
  const long p0 = item / out1 % out0;
  __global const ELEM* plane = x + x_offset + item / (out1 * out0) * in0 * in1;
  const long begin0 = BEGIN(0, p0), begin1 = BEGIN(1, p1), count0 = COUNT(0, p0), count1 = COUNT(1, p1);
  ELEM top = (ELEM)(-INFINITY);
  long found = -1;
  for (long k0 = 0; k0 < count0; k0++) {
    const long q0 = begin0 + k0 * dilation0;
    if (q0 < 0 || q0 >= in0) continue;
    for (long k1 = 0; k1 < count1; k1++) {
      const long q1 = begin1 + k1 * dilation1;
      if (q1 < 0 || q1 >= in1) continue;
      const ELEM value = plane[q0 * in1 + q1];
      if (found < 0 || value > top || isnan(value)) {
        top = value;
        found = q0 * in1 + q1;
      }
    }
  }
  y[y_offset + item] = top;
  indices[indices_offset + item] = found;
}

__kernel void max_pool2d_backward(
    __global const ELEM* dy, const ulong dy_offset,
    __global const long* indices, const ulong indices_offset,
    RESULT_PARAMETERS,
    POOL_PARAMETERS) {
  const long item = (long)get_global_id(0);
  if (item >= planes * in0 * in1) return;
  const long q1 = item % in1;
  const long q0 = item / in1 % in0;
  const long plane = item / (in1 * in0) * out0 * out1;
  const long first0 = FIRST(0, q0), first1 = FIRST(1, q1), last0 = LAST(0, q0), last1 = LAST(1, q1);
  ELEM sum = 0;
  for (long p0 = first0; p0 <= last0; p0++)
    for (long p1 = first1; p1 <= last1; p1++) {
      const long p = plane + p0 * out1 + p1;
      if (indices[indices_offset + p] == q0 * in1 + q1) sum += dy[dy_offset + p];
    }
  RESULT(item, 1, (real)(sum));
}

__kernel void max_pool2d_take(
    __global const ELEM* x, const ulong x_offset,
    __global const long* indices, const ulong indices_offset,
    RESULT_PARAMETERS,
    POOL_PARAMETERS) {
  const long item = (long)get_global_id(0);
  if (item >= planes * out0 * out1) return;
  const long q = indices[indices_offset + item];
  RESULT(item, 1, (real)(q < 0 ? (ELEM)0 : x[x_offset + item / (out1 * out0) * in0 * in1 + q]));
}
