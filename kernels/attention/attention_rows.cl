// scaled_dot_product_attention for CPU-type devices: as in scaled_dot_product_attention.cl, which says what is computed, ROWS
// times SPAN scores at a time in vectors. W is at least 4.
//   attention_pack                                          copies an input into rows and panels without tails
//   attention_forward_rows, attention_backward_query_rows   a work-item for each ROWS queries
//   attention_backward_key_rows                             a work-item for each ROWS keys
#if W > 1

#define LARGEST 256
#define ELEM4 PASTE(ELEM, 4)

// Four lines of four elements, `across` apart, become lines of `to`, `along` apart.
#define TRANSPOSE4(from, across, to, along) { \
    const ELEM4 r0 = vload4(0, from), r1 = vload4(0, from + across); \
    const ELEM4 r2 = vload4(0, from + 2 * (across)), r3 = vload4(0, from + 3 * (across)); \
    const ELEM4 low01 = (ELEM4)(r0.s0, r1.s0, r0.s1, r1.s1), low23 = (ELEM4)(r2.s0, r3.s0, r2.s1, r3.s1); \
    const ELEM4 high01 = (ELEM4)(r0.s2, r1.s2, r0.s3, r1.s3), high23 = (ELEM4)(r2.s2, r3.s2, r2.s3, r3.s3); \
    vstore4((ELEM4)(low01.lo, low23.lo), 0, to); \
    vstore4((ELEM4)(low01.hi, low23.hi), 0, to + (along)); \
    vstore4((ELEM4)(high01.lo, high23.lo), 0, to + 2 * (along)); \
    vstore4((ELEM4)(high01.hi, high23.hi), 0, to + 3 * (along)); \
  }

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#define SIZES \
  const ulong batches, const ulong inner_batches, const ulong queries, const ulong keys, \
  const ulong depth, const ulong columns
#define MASK \
  const long mask_outer, const long mask_inner, const long mask_row, const long mask_col, \
  const ulong has_mask, const ulong causal, const ELEM scale

#ifndef ROWS
#define ROWS 6     // of scores and of results whose sums are in registers
#endif
#ifndef VECTORS
#define VECTORS 2  // and vectors of each
#endif
#define WIDE (VECTORS * W)
#define PANELS 4   // of WIDE scores, at a time
#define SPAN (PANELS * WIDE)
#define PADDED(n) (((n) + WIDE - 1) / WIDE * WIDE)
#define TALL(n) PADDED(((n) + ROWS - 1) / ROWS * ROWS)
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))
// A number for each of ROWS rows, in whole vectors.
#define EACH_ROW ((ROWS + W - 1) / W * W)

// rows[p, i, l] = x[p, i, l], of TALL(size) rows of PADDED(length), and panels[p, i / WIDE, l, i % WIDE] = x[p, i, l];
// both 0 where x has no element. Panels are made only if wanted.
// Launch: a work-item for each WIDE rows.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention_pack(
    __global const ELEM* restrict x, const ulong x_offset, __global ELEM* restrict rows, const ulong rows_offset,
    __global ELEM* restrict panels, const ulong panels_offset,
    const ulong batches, const ulong inner_batches, const ulong size, const ulong length,
    const long x_outer, const long x_inner, const long x_row, const ulong wants_panels) {
  const size_t tall = TALL(size);
  const size_t width = PADDED(length);
  const size_t p = get_global_id(0) / (tall / WIDE);
  if (p >= batches) return;
  const size_t first = get_global_id(0) % (tall / WIDE) * WIDE;
  __global ELEM* row = rows + rows_offset + (p * tall + first) * width;
  __global ELEM* panel = panels + panels_offset + (p * tall + first) * length;
  for (size_t r = 0; r < WIDE; r++) {
    __global const ELEM* from = x + x_offset + BATCH_OFFSET(x, p) + (long)(first + r) * x_row;
    __global ELEM* to = row + r * width;
    const size_t count = first + r < size ? length : 0;
    size_t l = 0;
    for (; l + W <= count; l += W) VSTORE(VLOAD(from + l), to + l);
    for (; l < count; l++) to[l] = from[l];
    for (; l < width; l++) to[l] = 0;
  }
  if (!wants_panels) return;
  size_t l = 0;
  for (; l + 4 <= length; l += 4)
    for (size_t r = 0; r < WIDE; r += 4) TRANSPOSE4(row + r * width + l, width, panel + l * WIDE + r, WIDE)
  for (; l < length; l++)
    for (size_t r = 0; r < WIDE; r++) panel[l * WIDE + r] = row[r * width + l];
}

// The products of ROWS rows of x and a panel.
static inline __attribute__((unused)) void panel_products(
    ELEM* restrict s, __global const ELEM* restrict x, const size_t width, __global const ELEM* restrict panel,
    const size_t length) {
  real sum[ROWS][VECTORS];
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = K(0);
  for (size_t l = 0; l < length; l++) {
    real right[VECTORS];
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) right[v] = VLOAD(panel + v * W);
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++) {
      const real left = (real)(x[r * width + l]);
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = fma(left, right[v], sum[r][v]);
    }
    panel += WIDE;
  }
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) VSTORE(sum[r][v], s + r * SPAN + v * W);
}

// Adds to ROWS rows, each multiplied by a factor first, the product of ROWS * `count` weights and so many rows of z.
static inline __attribute__((unused)) void add_products(
    ELEM* restrict sums, const ELEM* restrict factors, const ELEM* restrict weights, const size_t count,
    __global const ELEM* restrict z, const size_t width) {
  for (size_t c = 0; c < width; c += WIDE) {
    real sum[ROWS][VECTORS];
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++)
        sum[r][v] = VLOAD(sums + r * LARGEST + c + v * W) * (real)(factors[r]);
    __global const ELEM* line = z + c;
    for (size_t l = 0; l < count; l++) {
      real right[VECTORS];
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) right[v] = VLOAD(line + v * W);
      UNROLL(ROWS) for (int r = 0; r < ROWS; r++) {
        const real left = (real)(weights[r * SPAN + l]);
        UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = fma(left, right[v], sum[r][v]);
      }
      line += width;
    }
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) VSTORE(sum[r][v], sums + r * LARGEST + c + v * W);
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
// query i + l of key j + r, or with `by_query` query i + r of key j + l; of `count` lanes.
static inline __attribute__((unused)) void scores(
    ELEM* s, const size_t count, const bool by_query, const size_t i, const size_t j, const ulong queries,
    const ulong keys, __global const ELEM* mask_at, const long mask_row, const long mask_col, const ulong has_mask,
    const ulong causal, const ELEM scale) {
  for (size_t r = 0; r < ROWS; r++)
    for (size_t l = 0; l < count; l += W) VSTORE(VLOAD(s + r * SPAN + l) * (real)(scale), s + r * SPAN + l);
  for (size_t at = 0; at < count; at += WIDE) {
    const size_t from_i = by_query ? i : i + at, from_j = by_query ? j + at : j;
    const size_t end_i = from_i + (by_query ? ROWS : WIDE);
    const size_t end_j = from_j + (by_query ? WIDE : ROWS);
    const bool hides = end_i > queries || end_j > keys || (causal && end_j > from_i + 1);
    if (!has_mask && !hides) continue;
    for (size_t r = 0; r < ROWS; r++) {
      ELEM* line = s + r * SPAN + at;
      for (size_t l = 0; l < WIDE; l++) {
        const size_t at_i = by_query ? from_i + r : from_i + l;
        const size_t at_j = by_query ? from_j + l : from_j + r;
        if (at_i >= queries || at_j >= keys || (causal && at_j > at_i)) line[l] = -INFINITY;
        else if (has_mask) line[l] += mask_at[(long)at_i * mask_row + (long)at_j * mask_col];
      }
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
#define ROWS_OF(x, size, width) (x##_rows + x##_rows_offset + p * TALL(size) * (width))
#define PANELS_OF(x, size, length) (x##_panels + x##_panels_offset + p * TALL(size) * (length))

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
  ELEM acc[ROWS * LARGEST], s[ROWS * SPAN], tops[EACH_ROW], shifts[EACH_ROW], sums[EACH_ROW], factors[EACH_ROW];
  for (size_t e = 0; e < ROWS * LARGEST; e++) acc[e] = 0;
  for (size_t r = 0; r < EACH_ROW; r++) {
    tops[r] = -INFINITY;
    shifts[r] = sums[r] = 0;
  }
  const size_t end = causal ? min((size_t)keys, first + ROWS) : (size_t)keys;
  for (size_t j = 0; j < end; j += SPAN) {
    const size_t count = min(PADDED(end - j), (size_t)SPAN);
    for (size_t at = 0; at < count; at += WIDE)
      panel_products(s + at, q_at, wide, k_at + (j + at) * depth, depth);
    scores(s, count, true, first, j, queries, keys, mask_at, mask_row, mask_col, has_mask, causal, scale);
    for (size_t r = 0; r < ROWS; r++) {
      real best = VLOAD(s + r * SPAN);
      for (size_t l = W; l < count; l += W) best = fmax(best, VLOAD(s + r * SPAN + l));
      const ELEM largest = fmax(tops[r], largest_of(best));
      shifts[r] = largest == -INFINITY ? (ELEM)0 : largest;
      factors[r] = tops[r];
      tops[r] = largest;
    }
    for (size_t r = ROWS; r < EACH_ROW; r++) factors[r] = 0;
    for (size_t r = 0; r < EACH_ROW; r += W) VSTORE(exp(VLOAD(factors + r) - VLOAD(shifts + r)), factors + r);
    for (size_t r = 0; r < ROWS; r++) {
      ELEM* line = s + r * SPAN;
      real total = K(0);
      for (size_t l = 0; l < count; l += W) {
        const real e = exp(VLOAD(line + l) - (real)(shifts[r]));
        VSTORE(e, line + l);
        total += e;
      }
      sums[r] = sums[r] * factors[r] + total_of(total);
    }
    add_products(acc, factors, s, count, v_at + j * wide_v, wide_v);
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
  ELEM acc[ROWS * LARGEST], s[ROWS * SPAN], d[ROWS * SPAN], factors[ROWS];
  for (size_t e = 0; e < ROWS * LARGEST; e++) acc[e] = 0;
  for (size_t r = 0; r < ROWS; r++) factors[r] = 1;
  const size_t end = causal ? min((size_t)keys, first + ROWS) : (size_t)keys;
  for (size_t j = 0; j < end; j += SPAN) {
    const size_t count = min(PADDED(end - j), (size_t)SPAN);
    for (size_t at = 0; at < count; at += WIDE) {
      panel_products(s + at, q_at, wide, PANELS_OF(k, keys, depth) + (j + at) * depth, depth);
      panel_products(d + at, dy_at, wide_v, PANELS_OF(v, keys, columns) + (j + at) * columns, columns);
    }
    scores(s, count, true, first, j, queries, keys, mask_at, mask_row, mask_col, has_mask, causal, scale);
    for (size_t r = 0; r < ROWS && first + r < queries; r++) {
      const size_t at = p * queries + first + r;
      const real shift = (real)(top[top_offset + at]), norm = (real)(sum[sum_offset + at]);
      const real mean = (real)(delta[delta_offset + at]);
      for (size_t l = r * SPAN; l < r * SPAN + count; l += W)
        VSTORE(exp(VLOAD(s + l) - shift) / norm * (VLOAD(d + l) - mean), d + l);
    }
    add_products(acc, factors, d, count, k_at + j * wide, wide);
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
  ELEM of_k[ROWS * LARGEST], of_v[ROWS * LARGEST], s[ROWS * SPAN], d[ROWS * SPAN], factors[ROWS];
  for (size_t e = 0; e < ROWS * LARGEST; e++) of_k[e] = of_v[e] = 0;
  for (size_t r = 0; r < ROWS; r++) factors[r] = 1;
  for (size_t i = causal ? first / WIDE * WIDE : 0; i < queries; i += SPAN) {
    const size_t count = min(PADDED(queries - i), (size_t)SPAN);
    for (size_t at = 0; at < count; at += WIDE) {
      panel_products(s + at, k_at, wide, PANELS_OF(q, queries, depth) + (i + at) * depth, depth);
      panel_products(d + at, v_at, wide_v, PANELS_OF(dy, queries, columns) + (i + at) * columns, columns);
    }
    scores(s, count, false, i, first, queries, keys, mask_at, mask_row, mask_col, has_mask, causal, scale);
    ELEM shift[SPAN], norm[SPAN], mean[SPAN];
    for (size_t l = 0; l < count; l++) {
      const bool exists = i + l < queries;
      const size_t at = p * queries + (exists ? i + l : 0);
      shift[l] = exists ? top[top_offset + at] : (ELEM)0;
      norm[l] = exists ? sum[sum_offset + at] : (ELEM)1;
      mean[l] = exists ? delta[delta_offset + at] : (ELEM)0;
    }
    for (size_t r = 0; r < ROWS; r++) {
      for (size_t l = 0; l < count; l += W) {
        const real weight = exp(VLOAD(s + r * SPAN + l) - VLOAD(shift + l)) / VLOAD(norm + l);
        VSTORE(weight, s + r * SPAN + l);
        VSTORE(weight * (VLOAD(d + r * SPAN + l) - VLOAD(mean + l)), d + r * SPAN + l);
      }
    }
    add_products(of_v, factors, s, count, ROWS_OF(dy, queries, wide_v) + i * wide_v, wide_v);
    add_products(of_k, factors, d, count, ROWS_OF(q, queries, wide) + i * wide, wide);
  }
  store_rows(of_v, factors, dv + dv_offset + (p * keys + first) * columns, keys - first, columns);
  for (size_t r = 0; r < ROWS; r++) factors[r] = scale;
  store_rows(of_k, factors, dk + dk_offset + (p * keys + first) * depth, keys - first, depth);
}

#endif
