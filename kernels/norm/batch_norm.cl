// batch_norm: y = h w + b with h = (x - mean) rstd for each channel of x, of shape (batch, channels, space).
// dx = rstd (g - mean g - (x - mean) rstd^2 mean(g (x - mean))) with g = dy w;  dw = rstd sum of dy (x - mean), db = sum of dy.
// The statistics are taken by the kernels of var: the mean, and `squares`, the sum of (x - mean)^2. A channel of a batch does
// not stay in cache, so x is read twice, and so are x and dy in backward: once for the two sums of each channel, which are
// taken together, and once for dx. y and dx are pointwise: GPUs compute them so. Vectors that are cut into channels are
// slow there, so CPU-type devices have kernels that go channel by channel, with SOURCE and RESULT around them.
// The sums are over segments of `length` elements of the space, or of the batch where the space is one element; the kernels
// of sum add them up. `sums` has two halves of `items` elements: the sums of dy, then those of dy (x - mean).
// `per` neighboring channels share a mean (group_norm, where groups are too long for its kernels).
//   batch_norm_forward_rows      y, one work-item a segment of a channel's space, in vectors (W = 16): CPU-type devices
//   batch_norm_input_rows        dx, likewise
//   batch_norm_backward          the sums, one work-item an element of a half, (segments, channels): no space; GPUs
//   batch_norm_backward_group    some of GROUP work-items an element, (batch, channels, segments): GPUs
//   batch_norm_backward_rows     one work-item an element, (batch, channels, segments), in vectors (W = 16): CPU-type devices
//   batch_norm_backward_columns  one work-item 16 neighboring channels, (segments, channels): no space; CPU-type devices
#define GROUP 128

// Sums of so many elements (or vectors) are added up in turn, which keeps rounding errors small.
#define BLOCK 64

#if W == 1

__kernel void batch_norm_backward(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* mean, const ulong mean_offset, __global ELEM* sums, const ulong sums_offset,
    const ulong items, const ulong channels, const ulong per, const ulong count, const ulong segments,
    const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t channel = item % channels;
  const size_t begin = item / channels * length;
  const size_t end = min(begin + length, (size_t)count);
  __global const ELEM* from = saved_x + saved_x_offset + channel;
  const ELEM m = mean[mean_offset + channel / per];
  ELEM sum = 0, product = 0;
  for (size_t k = begin; k < end;) {
    const size_t stop = min(k + BLOCK, end);
    ELEM block = 0, block_product = 0;
    for (; k < stop; k++) {
      const ELEM dy = LANE0(SOURCE(k * channels + channel, 1));
      block += dy;
      block_product += dy * (from[k * channels] - m);
    }
    sum += block;
    product += block_product;
  }
  sums[sums_offset + item] = sum;
  sums[sums_offset + items + item] = product;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void batch_norm_backward_group(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* mean, const ulong mean_offset, __global ELEM* sums, const ulong sums_offset,
    const ulong items, const ulong channels, const ulong per, const ulong count, const ulong segments,
    const ulong length) {
  __local ELEM part[GROUP];
  __local ELEM part_product[GROUP];
  const size_t id = get_local_id(0);
  // So many work-items, a power of two, take an element: no more than its segment has.
  size_t share = GROUP;
  while (share > length) share /= 2;
  const size_t item = get_group_id(0) * (GROUP / share) + id / share;
  const size_t lane = id % share;
  ELEM sum = 0, product = 0;
  if (item < items) {
    const size_t begin = item % segments * length;
    const size_t end = min(begin + length, (size_t)count);
    const size_t from = item / segments * count;
    const ELEM m = mean[mean_offset + item / segments % channels / per];
    for (size_t k = begin + lane; k < end;) {
      ELEM block = 0, block_product = 0;
      for (size_t i = 0; i < BLOCK && k < end; i++, k += share) {
        const ELEM dy = LANE0(SOURCE(from + k, 1));
        block += dy;
        block_product += dy * (saved_x[saved_x_offset + from + k] - m);
      }
      sum += block;
      product += block_product;
    }
  }
  part[id] = sum;
  part_product[id] = product;
  for (size_t step = share / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < step) {
      part[id] += part[id + step];
      part_product[id] += part_product[id + step];
    }
  }
  if (lane == 0 && item < items) {
    sums[sums_offset + item] = part[id];
    sums[sums_offset + items + item] = part_product[id];
  }
}

#elif W == 16

// As read_source, for what is always in memory.
static inline real load_lanes(__global const ELEM* x, const size_t lanes) {
  if (lanes >= 16) return vload16(0, x);
  ELEM padded[16];
  for (size_t lane = 0; lane < 16; lane++) padded[lane] = x[lane < lanes ? lane : 0];
  return vload16(0, padded);
}

static inline ELEM lanes_sum(const real v) {
  const PASTE(ELEM, 8) eight = v.lo + v.hi;
  const PASTE(ELEM, 4) four = eight.lo + eight.hi;
  const PASTE(ELEM, 2) two = four.lo + four.hi;
  return two.x + two.y;
}

__kernel void batch_norm_backward_rows(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* mean, const ulong mean_offset, __global ELEM* sums, const ulong sums_offset,
    const ulong items, const ulong channels, const ulong per, const ulong count, const ulong segments,
    const ulong length) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t end = min(begin + length, (size_t)count);
  const size_t from = item / segments * count;
  __global const ELEM* saved = saved_x + saved_x_offset + from;
  const ELEM m = mean[mean_offset + item / segments % channels / per];
  real lane_sums = 0, lane_products = 0;
  size_t k = begin;
  while (k + 16 <= end) {
    const size_t stop = min(k + 16 * BLOCK, end);
    real a = 0, b = 0, a_product = 0, b_product = 0;
    for (; k + 32 <= stop; k += 32) {
      const real dy = SOURCE(from + k, 16);
      const real next = SOURCE(from + k + 16, 16);
      a += dy;
      b += next;
      a_product += dy * (vload16(0, saved + k) - (real)m);
      b_product += next * (vload16(0, saved + k + 16) - (real)m);
    }
    for (; k + 16 <= stop; k += 16) {
      const real dy = SOURCE(from + k, 16);
      a += dy;
      a_product += dy * (vload16(0, saved + k) - (real)m);
    }
    lane_sums += a + b;
    lane_products += a_product + b_product;
  }
  ELEM sum = lanes_sum(lane_sums);
  ELEM product = lanes_sum(lane_products);
  if (k < end) {
    ELEM last[16];
    vstore16(SOURCE(from + k, end - k), 0, last);
    for (size_t lane = 0; lane < end - k; lane++) {
      sum += last[lane];
      product += last[lane] * (saved[k + lane] - m);
    }
  }
  sums[sums_offset + item] = sum;
  sums[sums_offset + items + item] = product;
}

__kernel void batch_norm_backward_columns(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* mean, const ulong mean_offset, __global ELEM* sums, const ulong sums_offset,
    const ulong items, const ulong channels, const ulong per, const ulong count, const ulong segments,
    const ulong length) {
  const size_t blocks = (channels + 15) / 16;
  const size_t segment = get_global_id(0) / blocks;
  if (segment >= segments) return;
  const size_t channel = get_global_id(0) % blocks * 16;
  const size_t lanes = min((size_t)(channels - channel), (size_t)16);
  const size_t begin = segment * length;
  const size_t end = min(begin + length, (size_t)count);
  ELEM means[16];
  for (size_t lane = 0; lane < 16; lane++)
    means[lane] = mean[mean_offset + (channel + (lane < lanes ? lane : 0)) / per];
  const real m = vload16(0, means);
  real sum = 0, product = 0;
  for (size_t k = begin; k < end;) {
    const size_t stop = min(k + BLOCK, end);
    real block = 0, block_product = 0;
    for (; k < stop; k++) {
      const size_t at = k * channels + channel;
      const real dy = SOURCE(at, lanes);
      block += dy;
      block_product += dy * (load_lanes(saved_x + saved_x_offset + at, lanes) - m);
    }
    sum += block;
    product += block_product;
  }
  const size_t item = segment * channels + channel;
  write_result(sums + sums_offset + item, lanes, sum);
  write_result(sums + sums_offset + items + item, lanes, product);
}

// `n` elements have a channel's statistics.
__kernel void batch_norm_forward_rows(
    SOURCE_PARAMETERS, __global const ELEM* mean, const ulong mean_offset,
    __global const ELEM* squares, const ulong squares_offset, __global const ELEM* w, const ulong w_offset,
    __global const ELEM* b, const ulong b_offset, RESULT_PARAMETERS,
    const ulong items, const ulong channels, const ulong count, const ulong segments, const ulong length,
    const ulong n, const ELEM eps) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t from = item / segments * count;
  const size_t end = from + min(begin + length, (size_t)count);
  const size_t c = item / segments % channels;
  const real m = (real)(mean[mean_offset + c]);
  const ELEM r = 1 / sqrt(squares[squares_offset + c] / (ELEM)n + eps);
  const real scale = (real)(r * w[w_offset + c]);
  const real shift = (real)(b[b_offset + c]);
  size_t k = from + begin;
  for (; k + 16 <= end; k += 16) RESULT(k, 16, (SOURCE(k, 16) - m) * scale + shift);
  if (k < end) RESULT(k, end - k, (SOURCE(k, end - k) - m) * scale + shift);
}

// `sums` are those over batch and space.
__kernel void batch_norm_input_rows(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* mean, const ulong mean_offset, __global const ELEM* squares, const ulong squares_offset,
    __global const ELEM* w, const ulong w_offset, __global const ELEM* sums, const ulong sums_offset,
    RESULT_PARAMETERS, const ulong items, const ulong channels, const ulong count, const ulong segments,
    const ulong length, const ulong n, const ELEM eps) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t begin = item % segments * length;
  const size_t from = item / segments * count;
  const size_t end = from + min(begin + length, (size_t)count);
  const size_t c = item / segments % channels;
  __global const ELEM* saved = saved_x + saved_x_offset;
  const ELEM r = 1 / sqrt(squares[squares_offset + c] / (ELEM)n + eps);
  const real m = (real)(mean[mean_offset + c]);
  const real rstd = (real)r;
  const real scale = (real)(w[w_offset + c]);
  const real mean_g = scale * (real)(sums[sums_offset + c] / (ELEM)n);
  const real slope = (real)(r * r) * (scale * (real)(sums[sums_offset + channels + c] / (ELEM)n));
  size_t k = from + begin;
  for (; k + 16 <= end; k += 16)
    RESULT(k, 16, rstd * (SOURCE(k, 16) * scale - mean_g - (vload16(0, saved + k) - m) * slope));
  if (k < end)
    RESULT(k, end - k, rstd * (SOURCE(k, end - k) * scale - mean_g - (load_lanes(saved + k, end - k) - m) * slope));
}

#endif
