// scaled_dot_product_attention: y = p v with p = softmax(s) over the keys and s = scale q k^T + mask, for each of a batch;
// q of shape (queries, depth), k (keys, depth), v (keys, columns), their rows contiguous each; y, dy, dq, dk and dv are
// contiguous. With `causal`, query i sees the keys j <= i alone. Neither s nor p is ever stored: a softmax over a part of
// the keys is corrected as larger scores turn up (Milakov and Gimelshein 2018; Dao et al. 2022).
// Backward reads q, k, v, the mask, and of each row the largest score `top` and the sum of exponentials `sum`, from which it
// computes p = exp(s - top) / sum again, and delta = sum of dy y:
//   ds = p (dy v^T - delta);  dq = scale ds k;  dk = scale ds^T q;  dv = p^T dy.
// A row that sees no key has top = 0 and sum = 0, and is NaN. Depth and columns are at most LARGEST.
//
// For GPUs, TILE queries times TILE keys at a time in local memory; attention_rows.cl is for CPU-type devices.
//   attention_forward, attention_backward_query   a work-group of GROUP for each TILE queries
//   attention_backward_key                        a work-group of GROUP for each TILE keys
#define LARGEST 256

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#define SIZES \
  const ulong batches, const ulong inner_batches, const ulong queries, const ulong keys, \
  const ulong depth, const ulong columns
#define MASK \
  const long mask_outer, const long mask_inner, const long mask_row, const long mask_col, \
  const ulong has_mask, const ulong causal, const ELEM scale

#define TILE 32   // queries and keys of a tile
#define SIDE 16   // work-items along a side of it; each has every SIDE-th row and column
#define EACH (TILE / SIDE)
#define GROUP (SIDE * SIDE)
#define STEP 32   // columns of both factors in local memory at a time
#define CHUNK 64  // columns of one factor in local memory at a time
#define LINE (TILE + 1)
#define NEARBY (2 * TILE * (STEP + 1))
#define PARTS (GROUP / TILE)

#define STRIDES \
  const long q_outer, const long q_inner, const long q_row, const long k_outer, const long k_inner, const long k_row, \
  const long v_outer, const long v_inner, const long v_row

// The products of the first TILE rows of a and of b, of which `rows_a` and `rows_b` exist.
static inline __attribute__((unused)) void tile_products(
    ELEM s[EACH][EACH], __local ELEM* nearby, __global const ELEM* a, const long a_row, const size_t rows_a,
    __global const ELEM* b, const long b_row, const size_t rows_b, const size_t length) {
  const uint item = get_local_id(0);
  const uint row = item / SIDE;
  const uint column = item % SIDE;
  __local ELEM* near_a = nearby;
  __local ELEM* near_b = nearby + TILE * (STEP + 1);
  for (uint r = 0; r < EACH; r++)
    for (uint c = 0; c < EACH; c++) s[r][c] = 0;
  for (size_t step = 0; step < length; step += STEP) {
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint e = item; e < TILE * STEP; e += GROUP) {
      const uint at = e / STEP;
      const size_t l = step + e % STEP;
      near_a[at * (STEP + 1) + e % STEP] = at < rows_a && l < length ? a[at * a_row + (long)l] : (ELEM)0;
      near_b[at * (STEP + 1) + e % STEP] = at < rows_b && l < length ? b[at * b_row + (long)l] : (ELEM)0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint l = 0; l < STEP; l++) {
      ELEM left[EACH], right[EACH];
      for (uint r = 0; r < EACH; r++) left[r] = near_a[(row + r * SIDE) * (STEP + 1) + l];
      for (uint c = 0; c < EACH; c++) right[c] = near_b[(column + c * SIDE) * (STEP + 1) + l];
      for (uint r = 0; r < EACH; r++)
        for (uint c = 0; c < EACH; c++) s[r][c] = fma(left[r], right[c], s[r][c]);
    }
  }
}

// Adds to TILE rows of `width` columns the product of a tile of weights and TILE rows of x, of which `rows` exist.
// Weight l of row r is weights[r * LINE + l]. Work-item (row, column) has every SIDE-th of both.
static inline __attribute__((unused)) void add_products(
    ELEM sums[EACH][LARGEST / SIDE], __local const ELEM* weights, __local ELEM* nearby, __global const ELEM* x, const long x_row, const size_t rows, const size_t width) {
  const uint item = get_local_id(0);
  const uint row = item / SIDE;
  const uint column = item % SIDE;
  #pragma unroll
  for (uint chunk = 0; chunk < LARGEST / CHUNK; chunk++) {
    // Barriers stand outside of conditions, which PoCL's compiler does not survive here.
    barrier(CLK_LOCAL_MEM_FENCE);
    if (chunk * CHUNK < width) {
      for (uint e = item; e < TILE * CHUNK; e += GROUP) {
        const uint at = e / CHUNK;
        const size_t l = chunk * CHUNK + e % CHUNK;
        nearby[at * (CHUNK + 1) + e % CHUNK] = at < rows && l < width ? x[at * x_row + (long)l] : (ELEM)0;
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (chunk * CHUNK < width) {
      for (uint l = 0; l < TILE; l++) {
        for (uint c = 0; c < CHUNK / SIDE; c++) {
          const ELEM right = nearby[l * (CHUNK + 1) + column + c * SIDE];
          for (uint r = 0; r < EACH; r++) {
            const ELEM left = weights[(row + r * SIDE) * LINE + l];
            sums[r][chunk * (CHUNK / SIDE) + c] = fma(left, right, sums[r][chunk * (CHUNK / SIDE) + c]);
          }
        }
      }
    }
  }
}

// As add_products for two sums at once, with the weights transposed: weight l of row r is weights[r + l * LINE]. PoCL's
// compiler makes errors of two calls of add_products in one loop.
#define HALF (CHUNK / 2)
static inline __attribute__((unused)) void add_two_products(
    ELEM sums_a[EACH][LARGEST / SIDE], ELEM sums_b[EACH][LARGEST / SIDE], __local const ELEM* weights_a,
    __local const ELEM* weights_b, __local ELEM* nearby, __global const ELEM* a, const long a_row, const size_t width_a,
    __global const ELEM* b, const long b_row, const size_t width_b, const size_t rows) {
  const uint item = get_local_id(0);
  const uint row = item / SIDE;
  const uint column = item % SIDE;
  __local ELEM* near_a = nearby;
  __local ELEM* near_b = nearby + TILE * (HALF + 1);
  #pragma unroll
  for (uint chunk = 0; chunk < LARGEST / HALF; chunk++) {
    const bool works = chunk * HALF < width_a || chunk * HALF < width_b;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (works) {
      for (uint e = item; e < TILE * HALF; e += GROUP) {
        const uint at = e / HALF;
        const size_t l = chunk * HALF + e % HALF;
        near_a[at * (HALF + 1) + e % HALF] = at < rows && l < width_a ? a[at * a_row + (long)l] : (ELEM)0;
        near_b[at * (HALF + 1) + e % HALF] = at < rows && l < width_b ? b[at * b_row + (long)l] : (ELEM)0;
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (works) {
      for (uint l = 0; l < TILE; l++) {
        for (uint c = 0; c < HALF / SIDE; c++) {
          const uint at = chunk * (HALF / SIDE) + c;
          const ELEM right_a = near_a[l * (HALF + 1) + column + c * SIDE];
          const ELEM right_b = near_b[l * (HALF + 1) + column + c * SIDE];
          for (uint r = 0; r < EACH; r++) {
            sums_a[r][at] = fma(weights_a[row + r * SIDE + l * LINE], right_a, sums_a[r][at]);
            sums_b[r][at] = fma(weights_b[row + r * SIDE + l * LINE], right_b, sums_b[r][at]);
          }
        }
      }
    }
  }
}

// The score of a query and a key from the product of their rows; -inf for what does not exist or must not be seen.
static inline __attribute__((unused)) ELEM score(
    const ELEM product, const size_t i, const size_t j, const ulong queries, const ulong keys,
    __global const ELEM* mask_at, const long mask_row, const long mask_col, const ulong has_mask, const ulong causal,
    const ELEM scale) {
  if (i >= queries || j >= keys || (causal && j > i)) return -INFINITY;
  return has_mask ? product * scale + mask_at[(long)i * mask_row + (long)j * mask_col] : product * scale;
}

// Stores the first `rows` rows of TILE rows of `width` columns.
static inline __attribute__((unused)) void store_tile(
    ELEM sums[EACH][LARGEST / SIDE], __global ELEM* y, const size_t rows, const size_t width) {
  const uint row = (uint)get_local_id(0) / SIDE;
  const uint column = (uint)get_local_id(0) % SIDE;
  #pragma unroll
  for (uint c = 0; c < LARGEST / SIDE; c++) {
    const size_t l = column + c * SIDE;
    for (uint r = 0; r < EACH; r++)
      if (row + r * SIDE < rows && l < width) y[(row + r * SIDE) * width + l] = sums[r][c];
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void attention_forward(
    __global const ELEM* q, const ulong q_offset, __global const ELEM* k, const ulong k_offset,
    __global const ELEM* v, const ulong v_offset, __global const ELEM* mask_, const ulong mask_offset,
    __global ELEM* y, const ulong y_offset, __global ELEM* top, const ulong top_offset,
    __global ELEM* sum, const ulong sum_offset, SIZES, STRIDES, MASK) {
  __local ELEM nearby[NEARBY];
  __local ELEM tile[TILE * LINE];
  __local ELEM largest[GROUP], partial[GROUP];
  __local ELEM tops[TILE], sums[TILE], factors[TILE];
  const size_t tiles = (queries + TILE - 1) / TILE;
  const size_t p = get_group_id(0) / tiles;
  if (p >= batches) return;
  const size_t first = get_group_id(0) % tiles * TILE;
  const uint item = get_local_id(0);
  const uint row = item / SIDE;
  const uint column = item % SIDE;
  const uint line = item / PARTS;
  const uint begin = item % PARTS * (TILE / PARTS);
  __global const ELEM* q_at = q + q_offset + BATCH_OFFSET(q, p) + (long)first * q_row;
  __global const ELEM* k_at = k + k_offset + BATCH_OFFSET(k, p);
  __global const ELEM* v_at = v + v_offset + BATCH_OFFSET(v, p);
  __global const ELEM* mask_at = mask_ + mask_offset + BATCH_OFFSET(mask, p);
  ELEM acc[EACH][LARGEST / SIDE];
  #pragma unroll
  for (uint c = 0; c < LARGEST / SIDE; c++)
    for (uint r = 0; r < EACH; r++) acc[r][c] = 0;
  if (item < TILE) {
    tops[item] = -INFINITY;
    sums[item] = 0;
  }
  const size_t end = causal ? min((size_t)keys, first + TILE) : (size_t)keys;
  for (size_t j = 0; j < end; j += TILE) {
    ELEM s[EACH][EACH];
    tile_products(s, nearby, q_at, q_row, queries - first, k_at + (long)j * k_row, k_row, keys - j, depth);
    for (uint r = 0; r < EACH; r++)
      for (uint c = 0; c < EACH; c++)
        tile[(row + r * SIDE) * LINE + column + c * SIDE] =
            score(s[r][c], first + row + r * SIDE, j + column + c * SIDE, queries, keys, mask_at, mask_row, mask_col,
                  has_mask, causal, scale);
    barrier(CLK_LOCAL_MEM_FENCE);
    ELEM best = -INFINITY;
    for (uint l = begin; l < begin + TILE / PARTS; l++) best = fmax(best, tile[line * LINE + l]);
    largest[item] = best;
    barrier(CLK_LOCAL_MEM_FENCE);
    const ELEM before = tops[line];
    best = before;
    for (uint part = 0; part < PARTS; part++) best = fmax(best, largest[line * PARTS + part]);
    const ELEM shift = best == -INFINITY ? (ELEM)0 : best;
    ELEM own = 0;
    for (uint l = begin; l < begin + TILE / PARTS; l++) {
      const ELEM e = exp(tile[line * LINE + l] - shift);
      tile[line * LINE + l] = e;
      own += e;
    }
    partial[item] = own;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (begin == 0) {
      ELEM total = 0;
      for (uint part = 0; part < PARTS; part++) total += partial[line * PARTS + part];
      factors[line] = exp(before - shift);
      sums[line] = sums[line] * factors[line] + total;
      tops[line] = best;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    #pragma unroll
    for (uint c = 0; c < LARGEST / SIDE; c++)
      for (uint r = 0; r < EACH; r++) acc[r][c] *= factors[row + r * SIDE];
    add_products(acc, tile, nearby, v_at + (long)j * v_row, v_row, keys - j, columns);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  #pragma unroll
  for (uint c = 0; c < LARGEST / SIDE; c++)
    for (uint r = 0; r < EACH; r++) acc[r][c] /= sums[row + r * SIDE];
  store_tile(acc, y + y_offset + (p * queries + first) * columns, queries - first, columns);
  if (item < TILE && first + item < queries) {
    top[top_offset + p * queries + first + item] = tops[item] == -INFINITY ? (ELEM)0 : tops[item];
    sum[sum_offset + p * queries + first + item] = sums[item];
  }
}

// p and ds of TILE queries from i and TILE keys from j on, each work-item its own elements. Both products of rows are made
// by one call in a loop: PoCL's compiler does not survive two loops with barriers side by side.
#define TILES(i, j) \
  for (uint pass = 0; pass < 2; pass++) { \
    ELEM s[EACH][EACH]; \
    const bool first_pass = pass == 0; \
    tile_products(s, nearby, first_pass ? q_at + (long)(i) * q_row : dy_at + (i) * columns, \
                  first_pass ? q_row : (long)columns, queries - (i), \
                  first_pass ? k_at + (long)(j) * k_row : v_at + (long)(j) * v_row, first_pass ? k_row : v_row, keys - (j), \
                  first_pass ? depth : columns); \
    _Pragma("unroll") \
    for (uint r = 0; r < EACH; r++) { \
      const size_t of = p * queries + min((size_t)((i) + row + r * SIDE), (size_t)(queries - 1)); \
      _Pragma("unroll") \
      for (uint c = 0; c < EACH; c++) { \
        const uint at = (row + r * SIDE) * LINE + column + c * SIDE; \
        if (first_pass) { \
          const ELEM own = score(s[r][c], (i) + row + r * SIDE, (j) + column + c * SIDE, queries, keys, mask_at, \
                                 mask_row, mask_col, has_mask, causal, scale); \
          weights[at] = exp(own - top[top_offset + of]) / sum[sum_offset + of]; \
        } else { \
          changes[at] = weights[at] * (s[r][c] - delta[delta_offset + of]); \
        } \
      } \
    } \
  }

#define BACKWARD_INPUTS \
  __global const ELEM* q, const ulong q_offset, __global const ELEM* k, const ulong k_offset, \
  __global const ELEM* v, const ulong v_offset, __global const ELEM* mask_, const ulong mask_offset, \
  __global const ELEM* dy, const ulong dy_offset, __global const ELEM* top, const ulong top_offset, \
  __global const ELEM* sum, const ulong sum_offset, __global const ELEM* delta, const ulong delta_offset

#define BACKWARD_BEGIN(count) \
  const size_t tiles = (count + TILE - 1) / TILE; \
  const size_t p = get_group_id(0) / tiles; \
  if (p >= batches) return; \
  const size_t first = get_group_id(0) % tiles * TILE; \
  const uint row = (uint)get_local_id(0) / SIDE; \
  const uint column = (uint)get_local_id(0) % SIDE; \
  __global const ELEM* q_at = q + q_offset + BATCH_OFFSET(q, p); \
  __global const ELEM* k_at = k + k_offset + BATCH_OFFSET(k, p); \
  __global const ELEM* v_at = v + v_offset + BATCH_OFFSET(v, p); \
  __global const ELEM* mask_at = mask_ + mask_offset + BATCH_OFFSET(mask, p); \
  __global const ELEM* dy_at = dy + dy_offset + p * queries * columns;

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void attention_backward_query(
    BACKWARD_INPUTS, __global ELEM* dq, const ulong dq_offset, SIZES, STRIDES, MASK) {
  __local ELEM nearby[NEARBY];
  __local ELEM weights[TILE * LINE], changes[TILE * LINE];
  BACKWARD_BEGIN(queries)
  ELEM acc[EACH][LARGEST / SIDE];
  #pragma unroll
  for (uint c = 0; c < LARGEST / SIDE; c++)
    for (uint r = 0; r < EACH; r++) acc[r][c] = 0;
  const size_t end = causal ? min((size_t)keys, first + TILE) : (size_t)keys;
  for (size_t j = 0; j < end; j += TILE) {
    TILES(first, j)
    add_products(acc, changes, nearby, k_at + (long)j * k_row, k_row, keys - j, depth);
  }
  #pragma unroll
  for (uint c = 0; c < LARGEST / SIDE; c++)
    for (uint r = 0; r < EACH; r++) acc[r][c] *= scale;
  store_tile(acc, dq + dq_offset + (p * queries + first) * depth, queries - first, depth);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void attention_backward_key(
    BACKWARD_INPUTS, __global ELEM* dk, const ulong dk_offset, __global ELEM* dv, const ulong dv_offset,
    SIZES, STRIDES, MASK) {
  __local ELEM nearby[NEARBY];
  __local ELEM weights[TILE * LINE], changes[TILE * LINE];
  BACKWARD_BEGIN(keys)
  ELEM of_k[EACH][LARGEST / SIDE], of_v[EACH][LARGEST / SIDE];
  #pragma unroll
  for (uint c = 0; c < LARGEST / SIDE; c++)
    for (uint r = 0; r < EACH; r++) of_k[r][c] = of_v[r][c] = 0;
  for (size_t i = causal ? first : 0; i < queries; i += TILE) {
    TILES(i, first)
    add_two_products(of_k, of_v, changes, weights, nearby, q_at + (long)i * q_row, q_row, depth,
                     dy_at + i * columns, (long)columns, columns, queries - i);
  }
  #pragma unroll
  for (uint c = 0; c < LARGEST / SIDE; c++)
    for (uint r = 0; r < EACH; r++) of_k[r][c] *= scale;
  store_tile(of_k, dk + dk_offset + (p * keys + first) * depth, keys - first, depth);
  store_tile(of_v, dv + dv_offset + (p * keys + first) * columns, keys - first, columns);
}
