// interpolate: y[plane, q] = sum over p of weight(q, p) x[plane, p], the weight of each of three dimensions multiplied;
//   dx[plane, p] = sum over q of weight(q, p) dy[plane, q].  Backward reads nothing else, and its own gradient is forward.
//
// In each dimension place q of the result falls on s = max(0, (q mul + add) / den) of the input, a fraction of integers, so
// that it is exact on every device.  Where `nearest` is not 0 the place is s rounded down, at most in - 1, with weight 1; else
// the place i = s rounded down has weight 1 - (s - i), and the next, or i again where it is the last, s - i.
// Everything is contiguous, (planes, sizes of the three dimensions).  Launch: one work-item an element of the result.

#define DIM_PARAMETERS(d) const long in##d, const long out##d, const long mul##d, const long add##d, const long den##d
#define INTERPOLATE_PARAMETERS \
  const long planes, DIM_PARAMETERS(0), DIM_PARAMETERS(1), DIM_PARAMETERS(2), const long nearest

// The lower place that one of the result falls on, the next, and the weight of the next.
#define PLACE(d, q) min(max(0L, (q) * mul##d + add##d) / den##d, in##d - 1)
#define NEXT(d, i) (nearest != 0 ? (i) : min((i) + 1, in##d - 1))
#define PART(d, q, i) (nearest != 0 ? (ELEM)0 : (ELEM)(max(0L, (q) * mul##d + add##d) - (i) * den##d) / (ELEM)den##d)
// The places of the result that may fall beside place p lie between these.
#define FIRST(d, p) ((p) <= 1 || mul##d == 0 ? 0 : max(0L, (((p) - 1) * den##d - add##d) / mul##d))
#define LAST(d, p) \
  ((p) >= in##d - 1 || mul##d == 0 ? out##d - 1 : min(out##d - 1, (((p) + 1) * den##d - add##d) / mul##d + 1))

static inline __attribute__((unused)) ELEM weight_of(const long i, const long next, const ELEM part, const long p) {
  return (i == p ? (ELEM)1 - part : (ELEM)0) + (next == p ? part : (ELEM)0);
}

#define WEIGHT(d, q, p) weight_of(PLACE(d, q), NEXT(d, PLACE(d, q)), PART(d, q, PLACE(d, q)), p)

__kernel void interpolate_forward(
    __global const ELEM* x, const ulong x_offset,
    RESULT_PARAMETERS,
    INTERPOLATE_PARAMETERS) {
  const long item = (long)get_global_id(0);
  if (item >= planes * out0 * out1 * out2) return;
  const long q2 = item % out2, q1 = item / out2 % out1, q0 = item / (out2 * out1) % out0;
  __global const ELEM* plane = x + x_offset + item / (out2 * out1 * out0) * in0 * in1 * in2;
  const long i0 = PLACE(0, q0), i1 = PLACE(1, q1), i2 = PLACE(2, q2);
  const long n0 = NEXT(0, i0), n1 = NEXT(1, i1), n2 = NEXT(2, i2);
  const ELEM part0 = PART(0, q0, i0), part1 = PART(1, q1, i1), part2 = PART(2, q2, i2);
  // A place of weight 0 is not read: an infinity there would make NaN.
  ELEM sum = 0;
  for (int a = 0; a < (part0 > 0 ? 2 : 1); a++)
    for (int b = 0; b < (part1 > 0 ? 2 : 1); b++)
      for (int c = 0; c < (part2 > 0 ? 2 : 1); c++) {
        const ELEM value = plane[((a ? n0 : i0) * in1 + (b ? n1 : i1)) * in2 + (c ? n2 : i2)];
        sum += (a ? part0 : 1 - part0) * (b ? part1 : 1 - part1) * (c ? part2 : 1 - part2) * value;
      }
  RESULT(item, 1, (real)(sum));
}

__kernel void interpolate_backward(
    __global const ELEM* dy, const ulong dy_offset,
    RESULT_PARAMETERS,
    INTERPOLATE_PARAMETERS) {
  const long item = (long)get_global_id(0);
  if (item >= planes * in0 * in1 * in2) return;
  const long p2 = item % in2, p1 = item / in2 % in1, p0 = item / (in2 * in1) % in0;
  __global const ELEM* plane = dy + dy_offset + item / (in2 * in1 * in0) * out0 * out1 * out2;
  const long first0 = FIRST(0, p0), first1 = FIRST(1, p1), first2 = FIRST(2, p2);
  const long last0 = LAST(0, p0), last1 = LAST(1, p1), last2 = LAST(2, p2);
  ELEM sum = 0;
  for (long q0 = first0; q0 <= last0; q0++) {
    const ELEM w0 = WEIGHT(0, q0, p0);
    if (w0 == 0) continue;
    for (long q1 = first1; q1 <= last1; q1++) {
      const ELEM w1 = WEIGHT(1, q1, p1);
      if (w1 == 0) continue;
      for (long q2 = first2; q2 <= last2; q2++) {
        const ELEM w2 = WEIGHT(2, q2, p2);
        if (w2 != 0) sum += w0 * w1 * w2 * plane[(q0 * out1 + q1) * out2 + q2];
      }
    }
  }
  RESULT(item, 1, (real)(sum));
}
