// cumprod: y[k] = product of x[j] over j <= k along the middle of (outer, count, inner), by the linear recurrence
//   h[k] = b[k] + c[k] h[k - 1],
// of which the gradients of cumprod and prod are made too. c[k] is a[k], or a[k - 1] where `shifted` is 1, with c[0] = 1.
// With has_b = 0 there is no b, and h before the first is 1; with b it is 0. Where `reverse` is 1, k counts from the end.
//   cumprod     y = h of a = x without b
//   its dx      h of a = x without b, shifted, times h of a = x and b = dy, shifted and reverse: no division, exact at 0
// Backward reads x.
// Lines are cut into segments of `length` elements where they are long and few: cumprod_totals turns each segment into one
// step h -> b + a h, the recurrence runs over these, and its results begin the segments. With one segment `before` has no
// meaning.  No order depends on the device's size.
//   cumprod_forward          one work-item a segment: short rows, columns, and CPU-type devices
//   cumprod_forward_group    a work-group of GROUP a segment, inner = 1: rows on GPUs
//   cumprod_totals           one work-item a segment
//   cumprod_totals_group     a work-group of GROUP a segment, inner = 1: rows on GPUs
#define GROUP 128

#define AT(k) ((reverse ? count - 1 - (k) : (k)) * inner)
#define A_AT(k) a[a_offset + line + AT(k)]
#define C_AT(k) (shifted ? ((k) > 0 ? A_AT((k) - 1) : (ELEM)1) : A_AT(k))
// The first c meets only the h before the first, and nothing where that is 0.
#define C_OR_NONE(k) (has_b && (k) == 0 ? (ELEM)0 : C_AT(k))
#define B_AT(k) (has_b ? b[b_offset + line + AT(k)] : (ELEM)0)

// The h that a segment begins with: the result of the segment before it.
#define BEFORE \
  (item / inner % segments > 0 ? before[before_offset + item - inner] : has_b ? (ELEM)0 : (ELEM)1)

// A state of 0 takes no product along, which may have left the range of numbers.
#define STEP(sum, product, state) (has_b ? ((state) == 0 ? (sum) : (sum) + (product) * (state)) : (product) * (state))

__kernel void cumprod_forward(
    __global const ELEM* a, const ulong a_offset, __global const ELEM* b, const ulong b_offset,
    __global const ELEM* before, const ulong before_offset, __global ELEM* h, const ulong h_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ulong has_b, const ulong shifted, const ulong reverse) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t line = item / inner / segments * count * inner + item % inner;
  ELEM state = BEFORE;
  for (size_t k = begin; k < end; k++) {
    state = has_b && k == 0 ? B_AT(k) : B_AT(k) + C_AT(k) * state;
    h[h_offset + line + AT(k)] = state;
  }
}

__kernel void cumprod_totals(
    __global const ELEM* a, const ulong a_offset, __global const ELEM* b, const ulong b_offset,
    __global ELEM* total_a, const ulong total_a_offset, __global ELEM* total_b, const ulong total_b_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ulong has_b, const ulong shifted, const ulong reverse) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t line = item / inner / segments * count * inner + item % inner;
  ELEM product = 1, sum = 0;
  for (size_t k = begin; k < end; k++) {
    const ELEM c = C_OR_NONE(k);
    product *= c;
    sum = k == begin ? B_AT(k) : B_AT(k) + c * sum;
  }
  total_a[total_a_offset + item] = product;
  total_b[total_b_offset + item] = sum;
}

// Scans the steps h -> sum + product h of a work-group: each becomes that of itself and all before it.
static inline __attribute__((unused)) void scan_steps(
    __local ELEM* products, __local ELEM* sums, ELEM* product, ELEM* sum) {
  const size_t id = get_local_id(0);
  products[id] = *product;
  sums[id] = *sum;
  for (size_t step = 1; step < GROUP; step *= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id >= step) {
      *sum += *product * sums[id - step];
      *product *= products[id - step];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    products[id] = *product;
    sums[id] = *sum;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void cumprod_forward_group(
    __global const ELEM* a, const ulong a_offset, __global const ELEM* b, const ulong b_offset,
    __global const ELEM* before, const ulong before_offset, __global ELEM* h, const ulong h_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ulong has_b, const ulong shifted, const ulong reverse) {
  __local ELEM products[GROUP];
  __local ELEM sums[GROUP];
  const size_t item = get_group_id(0);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t line = item / segments * count;
  ELEM state = BEFORE;
  for (size_t first = begin; first < end; first += GROUP) {
    const size_t k = first + get_local_id(0);
    ELEM product = 1, sum = 0;
    if (k < end) {
      product = C_OR_NONE(k);
      sum = B_AT(k);
    }
    scan_steps(products, sums, &product, &sum);
    if (k < end) h[h_offset + line + AT(k)] = STEP(sum, product, state);
    state = STEP(sums[GROUP - 1], products[GROUP - 1], state);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void cumprod_totals_group(
    __global const ELEM* a, const ulong a_offset, __global const ELEM* b, const ulong b_offset,
    __global ELEM* total_a, const ulong total_a_offset, __global ELEM* total_b, const ulong total_b_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ulong has_b, const ulong shifted, const ulong reverse) {
  __local ELEM products[GROUP];
  __local ELEM sums[GROUP];
  const size_t item = get_group_id(0);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t line = item / segments * count;
  ELEM total_product = 1, total_sum = 0;
  for (size_t first = begin; first < end; first += GROUP) {
    const size_t k = first + get_local_id(0);
    ELEM product = 1, sum = 0;
    if (k < end) {
      product = C_OR_NONE(k);
      sum = B_AT(k);
    }
    scan_steps(products, sums, &product, &sum);
    total_sum = total_sum == 0 ? sums[GROUP - 1] : sums[GROUP - 1] + products[GROUP - 1] * total_sum;
    total_product *= products[GROUP - 1];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (get_local_id(0) == 0) {
    total_a[total_a_offset + item] = total_product;
    total_b[total_b_offset + item] = total_sum;
  }
}
