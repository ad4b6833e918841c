// var: the mean of x[o, k, i] over the k of segment s, and the sum of the squares of their differences from it.
// x has shape (outer, count, inner), the results (outer, segments, inner); a segment has `length` elements, the last one
// fewer.  x is read once, through SOURCE: blocks of BLOCK elements give a mean and squares of their own, and these are
// merged with what was seen before (Chan, Golub and LeVeque); nothing large is ever subtracted from something large.
// dx = 2 dy (x - mean) / (n - correction), in pointwise operations.  Backward reads x and the mean.
//   var_forward          one work-item an element of the results: short rows, and columns on GPUs
//   var_forward_group    a work-group of GROUP an element, inner = 1: rows on GPUs
//   var_forward_rows     one work-item an element, inner = 1, in vectors (W = 16): rows on CPU-type devices
//   var_forward_columns  one work-item 16 neighboring elements, in vectors (W = 16): columns on CPU-type devices
//   var_merge            one work-item an element: merges `length` moments, each of `n` elements, the last of a line of `last`
#define GROUP 128
#define BLOCK 8

// Merges the moments of `more` elements into those of `seen`, which may be none.
#define MERGE(mean, squares, seen, more_mean, more_squares, more) \
  do { \
    const ELEM share = (ELEM)(more) / ((ELEM)(seen) + (ELEM)(more)); \
    const real apart = (more_mean) - (mean); \
    mean += apart * (real)share; \
    squares += (more_squares) + apart * apart * (real)((ELEM)(seen) * share); \
  } while (0)

// The moments of `steps` reals of the source, `step` elements apart, less a number near them: what is rounded is small then.
static inline __attribute__((unused)) void moments(
    SOURCE_PARAMETERS, const size_t from, const size_t steps, const size_t step, const size_t lanes,
    const real near, real* mean, real* squares) {
  real m = K(0), s = K(0);
  size_t k = 0;
  for (; k + BLOCK <= steps; k += BLOCK) {
    real values[BLOCK];
    real sum = K(0);
    for (size_t j = 0; j < BLOCK; j++) {
      values[j] = SOURCE(from + (k + j) * step, lanes) - near;
      sum += values[j];
    }
    const real block_mean = sum / K(BLOCK);
    real block_squares = K(0);
    for (size_t j = 0; j < BLOCK; j++) block_squares += (values[j] - block_mean) * (values[j] - block_mean);
    MERGE(m, s, k, block_mean, block_squares, BLOCK);
  }
  for (; k < steps; k++) {
    const real value = SOURCE(from + k * step, lanes) - near;
    MERGE(m, s, k, value, K(0), 1);
  }
  *mean = m;
  *squares = s;
}

// The mean of no elements is not a number.
#define MEAN_OF(mean, n) ((n) > 0 ? (mean) : K(NAN))

__kernel void var_forward(
    SOURCE_PARAMETERS, __global ELEM* mean, const ulong mean_offset, __global ELEM* squares, const ulong squares_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = (item / inner / segments * count + begin) * inner + item % inner;
  real m, s;
  const real near = begin < end ? SOURCE(from, 1) : K(0);
  moments(SOURCE_ARGUMENTS, from, end - begin, inner, 1, near, &m, &s);
  mean[mean_offset + item] = LANE0(MEAN_OF(near + m, end - begin));
  squares[squares_offset + item] = LANE0(s);
}

#if W == 1

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void var_forward_group(
    SOURCE_PARAMETERS, __global ELEM* mean, const ulong mean_offset, __global ELEM* squares, const ulong squares_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  __local ELEM means[GROUP];
  __local ELEM parts[GROUP];
  __local ELEM counts[GROUP];
  const size_t id = get_local_id(0);
  const size_t item = get_group_id(0);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count + begin;
  const size_t steps = end - begin > id ? (end - begin - id - 1) / GROUP + 1 : 0;
  real m, s;
  const real near = begin < end ? SOURCE(from, 1) : K(0);
  moments(SOURCE_ARGUMENTS, from + id, steps, GROUP, 1, near, &m, &s);
  means[id] = m;
  parts[id] = s;
  counts[id] = (ELEM)steps;
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step && counts[id + step] > 0) {
      MERGE(means[id], parts[id], counts[id], means[id + step], parts[id + step], counts[id + step]);
      counts[id] += counts[id + step];
    }
  }
  if (id == 0) {
    mean[mean_offset + item] = MEAN_OF(near + means[0], end - begin);
    squares[squares_offset + item] = parts[0];
  }
}

__kernel void var_merge(
    __global const ELEM* mean, const ulong mean_offset, __global const ELEM* squares, const ulong squares_offset,
    __global ELEM* all_mean, const ulong all_mean_offset, __global ELEM* all_squares, const ulong all_squares_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length,
    const ulong n, const ulong last) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item / inner % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t line = item / inner / segments * count * inner + item % inner;
  ELEM m = 0, s = 0;
  ulong seen = 0;
  for (size_t k = begin; k < end; k++) {
    const ulong more = k + 1 == count ? last : n;
    MERGE(m, s, seen, mean[mean_offset + line + k * inner], squares[squares_offset + line + k * inner], more);
    seen += more;
  }
  all_mean[all_mean_offset + item] = MEAN_OF(m, seen);
  all_squares[all_squares_offset + item] = s;
}

#endif

#if W == 16

__kernel void var_forward_rows(
    SOURCE_PARAMETERS, __global ELEM* mean, const ulong mean_offset, __global ELEM* squares, const ulong squares_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count + begin;
  const size_t steps = (end - begin) / 16;
  real lane_means, lane_squares;
  const ELEM near = begin < end ? LANE0(SOURCE(from, 1)) : 0;
  moments(SOURCE_ARGUMENTS, from, steps, 16, 16, K(near), &lane_means, &lane_squares);
  ELEM means[16], parts[16];
  vstore16(lane_means, 0, means);
  vstore16(lane_squares, 0, parts);
  ELEM m = 0, s = 0;
  if (steps > 0) {
    for (size_t lane = 0; lane < 16; lane++) m += means[lane];
    m /= 16;
    for (size_t lane = 0; lane < 16; lane++)
      s += parts[lane] + (means[lane] - m) * (means[lane] - m) * (ELEM)steps;
  }
  size_t seen = steps * 16;
  if (seen < end - begin) {
    vstore16(SOURCE(from + seen, end - begin - seen), 0, means);
    for (size_t lane = 0; seen < end - begin; lane++, seen++) {
      const ELEM share = 1 / ((ELEM)seen + 1);
      const ELEM apart = means[lane] - near - m;
      m += apart * share;
      s += apart * apart * ((ELEM)seen * share);
    }
  }
  mean[mean_offset + item] = end > begin ? near + m : (ELEM)NAN;
  squares[squares_offset + item] = s;
}

__kernel void var_forward_columns(
    SOURCE_PARAMETERS, __global ELEM* mean, const ulong mean_offset, __global ELEM* squares, const ulong squares_offset,
    const ulong items, const ulong segments, const ulong count, const ulong inner, const ulong length) {
  const size_t blocks = (inner + 15) / 16;
  const size_t item = get_global_id(0) / blocks;
  if (item >= items / inner) return;
  const size_t i = get_global_id(0) % blocks * 16;
  const size_t lanes = min((size_t)(inner - i), (size_t)16);
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = (item / segments * count + begin) * inner + i;
  real m, s;
  const real near = begin < end ? SOURCE(from, lanes) : K(0);
  moments(SOURCE_ARGUMENTS, from, end - begin, inner, lanes, near, &m, &s);
  write_result(mean + mean_offset + item * inner + i, lanes, MEAN_OF(near + m, end - begin));
  write_result(squares + squares_offset + item * inner + i, lanes, s);
}

#endif
