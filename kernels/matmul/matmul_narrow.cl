// matmul on devices whose work-items are a CPU's vector lanes (W > 1), where an operand is read about once: copying it first
// would cost more than the product. matmul.cl says what is computed and where the elements lie, and is the reference.
//
// matmul_dots      rows of a and columns of b side by side along k (a_col = b_row = 1): few elements, or few rows of a
// matmul_columns   rows of b side by side (b_col = 1): at most ROWS rows
// y is written through RESULT, each element once.

#ifndef ROWS
#define ROWS 1  // rows of a that are multiplied with what is read of b
#endif
#ifndef DOT_COLUMNS
#define DOT_COLUMNS 4  // columns of b that are multiplied with what is read of a
#endif
#define STRIPE 512  // the most columns a work-item of matmul_columns
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#if W > 1

// Adds up the lanes of a vector.
static inline __attribute__((unused)) ELEM lanes_sum(const real v) {
  ELEM lanes[W];
  VSTORE(v, lanes);
  for (int count = W / 2; count > 0; count /= 2)
    for (int i = 0; i < count; i++) lanes[i] += lanes[i + count];
  return lanes[0];
}

// Two vectors of sums for each element; their lanes are added up at the end, then what is left of k.
// Launch: (blocks of DOT_COLUMNS columns, blocks of ROWS rows, batches), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_dots(
    __global const ELEM* a, const ulong a_offset,
    __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col) {
  const size_t j = get_global_id(0) * DOT_COLUMNS;
  const size_t i = get_global_id(1) * ROWS;
  const size_t p = get_global_id(2);
  if (p >= batches || i >= m || j >= n) return;
  __global const ELEM* x[ROWS];
  __global const ELEM* z[DOT_COLUMNS];
  // Beyond the edge the last row or column again.
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    x[r] = a + a_offset + BATCH_OFFSET(a, p) + (long)min((size_t)(i + r), (size_t)(m - 1)) * a_row;
  UNROLL(DOT_COLUMNS) for (int c = 0; c < DOT_COLUMNS; c++)
    z[c] = b + b_offset + BATCH_OFFSET(b, p) + (long)min((size_t)(j + c), (size_t)(n - 1)) * b_col;
  real sum[ROWS][DOT_COLUMNS];
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(DOT_COLUMNS) for (int c = 0; c < DOT_COLUMNS; c++) sum[r][c] = K(0);
  size_t l = 0;
  for (; l + W <= k; l += W) {
    real right[DOT_COLUMNS];
    UNROLL(DOT_COLUMNS) for (int c = 0; c < DOT_COLUMNS; c++) right[c] = VLOAD(z[c] + l);
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++) {
      const real left = VLOAD(x[r] + l);
      UNROLL(DOT_COLUMNS) for (int c = 0; c < DOT_COLUMNS; c++) sum[r][c] = FMA(left, right[c], sum[r][c]);
    }
  }
  for (int r = 0; r < ROWS && i + r < m; r++) {
    for (int c = 0; c < DOT_COLUMNS && j + c < n; c++) {
      ELEM total = lanes_sum(sum[r][c]);
      for (size_t rest = l; rest < k; rest++) total = FMA(x[r][rest], z[c][rest], total);
      RESULT((p * m + i + r) * n + j + c, 1, (real)(total));
    }
  }
}

// y = sum over l of a[l] times row l of b, four rows of b at a time; sums wait in private memory.
// Launch: (stripes of `stripe` columns, blocks of ROWS rows, batches), groups of one; `stripe` is a multiple of W.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_columns(
    __global const ELEM* a, const ulong a_offset,
    __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col, const ulong stripe) {
  const size_t j = get_global_id(0) * stripe;
  const size_t i = get_global_id(1) * ROWS;
  const size_t p = get_global_id(2);
  if (p >= batches || i >= m || j >= n) return;
  const size_t columns = min((size_t)stripe, (size_t)n - j);
  const size_t whole = columns / W * W;
  __attribute__((aligned(64))) ELEM sums[ROWS][STRIPE];
  for (int r = 0; r < ROWS; r++)
    for (size_t t = 0; t < columns; t++) sums[r][t] = 0;
  __global const ELEM* from_a = a + a_offset + BATCH_OFFSET(a, p);
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p) + (long)j * b_col;
  size_t l = 0;
  for (; l + 4 <= k; l += 4) {
    ELEM left[ROWS][4];
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
      UNROLL(4) for (int s = 0; s < 4; s++)
        left[r][s] = from_a[(long)min((size_t)(i + r), (size_t)(m - 1)) * a_row + (long)(l + s) * a_col];
    __global const ELEM* row = z + (long)l * b_row;
    for (size_t t = 0; t < whole; t += W) {
      const real r0 = VLOAD(row + t), r1 = VLOAD(row + b_row + t);
      const real r2 = VLOAD(row + 2 * b_row + t), r3 = VLOAD(row + 3 * b_row + t);
      UNROLL(ROWS) for (int r = 0; r < ROWS; r++) {
        real sum = VLOAD(&sums[r][t]);
        sum = FMA((real)(left[r][0]), r0, sum);
        sum = FMA((real)(left[r][1]), r1, sum);
        sum = FMA((real)(left[r][2]), r2, sum);
        sum = FMA((real)(left[r][3]), r3, sum);
        VSTORE(sum, &sums[r][t]);
      }
    }
    for (size_t t = whole; t < columns; t++)
      for (int r = 0; r < ROWS; r++)
        for (int s = 0; s < 4; s++) sums[r][t] = FMA(left[r][s], row[s * b_row + (long)t], sums[r][t]);
  }
  for (; l < k; l++)
    for (int r = 0; r < ROWS; r++) {
      const ELEM left = from_a[(long)min((size_t)(i + r), (size_t)(m - 1)) * a_row + (long)l * a_col];
      for (size_t t = 0; t < columns; t++) sums[r][t] = FMA(left, z[(long)l * b_row + (long)t], sums[r][t]);
    }
  for (int r = 0; r < ROWS && i + r < m; r++) {
    for (size_t t = 0; t < columns; t += W) {
      // Lanes beyond the last column hold what was there, and are not stored.
      const real value = VLOAD(&sums[r][t]);
      RESULT((p * m + i + r) * n + j + t, min(columns - t, (size_t)W), value);
    }
  }
}

#endif
