// scaled_dot_product_attention for CPU-type devices: as in scaled_dot_product_attention.cl, which says what is computed, ROWS
// times WIDE scores at a time in vectors. W is at least 4.
//   attention_pack                                          copies an input into rows and panels without tails
//   attention_forward_rows, attention_backward_query_rows   a work-item for each ROWS queries
//   attention_backward_key_rows                             a work-item for each ROWS keys
#if W > 1

#define LARGEST 256

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#define SIZES \
  const ulong batches, const ulong inner_batches, const ulong queries, const ulong keys, \
  const ulong depth, const ulong columns
#define MASK \
  const long mask_outer, const long mask_inner, const long mask_row, const long mask_col, \
  const ulong has_mask, const ulong causal, const ELEM scale

#define ROWS 8
#define WIDE (2 * W)
#define PADDED(n) (((n) + WIDE - 1) / WIDE * WIDE)
#define FOR_ROWS(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

// rows[p, i, l] = x[p, i, l], of PADDED(size) rows of PADDED(length), and panels[p, i / WIDE, l, i % WIDE] = x[p, i, l];
// both 0 where x has no element. Launch: a work-item for each WIDE rows.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention_pack(
    __global const ELEM* restrict x, const ulong x_offset, __global ELEM* restrict rows, const ulong rows_offset,
    __global ELEM* restrict panels, const ulong panels_offset,
    const ulong batches, const ulong inner_batches, const ulong size, const ulong length,
    const long x_outer, const long x_inner, const long x_row) {
  const size_t tall = PADDED(size);
  const size_t width = PADDED(length);
  const size_t p = get_global_id(0) / (tall / WIDE);
  if (p >= batches) return;
  const size_t first = get_global_id(0) % (tall / WIDE) * WIDE;
  __global ELEM* row = rows + rows_offset + (p * tall + first) * width;
  __global ELEM* panel = panels + panels_offset + (p * tall + first) * length;
  for (size_t r = 0; r < WIDE; r++) {
    __global const ELEM* from = x + x_offset + BATCH_OFFSET(x, p) + (long)(first + r) * x_row;
    const size_t count = first + r < size ? length : 0;
    for (size_t l = 0; l < count; l++) row[r * width + l] = from[l];
    for (size_t l = count; l < width; l++) row[r * width + l] = 0;
    for (size_t l = 0; l < length; l++) panel[l * WIDE + r] = row[r * width + l];
  }
}

#define CLEAR(r) real left##r = K(0), right##r = K(0);
#define MULTIPLY(r) left##r = fma((real)(x[r * width + l]), z0, left##r); right##r = fma((real)(x[r * width + l]), z1, right##r);
#define KEEP(r) VSTORE(left##r, s + r * WIDE); VSTORE(right##r, s + r * WIDE + W);
#define RESUME(r) \
  real left##r = VLOAD(sums + r * LARGEST + c) * (real)(factors[r]), right##r = VLOAD(sums + r * LARGEST + c + W) * (real)(factors[r]);
#define WEIGH(r) \
  left##r = fma((real)(weights[r * WIDE + l]), z0, left##r); right##r = fma((real)(weights[r * WIDE + l]), z1, right##r);
#define RETURN(r) VSTORE(left##r, sums + r * LARGEST + c); VSTORE(right##r, sums + r * LARGEST + c + W);

// The products of ROWS rows of x and a panel.
static inline __attribute__((unused)) void panel_products(
    ELEM* s, __global const ELEM* x, const size_t width, __global const ELEM* panel, const size_t length) {
  FOR_ROWS(CLEAR)
  for (size_t l = 0; l < length; l++) {
    const real z0 = VLOAD(panel + l * WIDE), z1 = VLOAD(panel + l * WIDE + W);
    FOR_ROWS(MULTIPLY)
  }
  FOR_ROWS(KEEP)
}

// Adds to ROWS rows, each multiplied by a factor first, the product of ROWS * WIDE weights and WIDE rows of z.
static inline __attribute__((unused)) void add_products(
    ELEM* sums, const ELEM* factors, const ELEM* weights, __global const ELEM* z, const size_t width) {
  for (size_t c = 0; c < width; c += WIDE) {
    FOR_ROWS(RESUME)
    for (size_t l = 0; l < WIDE; l++) {
      const real z0 = VLOAD(z + l * width + c), z1 = VLOAD(z + l * width + c + W);
      FOR_ROWS(WEIGH)
    }
    FOR_ROWS(RETURN)
  }
}

static inline __attribute__((unused)) ELEM largest_of(const real v) {
  ELEM lanes[W];
  VSTORE(v, lanes);
  for (int count = W / 2; count > 0; count /= 2)
    for (int i = 0; i < count; i++) lanes[i] = fmax(lanes[i], lanes[i + count]);
  return lanes[0];
}

static inline __attribute__((unused)) ELEM total_of(const real v) {
  ELEM lanes[W];
  VSTORE(v, lanes);
  for (int count = W / 2; count > 0; count /= 2)
    for (int i = 0; i < count; i++) lanes[i] += lanes[i + count];
  return lanes[0];
}

// Makes scores of products: scaled, masked, and -inf for what does not exist or must not be seen. Row r and lane l are
// query i + l of key j + r, or with `by_query` query i + r of key j + l.
static inline __attribute__((unused)) void scores(
    ELEM* s, const bool by_query, const size_t i, const size_t j, const ulong queries, const ulong keys,
    __global const ELEM* mask_at, const long mask_row, const long mask_col, const ulong has_mask, const ulong causal,
    const ELEM scale) {
  const size_t end_i = i + (by_query ? ROWS : WIDE);
  const size_t end_j = j + (by_query ? WIDE : ROWS);
  const bool hides = end_i > queries || end_j > keys || (causal && end_j > i + 1);
  for (size_t r = 0; r < ROWS; r++) {
    ELEM* line = s + r * WIDE;
    VSTORE(VLOAD(line) * (real)(scale), line);
    VSTORE(VLOAD(line + W) * (real)(scale), line + W);
    if (!has_mask && !hides) continue;
    for (size_t l = 0; l < WIDE; l++) {
      const size_t at_i = by_query ? i + r : i + l;
      const size_t at_j = by_query ? j + l : j + r;
      if (at_i >= queries || at_j >= keys || (causal && at_j > at_i)) line[l] = -INFINITY;
      else if (has_mask) line[l] += mask_at[(long)at_i * mask_row + (long)at_j * mask_col];
    }
  }
}

// Stores the first `count` of ROWS rows, each multiplied by a factor.
static inline __attribute__((unused)) void store_rows(
    const ELEM* sums, const ELEM* factors, __global ELEM* y, const size_t count, const size_t length) {
  for (size_t r = 0; r < ROWS && r < count; r++)
    for (size_t l = 0; l < length; l++) y[r * length + l] = sums[r * LARGEST + l] * factors[r];
}

#define ROWS_BEGIN(count) \
  const size_t blocks = (count + ROWS - 1) / ROWS; \
  const size_t p = get_global_id(0) / blocks; \
  if (p >= batches) return; \
  const size_t first = get_global_id(0) % blocks * ROWS; \
  const size_t wide = PADDED(depth), wide_v = PADDED(columns); \
  __global const ELEM* mask_at = mask_ + mask_offset + BATCH_OFFSET(mask, p);
#define ROWS_OF(x, size, width) (x##_rows + x##_rows_offset + p * PADDED(size) * (width))
#define PANELS_OF(x, size, length) (x##_panels + x##_panels_offset + p * PADDED(size) * (length))

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention_forward_rows(
    __global const ELEM* q_rows, const ulong q_rows_offset, __global const ELEM* k_panels, const ulong k_panels_offset,
    __global const ELEM* v_rows, const ulong v_rows_offset, __global const ELEM* mask_, const ulong mask_offset,
    __global ELEM* y, const ulong y_offset, __global ELEM* top, const ulong top_offset,
    __global ELEM* sum, const ulong sum_offset, SIZES, MASK) {
  ROWS_BEGIN(queries)
  __global const ELEM* q_at = ROWS_OF(q, queries, wide) + first * wide;
  __global const ELEM* k_at = PANELS_OF(k, keys, depth);
  __global const ELEM* v_at = ROWS_OF(v, keys, wide_v);
  ELEM acc[ROWS * LARGEST], s[ROWS * WIDE], tops[ROWS], sums[ROWS], factors[ROWS];
  for (size_t e = 0; e < ROWS * LARGEST; e++) acc[e] = 0;
  for (size_t r = 0; r < ROWS; r++) {
    tops[r] = -INFINITY;
    sums[r] = 0;
  }
  const size_t end = causal ? min((size_t)keys, first + ROWS) : (size_t)keys;
  for (size_t j = 0; j < end; j += WIDE) {
    panel_products(s, q_at, wide, k_at + j * depth, depth);
    scores(s, true, first, j, queries, keys, mask_at, mask_row, mask_col, has_mask, causal, scale);
    for (size_t r = 0; r < ROWS; r++) {
      ELEM* line = s + r * WIDE;
      const ELEM best = fmax(tops[r], largest_of(fmax(VLOAD(line), VLOAD(line + W))));
      const ELEM shift = best == -INFINITY ? (ELEM)0 : best;
      const real e0 = exp(VLOAD(line) - (real)(shift)), e1 = exp(VLOAD(line + W) - (real)(shift));
      VSTORE(e0, line);
      VSTORE(e1, line + W);
      factors[r] = exp(tops[r] - shift);
      sums[r] = sums[r] * factors[r] + total_of(e0 + e1);
      tops[r] = best;
    }
    add_products(acc, factors, s, v_at + j * wide_v, wide_v);
  }
  for (size_t r = 0; r < ROWS && first + r < queries; r++) {
    top[top_offset + p * queries + first + r] = tops[r] == -INFINITY ? (ELEM)0 : tops[r];
    sum[sum_offset + p * queries + first + r] = sums[r];
    for (size_t l = 0; l < columns; l++) acc[r * LARGEST + l] /= sums[r];
    factors[r] = 1;
  }
  store_rows(acc, factors, y + y_offset + (p * queries + first) * columns, queries - first, columns);
}

#define OF_ROWS \
  __global const ELEM* mask_, const ulong mask_offset, __global const ELEM* top, const ulong top_offset, \
  __global const ELEM* sum, const ulong sum_offset, __global const ELEM* delta, const ulong delta_offset

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention_backward_query_rows(
    __global const ELEM* q_rows, const ulong q_rows_offset, __global const ELEM* k_rows, const ulong k_rows_offset,
    __global const ELEM* k_panels, const ulong k_panels_offset,
    __global const ELEM* v_panels, const ulong v_panels_offset,
    __global const ELEM* dy_rows, const ulong dy_rows_offset, OF_ROWS,
    __global ELEM* dq, const ulong dq_offset, SIZES, MASK) {
  ROWS_BEGIN(queries)
  __global const ELEM* q_at = ROWS_OF(q, queries, wide) + first * wide;
  __global const ELEM* dy_at = ROWS_OF(dy, queries, wide_v) + first * wide_v;
  __global const ELEM* k_at = ROWS_OF(k, keys, wide);
  ELEM acc[ROWS * LARGEST], s[ROWS * WIDE], d[ROWS * WIDE], factors[ROWS];
  for (size_t e = 0; e < ROWS * LARGEST; e++) acc[e] = 0;
  for (size_t r = 0; r < ROWS; r++) factors[r] = 1;
  const size_t end = causal ? min((size_t)keys, first + ROWS) : (size_t)keys;
  for (size_t j = 0; j < end; j += WIDE) {
    panel_products(s, q_at, wide, PANELS_OF(k, keys, depth) + j * depth, depth);
    panel_products(d, dy_at, wide_v, PANELS_OF(v, keys, columns) + j * columns, columns);
    scores(s, true, first, j, queries, keys, mask_at, mask_row, mask_col, has_mask, causal, scale);
    for (size_t r = 0; r < ROWS && first + r < queries; r++) {
      const size_t at = p * queries + first + r;
      const real shift = (real)(top[top_offset + at]), norm = (real)(sum[sum_offset + at]);
      const real mean = (real)(delta[delta_offset + at]);
      for (size_t l = r * WIDE; l < (r + 1) * WIDE; l += W)
        VSTORE(exp(VLOAD(s + l) - shift) / norm * (VLOAD(d + l) - mean), d + l);
    }
    add_products(acc, factors, d, k_at + j * wide, wide);
  }
  for (size_t r = 0; r < ROWS; r++) factors[r] = scale;
  store_rows(acc, factors, dq + dq_offset + (p * queries + first) * depth, queries - first, depth);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention_backward_key_rows(
    __global const ELEM* k_rows, const ulong k_rows_offset, __global const ELEM* v_rows, const ulong v_rows_offset,
    __global const ELEM* q_rows, const ulong q_rows_offset, __global const ELEM* q_panels, const ulong q_panels_offset,
    __global const ELEM* dy_rows, const ulong dy_rows_offset,
    __global const ELEM* dy_panels, const ulong dy_panels_offset, OF_ROWS,
    __global ELEM* dk, const ulong dk_offset, __global ELEM* dv, const ulong dv_offset, SIZES, MASK) {
  ROWS_BEGIN(keys)
  __global const ELEM* k_at = ROWS_OF(k, keys, wide) + first * wide;
  __global const ELEM* v_at = ROWS_OF(v, keys, wide_v) + first * wide_v;
  ELEM of_k[ROWS * LARGEST], of_v[ROWS * LARGEST], s[ROWS * WIDE], d[ROWS * WIDE], factors[ROWS];
  for (size_t e = 0; e < ROWS * LARGEST; e++) of_k[e] = of_v[e] = 0;
  for (size_t r = 0; r < ROWS; r++) factors[r] = 1;
  for (size_t i = causal ? first / WIDE * WIDE : 0; i < queries; i += WIDE) {
    panel_products(s, k_at, wide, PANELS_OF(q, queries, depth) + i * depth, depth);
    panel_products(d, v_at, wide_v, PANELS_OF(dy, queries, columns) + i * columns, columns);
    scores(s, false, i, first, queries, keys, mask_at, mask_row, mask_col, has_mask, causal, scale);
    ELEM shift[WIDE], norm[WIDE], mean[WIDE];
    for (size_t l = 0; l < WIDE; l++) {
      const bool exists = i + l < queries;
      const size_t at = p * queries + (exists ? i + l : 0);
      shift[l] = exists ? top[top_offset + at] : (ELEM)0;
      norm[l] = exists ? sum[sum_offset + at] : (ELEM)1;
      mean[l] = exists ? delta[delta_offset + at] : (ELEM)0;
    }
    for (size_t r = 0; r < ROWS; r++) {
      for (size_t l = 0; l < WIDE; l += W) {
        const real weight = exp(VLOAD(s + r * WIDE + l) - VLOAD(shift + l)) / VLOAD(norm + l);
        VSTORE(weight, s + r * WIDE + l);
        VSTORE(weight * (VLOAD(d + r * WIDE + l) - VLOAD(mean + l)), d + r * WIDE + l);
      }
    }
    add_products(of_v, factors, s, ROWS_OF(dy, queries, wide_v) + i * wide_v, wide_v);
    add_products(of_k, factors, d, ROWS_OF(q, queries, wide) + i * wide, wide);
  }
  store_rows(of_v, factors, dv + dv_offset + (p * keys + first) * columns, keys - first, columns);
  for (size_t r = 0; r < ROWS; r++) factors[r] = scale;
  store_rows(of_k, factors, dk + dk_offset + (p * keys + first) * depth, keys - first, depth);
}

#endif
