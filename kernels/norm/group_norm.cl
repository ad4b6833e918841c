// group_norm: y = h w + b with h = (x - mean x) rstd over each row of x, and rstd = 1 / sqrt(mean (x - mean x)^2 + eps).
// A row is a group of `per` channels of `space` elements each; `groups` rows are an element of the batch. w and b have an
// element for each channel. With one channel a group this is instance_norm.
// dx = rstd (g - mean g - (x - mean) rstd^2 mean(g (x - mean))) with g = dy w;  dw = sum of dy h, db = sum of dy over the
// batch and the space, left as sums over the space, (batch, channels), which the kernels of sum add up.
// Backward reads the saved x, the mean, and `squares`, the sum of (x - mean)^2. dx is rounded late: (x - mean) times one
// factor, since in a group of few elements the three terms nearly cancel.
// x, and dy in backward, are read through SOURCE, some times over: a row passes memory once and then waits in cache, so
// SOURCE must be cheap. y and dx are written through RESULT. A row has fewer than 2^32 elements.
//   group_norm_forward         one work-item a row: short rows, and channels too short for vectors
//   group_norm_forward_group   a work-group of GROUP a row: GPUs
//   group_norm_forward_rows    one work-item a row, in vectors (W = 16): CPU-type devices
//   group_norm_backward        dx, dw and db, as above, and so the two others
//   group_norm_backward_group
//   group_norm_backward_rows
#define GROUP 128

// Sums of so many elements (or vectors) are added up in turn, which keeps rounding errors small.
#define BLOCK 64

// The first mean of a row is rounded like the sum of all its x; the mean of what is left puts it right.
// The sum of squares around a mean that was off by so much, around the right one.
static inline ELEM around(const ELEM squares, const ELEM drift, const ulong count) {
  return fmax(squares - drift * drift * (ELEM)count, (ELEM)0);
}

#if W == 1

// The sum over a work-group of one number from each work-item; all of them get it.
static inline __attribute__((unused)) ELEM group_sum(__local ELEM* part, const ELEM own) {
  const size_t id = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  part[id] = own;
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step) part[id] += part[id + step];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return part[0];
}

__kernel void group_norm_forward(
    SOURCE_PARAMETERS, __global const ELEM* w, const ulong w_offset, __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS, __global ELEM* mean, const ulong mean_offset, __global ELEM* squares, const ulong squares_offset,
    const ulong rows, const ulong groups, const ulong per, const ulong space, const ELEM eps) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  const size_t count = per * space;
  const size_t begin = row * count;
  ELEM sum = 0;
  for (size_t k = 0; k < count;) {
    ELEM block = 0;
    for (const size_t stop = min(k + BLOCK, count); k < stop; k++) block += LANE0(SOURCE(begin + k, 1));
    sum += block;
  }
  const ELEM first = sum / (ELEM)count;
  ELEM total = 0, drift = 0;
  for (size_t k = 0; k < count;) {
    ELEM block = 0;
    for (const size_t stop = min(k + BLOCK, count); k < stop; k++) {
      const ELEM apart = LANE0(SOURCE(begin + k, 1)) - first;
      block += apart * apart;
      drift += apart;
    }
    total += block;
  }
  drift /= (ELEM)count;
  const ELEM m = first + drift;
  total = around(total, drift, count);
  const ELEM r = 1 / sqrt(total / (ELEM)count + eps);
  const size_t channel = row % groups * per;
  for (size_t c = 0; c < per; c++) {
    const ELEM scale = r * w[w_offset + channel + c];
    const ELEM shift = b[b_offset + channel + c];
    for (size_t k = begin + c * space; k < begin + (c + 1) * space; k++)
      RESULT(k, 1, (SOURCE(k, 1) - m) * scale + shift);
  }
  mean[mean_offset + row] = m;
  squares[squares_offset + row] = total;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void group_norm_forward_group(
    SOURCE_PARAMETERS, __global const ELEM* w, const ulong w_offset, __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS, __global ELEM* mean, const ulong mean_offset, __global ELEM* squares, const ulong squares_offset,
    const ulong rows, const ulong groups, const ulong per, const ulong space, const ELEM eps) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t row = get_group_id(0);
  if (row >= rows) return;
  const size_t count = per * space;
  const size_t begin = row * count;
  ELEM own = 0;
  for (size_t k = id; k < count;) {
    ELEM block = 0;
    for (size_t i = 0; i < BLOCK && k < count; i++, k += GROUP) block += LANE0(SOURCE(begin + k, 1));
    own += block;
  }
  const ELEM first = group_sum(part, own) / (ELEM)count;
  own = 0;
  ELEM drift = 0;
  for (size_t k = id; k < count;) {
    ELEM block = 0;
    for (size_t i = 0; i < BLOCK && k < count; i++, k += GROUP) {
      const ELEM apart = LANE0(SOURCE(begin + k, 1)) - first;
      block += apart * apart;
      drift += apart;
    }
    own += block;
  }
  const ELEM squared = group_sum(part, own);
  drift = group_sum(part, drift) / (ELEM)count;
  const ELEM m = first + drift;
  const ELEM total = around(squared, drift, count);
  const ELEM r = 1 / sqrt(total / (ELEM)count + eps);
  const size_t channel = row % groups * per;
  for (size_t k = id; k < count; k += GROUP) {
    const size_t c = channel + (uint)k / (uint)space;
    RESULT(begin + k, 1, (SOURCE(begin + k, 1) - m) * (r * w[w_offset + c]) + b[b_offset + c]);
  }
  if (id == 0) {
    mean[mean_offset + row] = m;
    squares[squares_offset + row] = total;
  }
}

__kernel void group_norm_backward(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* w, const ulong w_offset, __global const ELEM* mean, const ulong mean_offset,
    __global const ELEM* squares, const ulong squares_offset, RESULT_PARAMETERS,
    __global ELEM* dw, const ulong dw_offset, __global ELEM* db, const ulong db_offset,
    const ulong rows, const ulong groups, const ulong per, const ulong space, const ELEM eps) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  const size_t count = per * space;
  const size_t begin = row * count;
  __global const ELEM* from = saved_x + saved_x_offset;
  __global const ELEM* scale = w + w_offset + row % groups * per;
  const ELEM m = mean[mean_offset + row];
  const ELEM r = 1 / sqrt(squares[squares_offset + row] / (ELEM)count + eps);
  ELEM sum_g = 0, product_g = 0;
  for (size_t c = 0; c < per; c++) {
    const size_t end = begin + (c + 1) * space;
    ELEM sum = 0, product = 0;
    for (size_t k = begin + c * space; k < end;) {
      ELEM block = 0, block_product = 0;
      for (const size_t stop = min(k + BLOCK, end); k < stop; k++) {
        const ELEM dy = LANE0(SOURCE(k, 1));
        block += dy;
        block_product += dy * (from[k] - m);
      }
      sum += block;
      product += block_product;
    }
    dw[dw_offset + row * per + c] = product * r;
    db[db_offset + row * per + c] = sum;
    sum_g += scale[c] * sum;
    product_g += scale[c] * product;
  }
  const ELEM mean_g = sum_g / (ELEM)count;
  const ELEM slope = r * r * (product_g / (ELEM)count);
  for (size_t c = 0; c < per; c++)
    for (size_t k = begin + c * space; k < begin + (c + 1) * space; k++)
      RESULT(k, 1, r * (SOURCE(k, 1) * scale[c] - mean_g - (from[k] - m) * slope));
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void group_norm_backward_group(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* w, const ulong w_offset, __global const ELEM* mean, const ulong mean_offset,
    __global const ELEM* squares, const ulong squares_offset, RESULT_PARAMETERS,
    __global ELEM* dw, const ulong dw_offset, __global ELEM* db, const ulong db_offset,
    const ulong rows, const ulong groups, const ulong per, const ulong space, const ELEM eps) {
  __local ELEM part[GROUP];
  __local ELEM part_product[GROUP];
  const size_t id = get_local_id(0);
  const size_t row = get_group_id(0);
  if (row >= rows) return;
  const size_t count = per * space;
  const size_t begin = row * count;
  __global const ELEM* from = saved_x + saved_x_offset;
  __global const ELEM* scale = w + w_offset + row % groups * per;
  const ELEM m = mean[mean_offset + row];
  const ELEM r = 1 / sqrt(squares[squares_offset + row] / (ELEM)count + eps);
  // So many work-items, a power of two, take a channel: no more than it has elements.
  size_t share = GROUP;
  while (share > space) share /= 2;
  const size_t lane = id % share;
  ELEM sum_g = 0, product_g = 0;
  for (size_t first = 0; first < per; first += GROUP / share) {
    const size_t c = first + id / share;
    ELEM sum = 0, product = 0;
    if (c < per) {
      for (size_t k = begin + c * space + lane; k < begin + (c + 1) * space; k += share) {
        const ELEM dy = LANE0(SOURCE(k, 1));
        sum += dy;
        product += dy * (from[k] - m);
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
    if (lane == 0 && c < per) {
      dw[dw_offset + row * per + c] = part_product[id] * r;
      db[db_offset + row * per + c] = part[id];
      sum_g += scale[c] * part[id];
      product_g += scale[c] * part_product[id];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const ELEM mean_g = group_sum(part, sum_g) / (ELEM)count;
  const ELEM slope = r * r * (group_sum(part_product, product_g) / (ELEM)count);
  for (size_t k = id; k < count; k += GROUP) {
    const ELEM g = LANE0(SOURCE(begin + k, 1)) * scale[(uint)k / (uint)space];
    RESULT(begin + k, 1, r * (g - mean_g - (from[begin + k] - m) * slope));
  }
}

#elif W == 16

static inline ELEM lanes_sum(const real v) {
  const PASTE(ELEM, 8) eight = v.lo + v.hi;
  const PASTE(ELEM, 4) four = eight.lo + eight.hi;
  const PASTE(ELEM, 2) two = four.lo + four.hi;
  return two.x + two.y;
}

// The first lanes as they are, and zeros for the others.
static inline real first_lanes(const real v, const size_t lanes) {
  ELEM kept[16];
  vstore16(v, 0, kept);
  for (size_t lane = 0; lane < 16; lane++) kept[lane] = lane < lanes ? kept[lane] : 0;
  return vload16(0, kept);
}

// As read_source, for what is always in memory.
static inline real load_lanes(__global const ELEM* x, const size_t lanes) {
  ELEM padded[16];
  for (size_t lane = 0; lane < 16; lane++) padded[lane] = x[lane < lanes ? lane : 0];
  return vload16(0, padded);
}

__kernel void group_norm_forward_rows(
    SOURCE_PARAMETERS, __global const ELEM* w, const ulong w_offset, __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS, __global ELEM* mean, const ulong mean_offset, __global ELEM* squares, const ulong squares_offset,
    const ulong rows, const ulong groups, const ulong per, const ulong space, const ELEM eps) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  const size_t count = per * space;
  const size_t begin = row * count;
  const size_t rest = space % 16;
  real sums = 0;
  for (size_t c = 0; c < per; c++) {
    size_t k = begin + c * space;
    const size_t end = k + space - rest;
    while (k < end) {
      const size_t stop = min(k + 16 * BLOCK, end);
      real even = 0, odd = 0;
      for (; k + 32 <= stop; k += 32) {
        even += SOURCE(k, 16);
        odd += SOURCE(k + 16, 16);
      }
      if (k < stop) {
        even += SOURCE(k, 16);
        k += 16;
      }
      sums += even + odd;
    }
    if (rest > 0) sums += first_lanes(SOURCE(end, rest), rest);
  }
  const ELEM first = lanes_sum(sums) / (ELEM)count;
  sums = 0;
  real drifts = 0;
  for (size_t c = 0; c < per; c++) {
    size_t k = begin + c * space;
    const size_t end = k + space - rest;
    while (k < end) {
      const size_t stop = min(k + 16 * BLOCK, end);
      real block = 0;
      for (; k < stop; k += 16) {
        const real apart = SOURCE(k, 16) - (real)first;
        block += apart * apart;
        drifts += apart;
      }
      sums += block;
    }
    if (rest > 0) {
      const real apart = first_lanes(SOURCE(end, rest) - (real)first, rest);
      sums += apart * apart;
      drifts += apart;
    }
  }
  const ELEM drift = lanes_sum(drifts) / (ELEM)count;
  const ELEM m = first + drift;
  const ELEM total = around(lanes_sum(sums), drift, count);
  const ELEM r = 1 / sqrt(total / (ELEM)count + eps);
  const size_t channel = row % groups * per;
  for (size_t c = 0; c < per; c++) {
    const size_t from = begin + c * space;
    const size_t end = from + space - rest;
    const real scale = (real)(r * w[w_offset + channel + c]);
    const real shift = (real)(b[b_offset + channel + c]);
    for (size_t k = from; k < end; k += 16) RESULT(k, 16, (SOURCE(k, 16) - (real)m) * scale + shift);
    if (rest > 0) RESULT(end, rest, (SOURCE(end, rest) - (real)m) * scale + shift);
  }
  mean[mean_offset + row] = m;
  squares[squares_offset + row] = total;
}

__kernel void group_norm_backward_rows(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* w, const ulong w_offset, __global const ELEM* mean, const ulong mean_offset,
    __global const ELEM* squares, const ulong squares_offset, RESULT_PARAMETERS,
    __global ELEM* dw, const ulong dw_offset, __global ELEM* db, const ulong db_offset,
    const ulong rows, const ulong groups, const ulong per, const ulong space, const ELEM eps) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  const size_t count = per * space;
  const size_t begin = row * count;
  const size_t rest = space % 16;
  __global const ELEM* from = saved_x + saved_x_offset;
  __global const ELEM* scale = w + w_offset + row % groups * per;
  const ELEM m = mean[mean_offset + row];
  const ELEM r = 1 / sqrt(squares[squares_offset + row] / (ELEM)count + eps);
  ELEM sum_g = 0, product_g = 0;
  for (size_t c = 0; c < per; c++) {
    size_t k = begin + c * space;
    const size_t end = k + space - rest;
    real sums = 0, products = 0;
    while (k < end) {
      const size_t stop = min(k + 16 * BLOCK, end);
      real block = 0, block_product = 0;
      for (; k < stop; k += 16) {
        const real dy = SOURCE(k, 16);
        block += dy;
        block_product += dy * (vload16(0, from + k) - (real)m);
      }
      sums += block;
      products += block_product;
    }
    if (rest > 0) {
      const real dy = first_lanes(SOURCE(end, rest), rest);
      sums += dy;
      products += dy * (load_lanes(from + end, rest) - (real)m);
    }
    const ELEM sum = lanes_sum(sums);
    const ELEM product = lanes_sum(products);
    dw[dw_offset + row * per + c] = product * r;
    db[db_offset + row * per + c] = sum;
    sum_g += scale[c] * sum;
    product_g += scale[c] * product;
  }
  const real mean_g = (real)(sum_g / (ELEM)count);
  const real slope = (real)(r * r * (product_g / (ELEM)count));
  for (size_t c = 0; c < per; c++) {
    const size_t first = begin + c * space;
    const size_t end = first + space - rest;
    const real s = (real)scale[c];
    for (size_t k = first; k < end; k += 16)
      RESULT(k, 16, (real)r * (SOURCE(k, 16) * s - mean_g - (vload16(0, from + k) - (real)m) * slope));
    if (rest > 0)
      RESULT(end, rest, (real)r * (SOURCE(end, rest) * s - mean_g - (load_lanes(from + end, rest) - (real)m) * slope));
  }
}

#endif
