// layer_norm: y = h w + b with h = (x - mean x) rstd over each row of x, of shape (rows, count), and
// rstd = 1 / sqrt(mean (x - mean x)^2 + eps).  w and b have `count` elements.
// dx = rstd (g - mean g - h mean(g h)) with g = dy w;  dw = sum of dy h and db = sum of dy over the rows, left as sums over
// segments of `length` rows each, which the kernels of sum add up.  Backward reads the saved x, mean and rstd.
// Where `centered` is 0, the mean is taken to be 0, and so is that of g: that is rms_norm.
// Forward reads x through SOURCE, and backward dy: each element once, since it may be costly. What is needed again waits in
// the result (x in y, g in dx), from which its own work-item reads it. So the row passes memory once, and the squares are
// of differences from the mean, which do not cancel.
//   layer_norm_forward            one work-item a row: short rows
//   layer_norm_forward_group      a work-group of GROUP a row: GPUs
//   layer_norm_forward_rows       one work-item a row, in vectors (W = 16): CPU-type devices
//   layer_norm_backward           dx, one work-item a row: short rows
//   layer_norm_backward_group     dx, a work-group of GROUP a row: GPUs
//   layer_norm_backward_columns   dw and db, one work-item a column of a segment: GPUs
//   layer_norm_backward_rows      all three, one work-item a segment, in vectors (W = 16): CPU-type devices
#define GROUP 128

// Sums of so many elements (or vectors) are added up in turn, which keeps rounding errors small.
#define BLOCK 64

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

__kernel void layer_norm_forward(
    SOURCE_PARAMETERS, __global const ELEM* w, const ulong w_offset, __global const ELEM* b, const ulong b_offset,
    __global ELEM* y, const ulong y_offset, __global ELEM* mean, const ulong mean_offset,
    __global ELEM* rstd, const ulong rstd_offset, const ulong rows, const ulong count, const ELEM eps,
    const ulong centered) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  __global ELEM* to = y + y_offset + row * count;
  ELEM sum = 0;
  for (size_t k = 0; k < count; k++) {
    const ELEM v = LANE0(SOURCE(row * count + k, 1));
    to[k] = v;
    sum += v;
  }
  const ELEM m = centered ? sum / (ELEM)count : 0;
  ELEM squares = 0;
  for (size_t k = 0; k < count; k++) squares += (to[k] - m) * (to[k] - m);
  const ELEM r = 1 / sqrt(squares / (ELEM)count + eps);
  for (size_t k = 0; k < count; k++) to[k] = (to[k] - m) * r * w[w_offset + k] + b[b_offset + k];
  mean[mean_offset + row] = m;
  rstd[rstd_offset + row] = r;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void layer_norm_forward_group(
    SOURCE_PARAMETERS, __global const ELEM* w, const ulong w_offset, __global const ELEM* b, const ulong b_offset,
    __global ELEM* y, const ulong y_offset, __global ELEM* mean, const ulong mean_offset,
    __global ELEM* rstd, const ulong rstd_offset, const ulong rows, const ulong count, const ELEM eps,
    const ulong centered) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t row = get_group_id(0);
  if (row >= rows) return;
  __global ELEM* to = y + y_offset + row * count;
  ELEM sum = 0;
  for (size_t k = id; k < count;) {
    ELEM block = 0;
    for (size_t i = 0; i < BLOCK && k < count; i++, k += GROUP) {
      const ELEM v = LANE0(SOURCE(row * count + k, 1));
      to[k] = v;
      block += v;
    }
    sum += block;
  }
  const ELEM m = centered ? group_sum(part, sum) / (ELEM)count : 0;
  ELEM squares = 0;
  for (size_t k = id; k < count;) {
    ELEM block = 0;
    for (size_t i = 0; i < BLOCK && k < count; i++, k += GROUP) block += (to[k] - m) * (to[k] - m);
    squares += block;
  }
  const ELEM r = 1 / sqrt(group_sum(part, squares) / (ELEM)count + eps);
  for (size_t k = id; k < count; k += GROUP) to[k] = (to[k] - m) * r * w[w_offset + k] + b[b_offset + k];
  if (id == 0) {
    mean[mean_offset + row] = m;
    rstd[rstd_offset + row] = r;
  }
}

__kernel void layer_norm_backward(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* w, const ulong w_offset, __global const ELEM* mean, const ulong mean_offset,
    __global const ELEM* rstd, const ulong rstd_offset, __global ELEM* dx, const ulong dx_offset,
    const ulong rows, const ulong count, const ulong centered) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  __global const ELEM* from = saved_x + saved_x_offset + row * count;
  __global ELEM* to = dx + dx_offset + row * count;
  const ELEM m = mean[mean_offset + row];
  const ELEM r = rstd[rstd_offset + row];
  ELEM sum = 0, dot_h = 0;
  for (size_t k = 0; k < count; k++) {
    const ELEM g = LANE0(SOURCE(row * count + k, 1)) * w[w_offset + k];
    to[k] = g;
    sum += g;
    dot_h += g * ((from[k] - m) * r);
  }
  const ELEM mean_g = centered ? sum / (ELEM)count : 0;
  const ELEM mean_gh = dot_h / (ELEM)count;
  for (size_t k = 0; k < count; k++) to[k] = r * (to[k] - mean_g - (from[k] - m) * r * mean_gh);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void layer_norm_backward_group(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* w, const ulong w_offset, __global const ELEM* mean, const ulong mean_offset,
    __global const ELEM* rstd, const ulong rstd_offset, __global ELEM* dx, const ulong dx_offset,
    const ulong rows, const ulong count, const ulong centered) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t row = get_group_id(0);
  if (row >= rows) return;
  __global const ELEM* from = saved_x + saved_x_offset + row * count;
  __global ELEM* to = dx + dx_offset + row * count;
  const ELEM m = mean[mean_offset + row];
  const ELEM r = rstd[rstd_offset + row];
  ELEM sum = 0, dot_h = 0;
  for (size_t k = id; k < count;) {
    ELEM block = 0, block_h = 0;
    for (size_t i = 0; i < BLOCK && k < count; i++, k += GROUP) {
      const ELEM g = LANE0(SOURCE(row * count + k, 1)) * w[w_offset + k];
      to[k] = g;
      block += g;
      block_h += g * ((from[k] - m) * r);
    }
    sum += block;
    dot_h += block_h;
  }
  const ELEM mean_g = centered ? group_sum(part, sum) / (ELEM)count : 0;
  const ELEM mean_gh = group_sum(part, dot_h) / (ELEM)count;
  for (size_t k = id; k < count; k += GROUP) to[k] = r * (to[k] - mean_g - (from[k] - m) * r * mean_gh);
}

__kernel void layer_norm_backward_columns(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* mean, const ulong mean_offset, __global const ELEM* rstd, const ulong rstd_offset,
    __global ELEM* dw, const ulong dw_offset, __global ELEM* db, const ulong db_offset,
    const ulong rows, const ulong count, const ulong length, const ulong segments) {
  const size_t item = get_global_id(0);
  if (item >= segments * count) return;
  const size_t k = item % count;
  const size_t begin = item / count * length;
  const size_t end = min(begin + length, (size_t)rows);
  ELEM sum = 0, sum_h = 0;
  for (size_t row = begin; row < end; row++) {
    const ELEM dy = LANE0(SOURCE(row * count + k, 1));
    sum += dy;
    sum_h += dy * ((saved_x[saved_x_offset + row * count + k] - mean[mean_offset + row]) * rstd[rstd_offset + row]);
  }
  dw[dw_offset + item] = sum_h;
  db[db_offset + item] = sum;
}

#elif W == 16

static inline ELEM lanes_sum(const real v) {
  const PASTE(ELEM, 8) eight = v.lo + v.hi;
  const PASTE(ELEM, 4) four = eight.lo + eight.hi;
  const PASTE(ELEM, 2) two = four.lo + four.hi;
  return two.x + two.y;
}

__kernel void layer_norm_forward_rows(
    SOURCE_PARAMETERS, __global const ELEM* w, const ulong w_offset, __global const ELEM* b, const ulong b_offset,
    __global ELEM* y, const ulong y_offset, __global ELEM* mean, const ulong mean_offset,
    __global ELEM* rstd, const ulong rstd_offset, const ulong rows, const ulong count, const ELEM eps,
    const ulong centered) {
  const size_t row = get_global_id(0);
  if (row >= rows) return;
  __global ELEM* to = y + y_offset + row * count;
  const size_t whole = count / 16 * 16;
  real sums = 0;
  for (size_t k = 0; k < whole;) {
    const size_t stop = min(k + 16 * BLOCK, whole);
    real block = 0;
    for (; k < stop; k += 16) {
      const real v = SOURCE(row * count + k, 16);
      vstore16(v, 0, to + k);
      block += v;
    }
    sums += block;
  }
  ELEM sum = lanes_sum(sums);
  if (whole < count) {
    write_result(to + whole, count - whole, SOURCE(row * count + whole, count - whole));
    for (size_t k = whole; k < count; k++) sum += to[k];
  }
  const ELEM m = centered ? sum / (ELEM)count : 0;
  sums = 0;
  for (size_t k = 0; k < whole;) {
    const size_t stop = min(k + 16 * BLOCK, whole);
    real block = 0;
    for (; k < stop; k += 16) {
      const real d = vload16(0, to + k) - (real)m;
      block += d * d;
    }
    sums += block;
  }
  sum = lanes_sum(sums);
  for (size_t k = whole; k < count; k++) sum += (to[k] - m) * (to[k] - m);
  const ELEM r = 1 / sqrt(sum / (ELEM)count + eps);
  __global const ELEM* scale = w + w_offset;
  __global const ELEM* shift = b + b_offset;
  for (size_t k = 0; k < whole; k += 16)
    vstore16((vload16(0, to + k) - (real)m) * (real)r * vload16(0, scale + k) + vload16(0, shift + k), 0, to + k);
  for (size_t k = whole; k < count; k++) to[k] = (to[k] - m) * r * scale[k] + shift[k];
  mean[mean_offset + row] = m;
  rstd[rstd_offset + row] = r;
}

__kernel void layer_norm_backward_rows(
    SOURCE_PARAMETERS, __global const ELEM* saved_x, const ulong saved_x_offset,
    __global const ELEM* w, const ulong w_offset, __global const ELEM* mean, const ulong mean_offset,
    __global const ELEM* rstd, const ulong rstd_offset, __global ELEM* dx, const ulong dx_offset,
    __global ELEM* dw, const ulong dw_offset, __global ELEM* db, const ulong db_offset,
    const ulong rows, const ulong count, const ulong length, const ulong segments,
    const ulong centered) {
  const size_t segment = get_global_id(0);
  if (segment >= segments) return;
  __global const ELEM* scale = w + w_offset;
  __global ELEM* segment_dw = dw + dw_offset + segment * count;
  __global ELEM* segment_db = db + db_offset + segment * count;
  const size_t whole = count / 16 * 16;
  const size_t begin = segment * length;
  const size_t end = min(begin + length, (size_t)rows);
  for (size_t k = 0; k < count; k++) {
    segment_dw[k] = 0;
    segment_db[k] = 0;
  }
  for (size_t row = begin; row < end; row++) {
    __global const ELEM* from = saved_x + saved_x_offset + row * count;
    __global ELEM* to = dx + dx_offset + row * count;
    const ELEM m = mean[mean_offset + row];
    const ELEM r = rstd[rstd_offset + row];
    real sums = 0, sums_h = 0;
    for (size_t k = 0; k < whole;) {
      const size_t stop = min(k + 16 * BLOCK, whole);
      real block = 0, block_h = 0;
      for (; k < stop; k += 16) {
        const real dy = SOURCE(row * count + k, 16);
        const real h = (vload16(0, from + k) - (real)m) * (real)r;
        const real g = dy * vload16(0, scale + k);
        vstore16(g, 0, to + k);
        block += g;
        block_h += g * h;
        vstore16(vload16(0, segment_dw + k) + dy * h, 0, segment_dw + k);
        vstore16(vload16(0, segment_db + k) + dy, 0, segment_db + k);
      }
      sums += block;
      sums_h += block_h;
    }
    ELEM sum = lanes_sum(sums);
    ELEM sum_h = lanes_sum(sums_h);
    if (whole < count) {
      ELEM rest[16];
      vstore16(SOURCE(row * count + whole, count - whole), 0, rest);
      for (size_t k = whole; k < count; k++) {
        const ELEM dy = rest[k - whole];
        const ELEM h = (from[k] - m) * r;
        const ELEM g = dy * scale[k];
        to[k] = g;
        sum += g;
        sum_h += g * h;
        segment_dw[k] += dy * h;
        segment_db[k] += dy;
      }
    }
    const ELEM mean_g = centered ? sum / (ELEM)count : 0;
    const ELEM mean_gh = sum_h / (ELEM)count;
    for (size_t k = 0; k < whole; k += 16) {
      const real h = (vload16(0, from + k) - (real)m) * (real)r;
      vstore16((real)r * (vload16(0, to + k) - (real)mean_g - h * (real)mean_gh), 0, to + k);
    }
    for (size_t k = whole; k < count; k++) to[k] = r * (to[k] - mean_g - (from[k] - m) * r * mean_gh);
  }
}

#endif
