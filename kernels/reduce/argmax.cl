// argmax: y[o, i] = the first k with the largest x[o, k, i]; NaN is larger than everything.
// x has shape (outer, count, inner), count at least 1, y (outer, inner) of long.  There is no gradient.
// x is read through SOURCE: it may be computed on the way.  argmin is the same of -x.
//   argmax_forward         one work-item an element of y
//   argmax_forward_group   a work-group of GROUP an element of y, inner = 1: rows on GPUs
#define GROUP 128

#define IS_NAN_float(a) ((a) != (a))
#define IS_NAN_double(a) ((a) != (a))
#define IS_NAN_long(a) 0
#define IS_NAN(a) PASTE(IS_NAN_, ELEM)(a)

// Whether a beats b as the largest so far; the first NaN beats all.
#define BEATS(a, b) ((a) > (b) || (IS_NAN(a) && !IS_NAN(b)))

__kernel void argmax_forward(
    SOURCE_PARAMETERS, __global long* y, const ulong y_offset,
    const ulong items, const ulong count, const ulong inner) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t from = item / inner * count * inner + item % inner;
  ELEM top = LANE0(SOURCE(from, 1));
  long found = 0;
  for (size_t k = 1; k < count; k++) {
    const ELEM value = LANE0(SOURCE(from + k * inner, 1));
    if (BEATS(value, top)) {
      top = value;
      found = (long)k;
    }
  }
  y[y_offset + item] = found;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void argmax_forward_group(
    SOURCE_PARAMETERS, __global long* y, const ulong y_offset,
    const ulong items, const ulong count, const ulong inner) {
  __local ELEM tops[GROUP];
  __local long places[GROUP];
  const size_t id = get_local_id(0);
  const size_t from = get_group_id(0) * count;
  ELEM top = LANE0(SOURCE(from + min(id, (size_t)count - 1), 1));
  long found = (long)min(id, (size_t)count - 1);
  for (size_t k = id + GROUP; k < count; k += GROUP) {
    const ELEM value = LANE0(SOURCE(from + k, 1));
    if (BEATS(value, top)) {
      top = value;
      found = (long)k;
    }
  }
  tops[id] = top;
  places[id] = found;
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
