// sum: y[o, s, i] = sum of x[o, k, i] over the k of segment s, divided by `divisor`: 1 for a sum, the count for a mean.
// x has shape (outer, count, inner), y (outer, segments, inner); a segment has `length` elements, the last one fewer.
// A long sum takes two launches, the second over the segments of the first. No order depends on the device's size.
// Backward reads nothing: dx repeats dy, a view.  x is read through SOURCE: it may be computed on the way.
//   sum_forward          one work-item an element of y: short rows, and columns on GPUs
//   sum_forward_group    a work-group of GROUP an element of y, inner = 1: rows on GPUs
//   sum_forward_rows     one work-item an element of y, inner = 1, in vectors (W = 16): rows on CPU-type devices
//   sum_forward_columns  one work-item 16 neighboring elements of y, in vectors (W = 16): columns on CPU-type devices
#define GROUP 128
#define FINISH(total) ((divisor) == 1 ? (total) : (total) / (divisor))

// Sums of so many elements (or vectors) are added up in turn, which keeps rounding errors small.
#define BLOCK 64

__kernel void sum_forward(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / inner / segments * count * inner + item % inner;
  ELEM total = 0;
  for (size_t k = begin; k < end;) {
    const size_t stop = min(k + BLOCK, end);
    ELEM block = 0;
    for (; k < stop; k++) block += LANE0(SOURCE(from + k * inner, 1));
    total += block;
  }
  y[y_offset + item] = FINISH(total);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void sum_forward_group(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  __local ELEM part[GROUP];
  const size_t item = get_group_id(0);
  const size_t id = get_local_id(0);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count;
  ELEM a = 0, b = 0, c = 0, d = 0;
  size_t k = begin + id;
  for (; k + 3 * GROUP < end; k += 4 * GROUP) {
    a += LANE0(SOURCE(from + k, 1));
    b += LANE0(SOURCE(from + k + GROUP, 1));
    c += LANE0(SOURCE(from + k + 2 * GROUP, 1));
    d += LANE0(SOURCE(from + k + 3 * GROUP, 1));
  }
  for (; k < end; k += GROUP) a += LANE0(SOURCE(from + k, 1));
  part[id] = (a + c) + (b + d);
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step) part[id] += part[id + step];
  }
  if (id == 0) y[y_offset + item] = FINISH(part[0]);
}

#if W == 16

__kernel void sum_forward_rows(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count;
  real sums = 0;
  size_t k = begin;
  while (k + 16 <= end) {
    const size_t stop = min(k + 16 * BLOCK, end);
    real a = 0, b = 0, c = 0, d = 0;
    for (; k + 64 <= stop; k += 64) {
      a += SOURCE(from + k, 16);
      b += SOURCE(from + k + 16, 16);
      c += SOURCE(from + k + 32, 16);
      d += SOURCE(from + k + 48, 16);
    }
    for (; k + 16 <= stop; k += 16) a += SOURCE(from + k, 16);
    sums += (a + c) + (b + d);
  }
  ELEM rest = 0;
  if (k < end) {
    ELEM last[16];
    vstore16(SOURCE(from + k, end - k), 0, last);
    for (size_t lane = 0; lane < end - k; lane++) rest += last[lane];
  }
  const PASTE(ELEM, 8) eight = sums.lo + sums.hi;
  const PASTE(ELEM, 4) four = eight.lo + eight.hi;
  const PASTE(ELEM, 2) two = four.lo + four.hi;
  const ELEM total = two.x + two.y + rest;
  y[y_offset + item] = FINISH(total);
}

__kernel void sum_forward_columns(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  const size_t blocks = (inner + 15) / 16;
  const size_t item = get_global_id(0) / blocks;
  if (item >= items / inner) return;
  const size_t i = get_global_id(0) % blocks * 16;
  const size_t lanes = min((size_t)(inner - i), (size_t)16);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count * inner + i;
  real total = 0;
  for (size_t k = begin; k < end;) {
    const size_t stop = min(k + BLOCK, end);
    real block = 0;
    if (lanes == 16) {
      for (; k < stop; k++) block += SOURCE(from + k * inner, 16);
    } else {
      for (; k < stop; k++) block += SOURCE(from + k * inner, lanes);
    }
    total += block;
  }
  write_result(y + y_offset + item * inner + i, lanes, FINISH(total));
}

#endif
