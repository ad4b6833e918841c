// matmul: y[p, i, j] = sum over l of a[p, i, l] b[p, l, j], y of shape (batches, m, n) and contiguous.
// Backward reads a and b:  da[p] = dy[p] b[p]^T, db[p] = a[p]^T dy[p].  Both are this product again with strides exchanged,
// so there are no other kernels for them.
//
// Element (p, i, l) of a lies at a_offset + p / inner_batches * a_outer + p % inner_batches * a_inner + i * a_row + l * a_col,
// that of b likewise; a stride of 0 repeats a matrix over a batch. Products are added in ascending l.
// y is written through RESULT, each element once: what follows on it, such as a bias, may be computed before it is stored.
//
// matmul_forward   every type, stride and size; one work-item an element of y
// matmul_tiles     GPUs: 64 x 64 elements of y a work-group, through local memory
// With W > 1, for devices whose work-items are a CPU's vector lanes:
// matmul_dots      rows of a and columns of b side by side in memory (a_col = b_row = 1): few elements of large k
// matmul_columns   rows of b side by side (b_col = 1): few rows
// matmul_pack and matmul_panels   everything large: both operands are first copied into the order they are read in

#define FMA_OF_float(a, b, c) fma(a, b, c)
#define FMA_OF_double(a, b, c) fma(a, b, c)
#define FMA_OF_int(a, b, c) ((a) * (b) + (c))
#define FMA_OF_long(a, b, c) ((a) * (b) + (c))
#define FMA_OF_uchar(a, b, c) ((a) * (b) + (c))
#define FMA(a, b, c) PASTE(FMA_OF_, ELEM)(a, b, c)

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

// Launch: one work-item an element of y.
__kernel void matmul_forward(
    __global const ELEM* a, const ulong a_offset,
    __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col) {
  const size_t item = get_global_id(0);
  if (item >= batches * m * n) return;
  const size_t p = item / (m * n);
  __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p) + (long)(item / n % m) * a_row;
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p) + (long)(item % n) * b_col;
  ELEM sum = 0;
  for (size_t l = 0; l < k; l++) sum = FMA(x[(long)l * a_col], z[(long)l * b_row], sum);
  RESULT(item, 1, (real)(sum));
}

#define TILE 64   // rows and columns of y a work-group
#define DEPTH 16  // steps of l in local memory
#define SIDE 16   // work-items along a side; each has every SIDE-th row and column of the tile
#define EACH (TILE / SIDE)

// Launch: groups of SIDE * SIDE work-items, one for each tile, tiles of a row of tiles side by side.
__kernel __attribute__((reqd_work_group_size(SIDE * SIDE, 1, 1)))
void matmul_tiles(
    __global const ELEM* a, const ulong a_offset,
    __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col) {
  // One column more than used, so that a step along the columns changes the memory bank.
  __local ELEM tile_a[DEPTH][TILE + 1];
  __local ELEM tile_b[DEPTH][TILE + 1];
  const size_t across = (n + TILE - 1) / TILE;
  const size_t down = (m + TILE - 1) / TILE;
  const size_t group = get_group_id(0);
  const size_t p = group / (across * down);
  if (p >= batches) return;
  const size_t first_row = group / across % down * TILE;
  const size_t first_column = group % across * TILE;
  const int item = (int)get_local_id(0);
  const int row = item / SIDE;
  const int column = item % SIDE;
  __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p);
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p);
  ELEM sum[EACH][EACH];
  for (int r = 0; r < EACH; r++) for (int c = 0; c < EACH; c++) sum[r][c] = 0;
  for (size_t step = 0; step < k; step += DEPTH) {
    for (int e = item; e < TILE * DEPTH; e += SIDE * SIDE) {
      // Neighboring work-items read neighboring addresses, whichever way the matrix lies.
      const int a_at = a_col == 1 ? e / DEPTH : e % TILE;
      const int a_deep = a_col == 1 ? e % DEPTH : e / TILE;
      const bool a_inside = first_row + a_at < m && step + a_deep < k;
      tile_a[a_deep][a_at] =
          a_inside ? x[(long)(first_row + a_at) * a_row + (long)(step + a_deep) * a_col] : (ELEM)0;
      const int b_at = b_row == 1 ? e / DEPTH : e % TILE;
      const int b_deep = b_row == 1 ? e % DEPTH : e / TILE;
      const bool b_inside = first_column + b_at < n && step + b_deep < k;
      tile_b[b_deep][b_at] =
          b_inside ? z[(long)(step + b_deep) * b_row + (long)(first_column + b_at) * b_col] : (ELEM)0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int d = 0; d < DEPTH; d++) {
      ELEM left[EACH], right[EACH];
      for (int r = 0; r < EACH; r++) left[r] = tile_a[d][row + r * SIDE];
      for (int c = 0; c < EACH; c++) right[c] = tile_b[d][column + c * SIDE];
      for (int r = 0; r < EACH; r++)
        for (int c = 0; c < EACH; c++) sum[r][c] = FMA(left[r], right[c], sum[r][c]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  for (int r = 0; r < EACH; r++) {
    const size_t i = first_row + row + r * SIDE;
    for (int c = 0; c < EACH; c++) {
      const size_t j = first_column + column + c * SIDE;
      if (i < m && j < n) RESULT((p * m + i) * n + j, 1, (real)(sum[r][c]));
    }
  }
}

#if W > 1

#define LOAD(from) PASTE(vload, W)(0, from)
#define STORE(value, to) PASTE(vstore, W)(value, 0, to)

// Launch: one work-item an element of y.
__kernel void matmul_dots(
    __global const ELEM* a, const ulong a_offset,
    __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col) {
  const size_t item = get_global_id(0);
  if (item >= batches * m * n) return;
  const size_t p = item / (m * n);
  __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p) + (long)(item / n % m) * a_row;
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p) + (long)(item % n) * b_col;
  real sum0 = K(0), sum1 = K(0), sum2 = K(0), sum3 = K(0);
  size_t l = 0;
  for (; l + 4 * W <= k; l += 4 * W) {
    sum0 = FMA(LOAD(x + l), LOAD(z + l), sum0);
    sum1 = FMA(LOAD(x + l + W), LOAD(z + l + W), sum1);
    sum2 = FMA(LOAD(x + l + 2 * W), LOAD(z + l + 2 * W), sum2);
    sum3 = FMA(LOAD(x + l + 3 * W), LOAD(z + l + 3 * W), sum3);
  }
  ELEM lanes[W];
  STORE((sum0 + sum1) + (sum2 + sum3), lanes);
  for (; l < k; l++)
    lanes[l % W] = FMA(x[(long)l * a_col], z[(long)l * b_row], lanes[l % W]);
  for (int count = W / 2; count > 0; count /= 2)
    for (int i = 0; i < count; i++) lanes[i] += lanes[i + count];
  RESULT(item, 1, (real)(lanes[0]));
}

// Launch: (blocks of W columns, rows, batches), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_columns(
    __global const ELEM* a, const ulong a_offset,
    __global const ELEM* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col) {
  const size_t j = get_global_id(0) * W;
  const size_t i = get_global_id(1);
  const size_t p = get_global_id(2);
  if (p >= batches) return;
  __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p) + (long)i * a_row;
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p) + (long)j * b_col;
  const size_t to = (p * m + i) * n + j;
  if (j + W <= n) {
    real sum = K(0);
    for (size_t l = 0; l < k; l++)
      sum = FMA((real)(x[(long)l * a_col]), LOAD(z + (long)l * b_row), sum);
    RESULT(to, W, sum);
  } else {
    ELEM rest[W];
    for (size_t lane = 0; lane < W; lane++) rest[lane] = 0;
    for (size_t lane = 0; j + lane < n; lane++) {
      ELEM sum = 0;
      for (size_t l = 0; l < k; l++) sum = FMA(x[(long)l * a_col], z[(long)l * b_row + (long)lane * b_col], sum);
      rest[lane] = sum;
    }
    RESULT(to, n - j, LOAD(rest));
  }
}

#define ROWS 8  // rows of y in registers, two vectors each
#define CHUNK 64

// y[p, panel, l, t] = x[p, panel * width + t, l], 0 beyond the edge: `width` rows of a or columns of b side by side.
// Launch: one work-item for CHUNK steps of l of one panel, groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_pack(
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict y, const ulong y_offset,
    const ulong inner_batches, const ulong size, const ulong k, const ulong width,
    const long x_outer, const long x_inner, const long x_across, const long x_along, const ulong matrices) {
  if (get_global_id(2) >= matrices) return;
  const size_t begin = get_global_id(0) * CHUNK;
  const size_t end = min(begin + CHUNK, (size_t)k);
  const size_t panel = get_global_id(1);
  const size_t p = get_global_id(2);
  const size_t panels = (size + width - 1) / width;
  const size_t inside = min((size_t)(size - panel * width), (size_t)width);
  __global const ELEM* from = x + x_offset + BATCH_OFFSET(x, p) + (long)(panel * width) * x_across;
  __global ELEM* to = y + y_offset + (p * panels + panel) * k * width;
  for (size_t l = begin; l < end; l++) {
    __global const ELEM* row = from + (long)l * x_along;
    __global ELEM* out = to + l * width;
    if (x_across == 1) {
      for (size_t t = 0; t < inside; t++) out[t] = row[t];
    } else {
      for (size_t t = 0; t < inside; t++) out[t] = row[(long)t * x_across];
    }
    for (size_t t = inside; t < width; t++) out[t] = 0;
  }
}

#define CLEAR(r) real left##r = K(0), right##r = K(0);
#define STEP(r) left##r = FMA((real)(x[r]), z0, left##r); right##r = FMA((real)(x[r]), z1, right##r);
#define KEEP(r) \
  if (r < rows) { \
    RESULT(to + r * n, min(columns, (size_t)W), left##r); \
    if (columns > W) RESULT(to + r * n + W, min(columns - W, (size_t)W), right##r); \
  }
#define FOR_ROWS(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

// a in panels of ROWS rows, b in panels of 2 W columns.
// Launch: (panels of b, blocks of `block` panels of a, batches), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_panels(
    __global const ELEM* restrict a, const ulong a_offset,
    __global const ELEM* restrict b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong inner_batches, const ulong m, const ulong n, const ulong k, const ulong block,
    const long a_outer, const long a_inner, const long b_outer, const long b_inner, const ulong batches) {
  if (get_global_id(2) >= batches) return;
  const size_t j = get_global_id(0) * 2 * W;
  const size_t p = get_global_id(2);
  const size_t columns = n - j;
  __global const ELEM* panel_b = b + b_offset + BATCH_OFFSET(b, p) + (long)(j * k);
  const size_t begin = get_global_id(1) * block * ROWS;
  const size_t end = min((size_t)(begin + block * ROWS), (size_t)m);
  for (size_t i = begin; i < end; i += ROWS) {
    __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p) + (long)(i * k);
    __global const ELEM* z = panel_b;
    FOR_ROWS(CLEAR)
    for (size_t l = 0; l < k; l++) {
      const real z0 = LOAD(z);
      const real z1 = LOAD(z + W);
      FOR_ROWS(STEP)
      x += ROWS;
      z += 2 * W;
    }
    const size_t to = (p * m + i) * n + j;
    const size_t rows = end - i;
    FOR_ROWS(KEEP)
  }
}

#endif
