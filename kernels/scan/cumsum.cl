// cumsum: y[o, k, i] = sum of x[o, j, i] over j <= k, of shape (outer, count, inner); over j >= k where `reverse` is 1.
// dx is the same of dy from the other end.  Backward reads nothing.  x is read through SOURCE.
// Lines are cut into segments of `length` elements where they are long and few: the sums of whole segments come first
// (sum.cl), then the scan of these, `before`, then that of each segment.  No order depends on the device's size.
//   cumsum_forward          one work-item a line: short rows, columns, and CPU-type devices
//   cumsum_forward_group    a work-group of GROUP a row, inner = 1: GPUs
//   cumsum_segments         one work-item a segment, likewise
//   cumsum_segments_group   a work-group of GROUP a segment, likewise
#define GROUP 128

// What rounding has taken from a sum; none where it has left the range of numbers. Integers lose nothing.
#if IS_INTEGER
#define LOST(sum, next, term) 0
#else
#define LOST(sum, next, term) (isfinite(next) ? ((next) - (sum)) - (term) : 0)
#endif

#define SIZES \
  const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length, const ulong reverse

// The sum of the segments that precede one.
static inline __attribute__((unused)) ELEM sum_before(
    __global const ELEM* before, const size_t item, const ulong segments, const ulong inner, const ulong reverse) {
  const size_t segment = item / inner % segments;
  if (reverse) return segment + 1 < segments ? before[item + inner] : 0;
  return segment > 0 ? before[item - inner] : 0;
}

static inline __attribute__((unused)) void scan(
    SOURCE_PARAMETERS, __global ELEM* y, const size_t item, const ELEM start, SIZES) {
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t line = item / inner / segments * count * inner + item % inner;
  ELEM sum = start, lost = 0;
  for (size_t k = begin; k < end; k++) {
    const size_t at = line + (reverse ? begin + end - 1 - k : k) * inner;
    const ELEM term = LANE0(SOURCE(at, 1)) - lost;
    const ELEM next = sum + term;
    lost = LOST(sum, next, term);
    sum = next;
    y[at] = sum;
  }
}

static inline __attribute__((unused)) void scan_together(
    SOURCE_PARAMETERS, __global ELEM* y, __local ELEM* part, const size_t item, const ELEM start, SIZES) {
  const size_t id = get_local_id(0);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t line = item / segments * count;
  ELEM sum = start;
  for (size_t first = begin; first < end; first += GROUP) {
    const size_t k = first + id;
    const size_t at = line + (reverse ? begin + end - 1 - k : k);
    ELEM own = 0;
    if (k < end) own = LANE0(SOURCE(at, 1));
    part[id] = own;
    for (size_t step = 1; step < GROUP; step *= 2) {
      barrier(CLK_LOCAL_MEM_FENCE);
      if (id >= step) own += part[id - step];
      barrier(CLK_LOCAL_MEM_FENCE);
      part[id] = own;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (k < end) y[at] = sum + own;
    sum += part[GROUP - 1];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}

__kernel void cumsum_forward(SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset, SIZES) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  scan(SOURCE_ARGUMENTS, y + y_offset, item, 0, items, segments, count, inner, length, reverse);
}

__kernel void cumsum_segments(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset, SIZES,
    __global const ELEM* before, const ulong before_offset) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const ELEM start = sum_before(before + before_offset, item, segments, inner, reverse);
  scan(SOURCE_ARGUMENTS, y + y_offset, item, start, items, segments, count, inner, length, reverse);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void cumsum_forward_group(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset, SIZES) {
  __local ELEM part[GROUP];
  scan_together(
      SOURCE_ARGUMENTS, y + y_offset, part, get_group_id(0), 0, items, segments, count, inner, length, reverse);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void cumsum_segments_group(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset, SIZES,
    __global const ELEM* before, const ulong before_offset) {
  __local ELEM part[GROUP];
  const ELEM start = sum_before(before + before_offset, get_group_id(0), segments, inner, reverse);
  scan_together(
      SOURCE_ARGUMENTS, y + y_offset, part, get_group_id(0), start, items, segments, count, inner, length, reverse);
}
