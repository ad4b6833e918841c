// amax: y[o, s, i] = the largest x[o, k, i] over the k of segment s; NaN if one is NaN.
// x has shape (outer, count, inner), y (outer, segments, inner); a segment has `length` elements, the last one fewer.
// x is read through SOURCE: it may be computed on the way.  amin is the same of -x, negated.
//   amax_forward         one work-item an element of y: short rows, and columns
//   amax_forward_group   a work-group of GROUP an element of y, inner = 1: rows on GPUs
//   amax_forward_rows    one work-item an element of y, inner = 1, in vectors (W = 16): rows on CPU-type devices
// dx = dy / n where x = y and n elements of the line are, else 0; NaN where y is NaN.  Backward reads x and y.
//   amax_ties            one work-item a segment of a line: how many of its x are y
//   amax_backward        one work-item an element of x
#define GROUP 128

#define IS_NAN_float(a) ((a) != (a))
#define IS_NAN_double(a) ((a) != (a))
#define IS_NAN_long(a) 0
#define IS_NAN(a) PASTE(IS_NAN_, ELEM)(a)

// What every number replaces as the largest so far.
#define LOWEST_float (-INFINITY)
#define LOWEST_double (-INFINITY)
#define LOWEST_long LONG_MIN
#define LOWEST PASTE(LOWEST_, ELEM)

// Whether a replaces b as the largest so far; nothing replaces NaN.
#define BEATS(a, b) (((a) > (b)) | IS_NAN(a))

__kernel void amax_forward(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / inner / segments * count * inner + item % inner;
  ELEM top = LOWEST;
  for (size_t k = begin; k < end; k++) {
    const ELEM value = LANE0(SOURCE(from + k * inner, 1));
    top = BEATS(value, top) ? value : top;
  }
  y[y_offset + item] = top;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void amax_forward_group(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t begin = get_group_id(0) % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = get_group_id(0) / segments * count;
  ELEM top = LOWEST;
  for (size_t k = begin + id; k < end; k += GROUP) {
    const ELEM value = LANE0(SOURCE(from + k, 1));
    top = BEATS(value, top) ? value : top;
  }
  part[id] = top;
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step) part[id] = BEATS(part[id + step], part[id]) ? part[id + step] : part[id];
  }
  if (id == 0) y[y_offset + get_group_id(0)] = part[0];
}

#if W == 16

__kernel void amax_forward_rows(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count;
  real tops = K(LOWEST);
  size_t k = begin;
  for (; k + 16 <= end; k += 16) {
    const real values = SOURCE(from + k, 16);
    tops = BEATS(values, tops) ? values : tops;
  }
  ELEM lanes[16];
  vstore16(tops, 0, lanes);
  ELEM top = LOWEST;
  for (int lane = 0; lane < 16; lane++) top = BEATS(lanes[lane], top) ? lanes[lane] : top;
  if (k < end) {
    vstore16(SOURCE(from + k, end - k), 0, lanes);
    for (size_t lane = 0; lane < end - k; lane++) top = BEATS(lanes[lane], top) ? lanes[lane] : top;
  }
  y[y_offset + item] = top;
}

#endif

__kernel void amax_ties(
    __global const ELEM* x, const ulong x_offset, __global const ELEM* y, const ulong y_offset,
    __global ELEM* ties, const ulong ties_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t o = item / inner / segments;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  __global const ELEM* from = x + x_offset + o * count * inner + item % inner;
  const ELEM top = y[y_offset + o * inner + item % inner];
  ulong found = 0;
  for (size_t k = begin; k < end; k++) found += from[k * inner] == top ? 1 : 0;
  ties[ties_offset + item] = (ELEM)found;
}

__kernel void amax_backward(
    __global const ELEM* dy, const ulong dy_offset, __global const ELEM* x, const ulong x_offset,
    __global const ELEM* y, const ulong y_offset, __global const ELEM* ties, const ulong ties_offset,
    __global ELEM* dx, const ulong dx_offset, const ulong numel, const ulong count, const ulong inner) {
  const size_t i = get_global_id(0);
  if (i >= numel) return;
  const size_t line = i / inner / count * inner + i % inner;
  const ELEM top = y[y_offset + line];
  const ELEM part = dy[dy_offset + line] / ties[ties_offset + line];
  dx[dx_offset + i] = IS_NAN(top) ? top : x[x_offset + i] == top ? part : (ELEM)0;
}
