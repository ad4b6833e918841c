// argmax: y[o, s, i] = the first k of segment s with the largest x[o, k, i]; NaN is larger than everything.
// x has shape (outer, count, inner), count at least 1, y (outer, segments, inner) of long; a segment has `length` elements,
// the last one fewer.  A long line takes two launches, the second over what the segments gave.  There is no gradient.
// x is read through SOURCE: it may be computed on the way.  argmin is the same of -x.
//   argmax_forward         one work-item an element of y
//   argmax_forward_group   a work-group of GROUP an element of y, inner = 1: rows on GPUs
//   argmax_merge           one work-item a line: the best of what its segments gave
#define GROUP 128

#define IS_NAN_float(a) ((a) != (a))
#define IS_NAN_double(a) ((a) != (a))
#define IS_NAN_long(a) 0
#define IS_NAN(a) PASTE(IS_NAN_, ELEM)(a)

// Whether a beats b as the largest so far; the first NaN beats all.
#define BEATS(a, b) ((a) > (b) || (IS_NAN(a) && !IS_NAN(b)))

__kernel void argmax_forward(
    SOURCE_PARAMETERS, __global long* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / inner / segments * count * inner + item % inner;
  ELEM top = LANE0(SOURCE(from + begin * inner, 1));
  size_t found = begin;
  for (size_t k = begin + 1; k < end; k++) {
    const ELEM value = LANE0(SOURCE(from + k * inner, 1));
    if (BEATS(value, top)) {
      top = value;
      found = k;
    }
  }
  y[y_offset + item] = (long)found;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void argmax_forward_group(
    SOURCE_PARAMETERS, __global long* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  __local ELEM tops[GROUP];
  __local long places[GROUP];
  const size_t id = get_local_id(0);
  const size_t begin = get_group_id(0) % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = get_group_id(0) / segments * count;
  size_t found = min(begin + id, end - 1);
  ELEM top = LANE0(SOURCE(from + found, 1));
  for (size_t k = begin + id + GROUP; k < end; k += GROUP) {
    const ELEM value = LANE0(SOURCE(from + k, 1));
    if (BEATS(value, top)) {
      top = value;
      found = k;
    }
  }
  tops[id] = top;
  places[id] = (long)found;
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step) {
      const ELEM other = tops[id + step];
      const bool equal = !BEATS(tops[id], other) && !BEATS(other, tops[id]);
      if (BEATS(other, tops[id]) || (equal && places[id + step] < places[id])) {
        tops[id] = other;
        places[id] = places[id + step];
      }
    }
  }
  if (id == 0) y[y_offset + get_group_id(0)] = places[0];
}

__kernel void argmax_merge(
    SOURCE_PARAMETERS, __global const long* parts, const ulong parts_offset, __global long* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t from = item / inner * count * inner + item % inner;
  __global const long* places = parts + parts_offset + item / inner * segments * inner + item % inner;
  long found = places[0];
  ELEM top = LANE0(SOURCE(from + (size_t)found * inner, 1));
  for (size_t s = 1; s < segments; s++) {
    const long place = places[s * inner];
    const ELEM value = LANE0(SOURCE(from + (size_t)place * inner, 1));
    if (BEATS(value, top)) {
      top = value;
      found = place;
    }
  }
  y[y_offset + item] = found;
}
