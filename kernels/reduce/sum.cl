// sum: y[o, s, i] = sum of x[o, k, i] over the k of segment s, divided by `divisor`: 1 for a sum, the count for a mean.
// x has shape (outer, count, inner), y (outer, segments, inner); a segment has `length` elements, the last one fewer.
// A long sum takes two launches, the second over the segments of the first. No order depends on the device's size.
// Backward reads nothing: dx repeats dy, a view.
//   sum_forward          one work-item an element of y: short rows, and columns on GPUs
//   sum_forward_group    a work-group of GROUP an element of y, inner = 1: rows on GPUs
//   sum_forward_rows     one work-item an element of y, inner = 1, in vectors: rows on CPU-type devices
//   sum_forward_columns  one work-item 16 neighboring elements of y, in vectors: columns on CPU-type devices
#define V PASTE(ELEM, 16)
#define GROUP 128
#define FINISH(total) ((divisor) == 1 ? (total) : (total) / (divisor))

// Sums of so many elements (or vectors) are added up in turn, which keeps rounding errors small.
#define BLOCK 64

static inline ELEM column(__global const ELEM* x, const size_t begin, const size_t end, const size_t inner) {
  ELEM total = 0;
  for (size_t k = begin; k < end;) {
    const size_t stop = min(k + BLOCK, end);
    ELEM block = 0;
    for (; k < stop; k++) block += x[k * inner];
    total += block;
  }
  return total;
}

__kernel void sum_forward(
    __global const ELEM* x, const ulong x_offset, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t o = item / inner / segments;
  const size_t begin = item / inner % segments * length;
  const ELEM total =
      column(x + x_offset + o * count * inner + item % inner, begin, min(begin + length, (size_t)count), inner);
  y[y_offset + item] = FINISH(total);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void sum_forward_group(
    __global const ELEM* x, const ulong x_offset, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  __local ELEM part[GROUP];
  const size_t item = get_group_id(0);
  const size_t id = get_local_id(0);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  __global const ELEM* from = x + x_offset + item / segments * count;
  ELEM a = 0, b = 0, c = 0, d = 0;
  size_t k = begin + id;
  for (; k + 3 * GROUP < end; k += 4 * GROUP) {
    a += from[k];
    b += from[k + GROUP];
    c += from[k + 2 * GROUP];
    d += from[k + 3 * GROUP];
  }
  for (; k < end; k += GROUP) a += from[k];
  part[id] = (a + c) + (b + d);
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step) part[id] += part[id + step];
  }
  if (id == 0) y[y_offset + item] = FINISH(part[0]);
}

__kernel void sum_forward_rows(
    __global const ELEM* x, const ulong x_offset, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  __global const ELEM* from = x + x_offset + item / segments * count;
  V sums = 0;
  size_t k = begin;
  while (k + 16 <= end) {
    const size_t stop = min(k + 16 * BLOCK, end);
    V a = 0, b = 0, c = 0, d = 0;
    for (; k + 64 <= stop; k += 64) {
      a += vload16(0, from + k);
      b += vload16(0, from + k + 16);
      c += vload16(0, from + k + 32);
      d += vload16(0, from + k + 48);
    }
    for (; k + 16 <= stop; k += 16) a += vload16(0, from + k);
    sums += (a + c) + (b + d);
  }
  ELEM rest = 0;
  for (; k < end; k++) rest += from[k];
  const PASTE(ELEM, 8) eight = sums.lo + sums.hi;
  const PASTE(ELEM, 4) four = eight.lo + eight.hi;
  const PASTE(ELEM, 2) two = four.lo + four.hi;
  const ELEM total = two.x + two.y + rest;
  y[y_offset + item] = FINISH(total);
}

__kernel void sum_forward_columns(
    __global const ELEM* x, const ulong x_offset, __global ELEM* y, const ulong y_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ELEM divisor) {
  const size_t blocks = (inner + 15) / 16;
  const size_t item = get_global_id(0) / blocks;
  if (item >= items / inner) return;
  const size_t i = get_global_id(0) % blocks * 16;
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  __global const ELEM* from = x + x_offset + item / segments * count * inner + i;
  __global ELEM* to = y + y_offset + item * inner + i;
  if (i + 16 <= inner) {
    V total = 0;
    for (size_t k = begin; k < end;) {
      const size_t stop = min(k + BLOCK, end);
      V block = 0;
      for (; k < stop; k++) block += vload16(0, from + k * inner);
      total += block;
    }
    vstore16(FINISH(total), 0, to);
  } else {
    for (size_t lane = 0; i + lane < inner; lane++) {
      const ELEM total = column(from + lane, begin, end, inner);
      to[lane] = FINISH(total);
    }
  }
}
