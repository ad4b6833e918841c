// softmax: y = exp(x - max x) / sum exp(x - max x) over the middle of x, of shape (outer, count, inner).
// dx = y (dy - sum dy y).  Backward reads the saved y.
// Forward reads x through SOURCE, and backward dy: each element once, since it may be costly. It waits in the result (x
// in y, dy in dx), from which its own work-item reads it again: by then the row is in cache.
//   softmax_forward         one work-item a line: short rows, and columns
//   softmax_forward_group   a work-group of GROUP a row, inner = 1: rows on GPUs
//   softmax_forward_rows    one work-item a row, inner = 1, in vectors (W = 16): rows on CPU-type devices
// softmax_backward likewise.
#define GROUP 128

// fmax ignores NaN, which then comes back through exp(NaN - max) into the sum, and so into the whole line.

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

static inline __attribute__((unused)) ELEM group_max(__local ELEM* part, const ELEM own) {
  const size_t id = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  part[id] = own;
  for (size_t step = GROUP / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (id < step) part[id] = fmax(part[id], part[id + step]);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return part[0];
}

__kernel void softmax_forward(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong lines, const ulong count, const ulong inner) {
  const size_t line = get_global_id(0);
  if (line >= lines) return;
  const size_t first = line / inner * count * inner + line % inner;
  __global ELEM* to = y + y_offset + first;
  ELEM top = -INFINITY;
  for (size_t k = 0; k < count; k++) {
    const ELEM v = LANE0(SOURCE(first + k * inner, 1));
    to[k * inner] = v;
    top = fmax(top, v);
  }
  ELEM sum = 0;
  for (size_t k = 0; k < count; k++) {
    const ELEM e = exp(to[k * inner] - top);
    to[k * inner] = e;
    sum += e;
  }
  for (size_t k = 0; k < count; k++) to[k * inner] /= sum;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void softmax_forward_group(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong lines, const ulong count, const ulong inner) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t line = get_group_id(0);
  if (line >= lines) return;
  __global ELEM* to = y + y_offset + line * count;
  ELEM top = -INFINITY;
  for (size_t k = id; k < count; k += GROUP) {
    const ELEM v = LANE0(SOURCE(line * count + k, 1));
    to[k] = v;
    top = fmax(top, v);
  }
  top = group_max(part, top);
  ELEM sum = 0;
  for (size_t k = id; k < count; k += GROUP) {
    const ELEM e = exp(to[k] - top);
    to[k] = e;
    sum += e;
  }
  sum = group_sum(part, sum);
  for (size_t k = id; k < count; k += GROUP) to[k] /= sum;
}

__kernel void softmax_backward(
    SOURCE_PARAMETERS, __global const ELEM* y, const ulong y_offset,
    __global ELEM* dx, const ulong dx_offset, const ulong lines, const ulong count, const ulong inner) {
  const size_t line = get_global_id(0);
  if (line >= lines) return;
  const size_t first = line / inner * count * inner + line % inner;
  __global const ELEM* y_line = y + y_offset + first;
  __global ELEM* to = dx + dx_offset + first;
  ELEM sum = 0;
  for (size_t k = 0; k < count; k++) {
    const ELEM dy = LANE0(SOURCE(first + k * inner, 1));
    to[k * inner] = dy;
    sum += dy * y_line[k * inner];
  }
  for (size_t k = 0; k < count; k++) to[k * inner] = y_line[k * inner] * (to[k * inner] - sum);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void softmax_backward_group(
    SOURCE_PARAMETERS, __global const ELEM* y, const ulong y_offset,
    __global ELEM* dx, const ulong dx_offset, const ulong lines, const ulong count, const ulong inner) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t line = get_group_id(0);
  if (line >= lines) return;
  const size_t first = line * count;
  __global const ELEM* y_line = y + y_offset + first;
  __global ELEM* to = dx + dx_offset + first;
  ELEM sum = 0;
  for (size_t k = id; k < count; k += GROUP) {
    const ELEM dy = LANE0(SOURCE(first + k, 1));
    to[k] = dy;
    sum += dy * y_line[k];
  }
  sum = group_sum(part, sum);
  for (size_t k = id; k < count; k += GROUP) to[k] = y_line[k] * (to[k] - sum);
}

#elif W == 16

static inline ELEM lanes_sum(const real v) {
  const PASTE(ELEM, 8) eight = v.lo + v.hi;
  const PASTE(ELEM, 4) four = eight.lo + eight.hi;
  const PASTE(ELEM, 2) two = four.lo + four.hi;
  return two.x + two.y;
}

static inline ELEM lanes_max(const real v) {
  const PASTE(ELEM, 8) eight = fmax(v.lo, v.hi);
  const PASTE(ELEM, 4) four = fmax(eight.lo, eight.hi);
  const PASTE(ELEM, 2) two = fmax(four.lo, four.hi);
  return fmax(two.x, two.y);
}

// The first n < 16 elements, and a filling behind them: tails take the same vector code as the rest.
static inline real load_tail(__global const ELEM* x, const size_t n, const ELEM filling) {
  ELEM padded[16];
  for (size_t lane = 0; lane < 16; lane++) padded[lane] = lane < n ? x[lane] : filling;
  return vload16(0, padded);
}

static inline void store_tail(const real v, const size_t n, __global ELEM* y) {
  ELEM padded[16];
  vstore16(v, 0, padded);
  for (size_t lane = 0; lane < n; lane++) y[lane] = padded[lane];
}

__kernel void softmax_forward_rows(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset,
    const ulong lines, const ulong count, const ulong inner) {
  const size_t line = get_global_id(0);
  if (line >= lines) return;
  __global ELEM* to = y + y_offset + line * count;
  const size_t whole = count / 16 * 16;
  const size_t rest = count - whole;
  real tops = (real)(-INFINITY);
  for (size_t k = 0; k < whole; k += 16) {
    const real v = SOURCE(line * count + k, 16);
    vstore16(v, 0, to + k);
    tops = fmax(tops, v);
  }
  if (rest > 0) {
    write_result(to + whole, rest, SOURCE(line * count + whole, rest));
    tops = fmax(tops, load_tail(to + whole, rest, -INFINITY));
  }
  const real top = (real)(lanes_max(tops));
  real sums = 0;
  for (size_t k = 0; k < whole; k += 16) {
    const real e = exp(vload16(0, to + k) - top);
    vstore16(e, 0, to + k);
    sums += e;
  }
  if (rest > 0) {
    // The filling is exp(0 - inf) = 0 for every finite top; other tops make the whole line NaN.
    const real e = exp(load_tail(to + whole, rest, -INFINITY) - top);
    store_tail(e, rest, to + whole);
    sums += e;
  }
  const real sum = (real)(lanes_sum(sums));
  for (size_t k = 0; k < whole; k += 16) vstore16(vload16(0, to + k) / sum, 0, to + k);
  if (rest > 0) store_tail(load_tail(to + whole, rest, 0) / sum, rest, to + whole);
}

__kernel void softmax_backward_rows(
    SOURCE_PARAMETERS, __global const ELEM* y, const ulong y_offset,
    __global ELEM* dx, const ulong dx_offset, const ulong lines, const ulong count, const ulong inner) {
  const size_t line = get_global_id(0);
  if (line >= lines) return;
  __global const ELEM* y_line = y + y_offset + line * count;
  __global ELEM* to = dx + dx_offset + line * count;
  const size_t whole = count / 16 * 16;
  real sums = 0;
  for (size_t k = 0; k < whole; k += 16) {
    const real dy = SOURCE(line * count + k, 16);
    vstore16(dy, 0, to + k);
    sums += dy * vload16(0, y_line + k);
  }
  ELEM rest = 0;
  if (whole < count) {
    write_result(to + whole, count - whole, SOURCE(line * count + whole, count - whole));
    for (size_t k = whole; k < count; k++) rest += to[k] * y_line[k];
  }
  const ELEM sum = lanes_sum(sums) + rest;
  for (size_t k = 0; k < whole; k += 16)
    vstore16(vload16(0, y_line + k) * (vload16(0, to + k) - (real)(sum)), 0, to + k);
  for (size_t k = whole; k < count; k++) to[k] = y_line[k] * (to[k] - sum);
}

#endif
