// cross_entropy of class indices, for x of shape (outer, count, inner) and a target t of shape (outer, inner):
//   p = softmax(x) over the classes,  T_c = (1 - s) w_t [c = t] + s / count w_c  for label smoothing s and weights w,
//   loss = -sum over c of T_c log p_c  at each position, and 0 where t is ignore_index.
//   dx_c = g (p_c sum T - T_c),  g = dy of the position, or dy of a sum, or dy over the sum of w_t for a mean.
// Backward reads x, the target, the weights and what forward leaves in `stats` (2, positions): max x, and the logarithm
// of the sum of exp(x - max x), apart because their sum would lose digits.  `terms` (2, positions) are loss and w_t.
// A target out of range is flagged in `status`, and its position left out.
//   _forward, _backward                one work-item a position: few classes, and inner > 1
//   _forward_group, _backward_group    a work-group of GROUP a position, inner = 1: many classes on GPUs
//   _forward_rows, _backward_rows      one work-item a position, inner = 1, in vectors: CPU-type devices
//   _target                            T, divided as g is, for the differentiable form
//   _mean                              one work-item: loss over weight of `totals`, which are the sums of `terms`
#define V PASTE(ELEM, 16)
#define GROUP 128
#define NONE 0
#define SUM 1
#define MEAN 2

#define FORWARD_PARAMETERS                                                                     \
  __global const ELEM* x, const ulong x_offset, __global const long* target, const ulong target_offset, \
  __global const ELEM* weight, const ulong weight_offset, __global ELEM* stats, const ulong stats_offset, \
  __global ELEM* terms, const ulong terms_offset, __global long* status, const ulong status_offset, \
  const ulong positions, const ulong count, const ulong inner, const long ignore_index, \
  const int has_weight, const ELEM smoothing

#define BACKWARD_PARAMETERS                                                                    \
  __global const ELEM* dy, const ulong dy_offset, __global const ELEM* x, const ulong x_offset, \
  __global const long* target, const ulong target_offset, __global const ELEM* weight, const ulong weight_offset, \
  __global const ELEM* stats, const ulong stats_offset, __global const ELEM* totals, const ulong totals_offset, \
  __global ELEM* dx, const ulong dx_offset, \
  const ulong positions, const ulong count, const ulong inner, const long ignore_index, \
  const int has_weight, const ELEM smoothing, const int reduction

// The sum over a work-group of one number from each work-item; all of them get it.
static inline ELEM group_sum(__local ELEM* part, const ELEM own) {
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

static inline ELEM group_max(__local ELEM* part, const ELEM own) {
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

// The first n < 16 elements, and a filling behind them: tails take the same vector code as the rest.
static inline V load_tail(__global const ELEM* x, const size_t n, const ELEM filling) {
  ELEM padded[16];
  for (size_t lane = 0; lane < 16; lane++) padded[lane] = lane < n ? x[lane] : filling;
  return vload16(0, padded);
}

static inline ELEM lanes_sum(const V v) {
  const PASTE(ELEM, 8) eight = v.lo + v.hi;
  const PASTE(ELEM, 4) four = eight.lo + eight.hi;
  const PASTE(ELEM, 2) two = four.lo + four.hi;
  return two.x + two.y;
}

static inline ELEM lanes_max(const V v) {
  const PASTE(ELEM, 8) eight = fmax(v.lo, v.hi);
  const PASTE(ELEM, 4) four = fmax(eight.lo, eight.hi);
  const PASTE(ELEM, 2) two = fmax(four.lo, four.hi);
  return fmax(two.x, two.y);
}

// Whether a position counts; flags a target that is neither a class nor ignored.
static inline bool counts(
    const long t, const ulong count, const long ignore_index, __global long* status) {
  if (t == ignore_index) return false;
  if (t >= 0 && (ulong)t < count) return true;
  status[1] = t;
  status[0] = 1;
  return false;
}

// -sum of w_c log p_c over the classes from `begin` in steps of `step`.
static inline ELEM smooth_loss(
    __global const ELEM* x, __global const ELEM* weight, const int has_weight, const ELEM top, const ELEM log_sum,
    const size_t begin, const size_t count, const size_t step, const size_t inner) {
  ELEM sum = 0;
  for (size_t c = begin; c < count; c += step)
    sum -= ((x[c * inner] - top) - log_sum) * (has_weight ? weight[c] : (ELEM)1);
  return sum;
}

// Writes what forward leaves of one position.
static inline void leave(
    __global const ELEM* x, __global const ELEM* weight, __global ELEM* stats, __global ELEM* terms,
    __global long* status, const ulong position, const ulong positions, const ulong count, const ulong inner,
    const long t, const long ignore_index, const int has_weight, const ELEM smoothing,
    const ELEM top, const ELEM log_sum, const ELEM smooth) {
  stats[position] = top;
  stats[positions + position] = log_sum;
  ELEM loss = 0;
  ELEM w = 0;
  if (counts(t, count, ignore_index, status)) {
    w = has_weight ? weight[t] : (ELEM)1;
    loss = w * (log_sum - (x[(size_t)t * inner] - top));
    if (smoothing != 0) loss = (1 - smoothing) * loss + smoothing / (ELEM)count * smooth;
  }
  terms[position] = loss;
  terms[positions + position] = w;
}

__kernel void cross_entropy_forward(FORWARD_PARAMETERS) {
  const size_t position = get_global_id(0);
  if (position >= positions) return;
  __global const ELEM* from = x + x_offset + position / inner * count * inner + position % inner;
  ELEM top = -INFINITY;
  for (size_t c = 0; c < count; c++) top = fmax(top, from[c * inner]);
  ELEM sum = 0;
  for (size_t c = 0; c < count; c++) sum += exp(from[c * inner] - top);
  const ELEM log_sum = log(sum);
  ELEM smooth = 0;
  if (smoothing != 0) smooth = smooth_loss(from, weight + weight_offset, has_weight, top, log_sum, 0, count, 1, inner);
  leave(from, weight + weight_offset, stats + stats_offset, terms + terms_offset, status + status_offset, position,
        positions, count, inner, target[target_offset + position], ignore_index, has_weight, smoothing, top, log_sum,
        smooth);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void cross_entropy_forward_group(FORWARD_PARAMETERS) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t position = get_group_id(0);
  __global const ELEM* from = x + x_offset + position * count;
  ELEM top = -INFINITY;
  for (size_t c = id; c < count; c += GROUP) top = fmax(top, from[c]);
  top = group_max(part, top);
  ELEM sum = 0;
  for (size_t c = id; c < count; c += GROUP) sum += exp(from[c] - top);
  const ELEM log_sum = log(group_sum(part, sum));
  ELEM smooth = 0;
  if (smoothing != 0)
    smooth = group_sum(
        part, smooth_loss(from, weight + weight_offset, has_weight, top, log_sum, id, count, GROUP, inner));
  if (id == 0)
    leave(from, weight + weight_offset, stats + stats_offset, terms + terms_offset, status + status_offset, position,
          positions, count, inner, target[target_offset + position], ignore_index, has_weight, smoothing, top, log_sum,
          smooth);
}

__kernel void cross_entropy_forward_rows(FORWARD_PARAMETERS) {
  const size_t position = get_global_id(0);
  if (position >= positions) return;
  __global const ELEM* from = x + x_offset + position * count;
  const size_t whole = count / 16 * 16;
  const size_t rest = count - whole;
  V tops = (V)(-INFINITY);
  for (size_t c = 0; c < whole; c += 16) tops = fmax(tops, vload16(0, from + c));
  if (rest > 0) tops = fmax(tops, load_tail(from + whole, rest, -INFINITY));
  const ELEM top = lanes_max(tops);
  V sums = 0;
  for (size_t c = 0; c < whole; c += 16) sums += exp(vload16(0, from + c) - (V)(top));
  if (rest > 0) sums += exp(load_tail(from + whole, rest, -INFINITY) - (V)(top));
  const ELEM log_sum = log(lanes_sum(sums));
  ELEM smooth = 0;
  if (smoothing != 0) smooth = smooth_loss(from, weight + weight_offset, has_weight, top, log_sum, 0, count, 1, inner);
  leave(from, weight + weight_offset, stats + stats_offset, terms + terms_offset, status + status_offset, position,
        positions, count, inner, target[target_offset + position], ignore_index, has_weight, smoothing, top, log_sum,
        smooth);
}

// The sum of the weights of all classes from `begin` in steps of `step`.
static inline ELEM weight_sum(
    __global const ELEM* weight, const int has_weight, const size_t begin, const size_t count, const size_t step) {
  ELEM sum = 0;
  for (size_t c = begin; c < count; c += step) sum += has_weight ? weight[c] : (ELEM)1;
  return sum;
}

// What every backward kernel knows of its position: t, which is -1 where there is no gradient, and the parts of
// dx_c = scale p_c - [c = t] own - w_c share.
#define BACKWARD_PARTS(all_weights)                                                                       \
  const long t = is_class(target[target_offset + position], count, ignore_index);                         \
  const ELEM w = t < 0 ? (ELEM)0 : has_weight ? weight[weight_offset + (t < 0 ? 0 : t)] : (ELEM)1;         \
  const ELEM upstream = dy[dy_offset + (reduction == NONE ? position : 0)];                               \
  const ELEM g = reduction == MEAN ? upstream / totals[totals_offset + 1] : upstream;                     \
  const ELEM own = g * (1 - smoothing) * w;                                                               \
  const ELEM share = g * smoothing / (ELEM)count;                                                         \
  const ELEM scale = smoothing != 0 ? own + share * (all_weights) : own;                                  \
  const ELEM top = stats[stats_offset + position];                                                        \
  const ELEM log_sum = stats[stats_offset + positions + position];

static inline long is_class(const long t, const ulong count, const long ignore_index) {
  return t == ignore_index || t < 0 || (ulong)t >= count ? -1 : t;
}

#define DX(c, place)                                                                                \
  (scale * exp((x_line[place] - top) - log_sum) - ((long)(c) == t ? own : (ELEM)0) -                \
   (smoothing != 0 ? share * (has_weight ? weight[weight_offset + (c)] : (ELEM)1) : (ELEM)0))

__kernel void cross_entropy_backward(BACKWARD_PARAMETERS) {
  const size_t position = get_global_id(0);
  if (position >= positions) return;
  const size_t first = position / inner * count * inner + position % inner;
  __global const ELEM* x_line = x + x_offset + first;
  __global ELEM* to = dx + dx_offset + first;
  BACKWARD_PARTS(weight_sum(weight + weight_offset, has_weight, 0, count, 1))
  for (size_t c = 0; c < count; c++) to[c * inner] = t < 0 ? (ELEM)0 : DX(c, c * inner);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void cross_entropy_backward_group(BACKWARD_PARAMETERS) {
  __local ELEM part[GROUP];
  const size_t id = get_local_id(0);
  const size_t position = get_group_id(0);
  __global const ELEM* x_line = x + x_offset + position * count;
  __global ELEM* to = dx + dx_offset + position * count;
  BACKWARD_PARTS(group_sum(part, weight_sum(weight + weight_offset, has_weight, id, count, GROUP)))
  for (size_t c = id; c < count; c += GROUP) to[c] = t < 0 ? (ELEM)0 : DX(c, c);
}

__kernel void cross_entropy_backward_rows(BACKWARD_PARAMETERS) {
  const size_t position = get_global_id(0);
  if (position >= positions) return;
  __global const ELEM* x_line = x + x_offset + position * count;
  __global ELEM* to = dx + dx_offset + position * count;
  BACKWARD_PARTS(weight_sum(weight + weight_offset, has_weight, 0, count, 1))
  for (size_t c = 0; c < count; c += 16) {
    const size_t n = min((size_t)count - c, (size_t)16);
    const V z = n == 16 ? vload16(0, x_line + c) : load_tail(x_line + c, n, -INFINITY);
    ELEM lanes[16];
    vstore16((V)(scale) * exp((z - (V)(top)) - (V)(log_sum)), 0, lanes);
    if (smoothing != 0)
      for (size_t k = 0; k < n; k++) lanes[k] -= share * (has_weight ? weight[weight_offset + c + k] : (ELEM)1);
    if (t >= (long)c && t < (long)(c + n)) lanes[t - (long)c] -= own;
    for (size_t k = 0; k < n; k++) to[c + k] = t < 0 ? (ELEM)0 : lanes[k];
  }
}

__kernel void cross_entropy_target(
    __global const long* target, const ulong target_offset, __global const ELEM* weight, const ulong weight_offset,
    __global const ELEM* totals, const ulong totals_offset, __global ELEM* y, const ulong y_offset,
    const ulong numel, const ulong count, const ulong inner, const long ignore_index,
    const int has_weight, const ELEM smoothing, const int reduction) {
  const size_t i = get_global_id(0);
  if (i >= numel) return;
  const size_t c = i / inner % count;
  const long t = is_class(target[target_offset + i / inner / count * inner + i % inner], count, ignore_index);
  const ELEM w = has_weight ? weight[weight_offset + c] : (ELEM)1;
  ELEM part = ((long)c == t ? (1 - smoothing) * w : (ELEM)0) + smoothing / (ELEM)count * w;
  if (reduction == MEAN) part /= totals[totals_offset + 1];
  y[y_offset + i] = t < 0 ? (ELEM)0 : part;
}

__kernel void cross_entropy_mean(
    __global const ELEM* totals, const ulong totals_offset, __global ELEM* y, const ulong y_offset) {
  if (get_global_id(0) == 0) y[y_offset] = totals[totals_offset] / totals[totals_offset + 1];
}
