// matmul on devices whose work-items are a CPU's vector lanes (W > 1): everything but the smallest and the narrowest.
// y[p, i, j] = sum over l of a[p, i, l] b[p, l, j]: matmul.cl says where the elements lie, and is the reference.
//
// A work-item computes a block of y. It takes DEPTH steps of l at a time: ROWS rows of a and VECTORS vectors of columns of b
// are multiplied in registers, and what is not finished waits in private memory (Goto and van de Geijn, 2008). Columns of b
// lie side by side in panels of VECTORS * W, rows of a one after another. Products are added in ascending l.
// y is written through RESULT, each element once: what follows on it, such as a bias, may be computed before it is stored.
//
// matmul_blocks   each work-item brings its parts of a and b into that order itself: one launch, for one or two blocks a side
// matmul_panels   both operands have been brought into it by matmul_pack_rows and matmul_pack_columns: large products, where
//                 every block would copy the same again

#ifndef ROWS
#define ROWS 6  // ROWS * VECTORS sums, VECTORS vectors of b and one of a want registers
#endif
#ifndef VECTORS
#define VECTORS 2
#endif
#ifndef DEPTH
#define DEPTH 256  // steps of l whose panel of b stays in the nearest cache
#endif
#ifndef BLOCK_ROWS
#define BLOCK_ROWS 96  // the most rows of a block; a multiple of ROWS
#endif
#ifndef BLOCK_COLUMNS
#define BLOCK_COLUMNS 128  // the most columns of a block; a multiple of VECTORS * W
#endif

// Which kernels a program has: the fewer, the sooner it is compiled.
#define BLOCKS 1
#define PANELS 2
#define PACKS 4
#ifndef KERNELS
#define KERNELS (BLOCKS | PANELS | PACKS)
#endif

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#if W > 1

#define COLUMNS (VECTORS * W)
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))
#define ALIGNED __attribute__((aligned(64)))
// Rows are so far apart that they do not fall into the same lines of a cache.
#define PITCH (DEPTH + 16)
#define ELEM4 PASTE(ELEM, 4)

// Four lines of four elements, `across` apart, become lines of `to`, `width` apart.
#define TRANSPOSE4(from, across, to, width) { \
    const ELEM4 r0 = vload4(0, from), r1 = vload4(0, from + across); \
    const ELEM4 r2 = vload4(0, from + 2 * (across)), r3 = vload4(0, from + 3 * (across)); \
    const ELEM4 low01 = (ELEM4)(r0.s0, r1.s0, r0.s1, r1.s1), low23 = (ELEM4)(r2.s0, r3.s0, r2.s1, r3.s1); \
    const ELEM4 high01 = (ELEM4)(r0.s2, r1.s2, r0.s3, r1.s3), high23 = (ELEM4)(r2.s2, r3.s2, r2.s3, r3.s3); \
    vstore4((ELEM4)(low01.lo, low23.lo), 0, to); \
    vstore4((ELEM4)(low01.hi, low23.hi), 0, to + (width)); \
    vstore4((ELEM4)(high01.lo, high23.lo), 0, to + 2 * (width)); \
    vstore4((ELEM4)(high01.hi, high23.hi), 0, to + 3 * (width)); \
  }

// A tile of ROWS * COLUMNS sums goes on over `steps` of l. Rows of a are `pitch` apart at x; z is a panel of b.
#define DEFINE_TILE(NAME, SPACE_A, SPACE_B) \
  static inline __attribute__((unused)) void NAME( \
      const SPACE_A ELEM* x, const size_t pitch, const SPACE_B ELEM* z, const size_t steps, \
      const bool begins, ELEM* sums) { \
    real sum[ROWS][VECTORS]; \
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++) \
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) \
        sum[r][v] = begins ? K(0) : VLOAD(sums + r * COLUMNS + v * W); \
    for (size_t l = 0; l < steps; l++) { \
      real right[VECTORS]; \
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) right[v] = VLOAD(z + v * W); \
      UNROLL(ROWS) for (int r = 0; r < ROWS; r++) { \
        const real left = (real)(x[r * pitch + l]); \
        UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = FMA(left, right[v], sum[r][v]); \
      } \
      z += COLUMNS; \
    } \
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++) \
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) VSTORE(sum[r][v], sums + r * COLUMNS + v * W); \
  }
DEFINE_TILE(tile_of_copies, __private, __private)
DEFINE_TILE(tile_of_panels, __global, __global)
DEFINE_TILE(tile_of_rows, __global, __private)

// `lines` columns of b, over `steps` of l, in panels of COLUMNS, 0 beyond the last; `panel` is a panel's size.
#define DEFINE_PACK_COLUMNS(NAME, SPACE) \
  static inline __attribute__((unused)) void NAME( \
      __global const ELEM* x, const long across, const long along, const size_t lines, const size_t steps, \
      SPACE ELEM* to, const size_t panel) { \
    const size_t whole = lines / COLUMNS * COLUMNS; \
    if (across == 1) { \
      /* Along the rows of b, for they lie side by side. */ \
      for (size_t l = 0; l < steps; l++) { \
        __global const ELEM* from = x + (long)l * along; \
        SPACE ELEM* out = to + l * COLUMNS; \
        for (size_t t = 0; t < whole; t += COLUMNS) { \
          UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) VSTORE(VLOAD(from + t + v * W), out + v * W); \
          out += panel; \
        } \
      } \
    } else { \
      for (size_t first = 0; first < whole; first += COLUMNS) { \
        __global const ELEM* from = x + (long)first * across; \
        SPACE ELEM* out = to + first / COLUMNS * panel; \
        size_t l = 0; \
        if (along == 1) { \
          for (; l + 4 <= steps; l += 4) \
            for (int t = 0; t < COLUMNS; t += 4) \
              TRANSPOSE4(from + (long)t * across + l, across, out + l * COLUMNS + t, COLUMNS) \
        } \
        for (; l < steps; l++) \
          for (int t = 0; t < COLUMNS; t++) out[l * COLUMNS + t] = from[(long)l * along + (long)t * across]; \
      } \
    } \
    if (whole < lines) { \
      SPACE ELEM* out = to + whole / COLUMNS * panel; \
      for (size_t l = 0; l < steps; l++) { \
        for (size_t t = 0; t < lines - whole; t++) \
          out[l * COLUMNS + t] = x[(long)l * along + (long)(whole + t) * across]; \
        for (size_t t = lines - whole; t < COLUMNS; t++) out[l * COLUMNS + t] = 0; \
      } \
    } \
  }
DEFINE_PACK_COLUMNS(copy_columns, __private)
DEFINE_PACK_COLUMNS(pack_columns, __global)

// `lines` rows of a, over `steps` of l, `pitch` apart; the last is repeated up to a multiple of ROWS.
#define DEFINE_PACK_ROWS(NAME, SPACE) \
  static inline __attribute__((unused)) void NAME( \
      __global const ELEM* x, const long across, const long along, const size_t lines, const size_t steps, \
      SPACE ELEM* to, const size_t pitch) { \
    const size_t all = (lines + ROWS - 1) / ROWS * ROWS; \
    size_t done = 0; \
    if (along == 1) { \
      for (; done < lines; done++) { \
        __global const ELEM* from = x + (long)done * across; \
        SPACE ELEM* out = to + done * pitch; \
        size_t l = 0; \
        for (; l + W <= steps; l += W) VSTORE(VLOAD(from + l), out + l); \
        for (; l < steps; l++) out[l] = from[l]; \
      } \
    } else if (across == 1) { \
      done = lines / 4 * 4; \
      size_t l = 0; \
      for (; l + 4 <= steps; l += 4) \
        for (size_t t = 0; t < done; t += 4) \
          TRANSPOSE4(x + t + (long)l * along, along, to + t * pitch + l, pitch) \
      for (; l < steps; l++) \
        for (size_t t = 0; t < done; t++) to[t * pitch + l] = x[t + (long)l * along]; \
    } \
    for (; done < all; done++) \
      for (size_t l = 0; l < steps; l++) \
        to[done * pitch + l] = x[(long)min(done, lines - 1) * across + (long)l * along]; \
  }
DEFINE_PACK_ROWS(copy_rows, __private)
DEFINE_PACK_ROWS(pack_rows, __global)

// What a work-item computed: `rows` by `columns` sums in tiles, those of one panel of b one after another, from (i, j) on.
#define WRITE_BLOCK \
  for (size_t r = 0; r < rows; r++) { \
    const ELEM* from = sums + r / ROWS * (ROWS * COLUMNS) + r % ROWS * COLUMNS; \
    const size_t to = (p * m + i + r) * n + j; \
    for (size_t at = 0; at < columns; at += COLUMNS) { \
      for (size_t t = at; t < at + COLUMNS && t < columns; t += W) { \
        const real value = VLOAD(from + (t - at)); \
        RESULT(to + t, min(columns - t, (size_t)W), value); \
      } \
      from += down * (ROWS * COLUMNS); \
    } \
  }

#if KERNELS & BLOCKS

// Launch: (blocks of `block_columns`, blocks of `block_rows`, batches), groups of one. The two are multiples of COLUMNS
// and ROWS.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_blocks(
    __global const ELEM* restrict a, const ulong a_offset,
    __global const ELEM* restrict b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col,
    const ulong block_rows, const ulong block_columns, const ulong a_copied) {
  ALIGNED ELEM copy_a[BLOCK_ROWS * PITCH];
  ALIGNED ELEM copy_b[BLOCK_COLUMNS * DEPTH];
  ALIGNED ELEM sums[BLOCK_ROWS * BLOCK_COLUMNS];
  const size_t p = get_global_id(2);
  const size_t i = get_global_id(1) * block_rows;
  const size_t j = get_global_id(0) * block_columns;
  if (p >= batches || i >= m || j >= n) return;
  const size_t rows = min((size_t)block_rows, (size_t)m - i);
  const size_t columns = min((size_t)block_columns, (size_t)n - j);
  const size_t down = (rows + ROWS - 1) / ROWS;
  const size_t across = (columns + COLUMNS - 1) / COLUMNS;
  // Rows that fill no tile are copied too: a tile reads all of its rows.
  const size_t in_place = a_copied ? 0 : rows / ROWS;
  __global const ELEM* from_a = a + a_offset + BATCH_OFFSET(a, p) + (long)i * a_row;
  __global const ELEM* from_b = b + b_offset + BATCH_OFFSET(b, p) + (long)j * b_col;
  for (size_t l = 0; l < k; l += DEPTH) {
    const size_t steps = min((size_t)DEPTH, (size_t)k - l);
    if (in_place < down) {
      const size_t first = in_place * ROWS;
      copy_rows(from_a + (long)first * a_row + (long)l * a_col, a_row, a_col, rows - first, steps,
                copy_a + first * PITCH, PITCH);
    }
    copy_columns(from_b + (long)l * b_row, b_col, b_row, columns, steps, copy_b, steps * COLUMNS);
    for (size_t panel = 0; panel < across; panel++) {
      const ELEM* z = copy_b + panel * COLUMNS * steps;
      ELEM* out = sums + panel * down * (ROWS * COLUMNS);
      size_t tile = 0;
      for (; tile < in_place; tile++)
        tile_of_rows(from_a + (long)(tile * ROWS) * a_row + l, (size_t)a_row, z, steps, l == 0,
                     out + tile * (ROWS * COLUMNS));
      for (; tile < down; tile++)
        tile_of_copies(copy_a + tile * ROWS * PITCH, PITCH, z, steps, l == 0, out + tile * (ROWS * COLUMNS));
    }
  }
  WRITE_BLOCK
}

#endif
#if KERNELS & PACKS

// y[p, c, i, s] = x[p, i, c DEPTH + s], rows PITCH apart, the last repeated up to a multiple of ROWS: what a block reads in a
// step of DEPTH lies side by side.
// Launch: (blocks of `block_rows` rows, steps of DEPTH, matrices), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_pack_rows(
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict y, const ulong y_offset,
    const ulong matrices, const ulong inner_batches, const ulong size, const ulong k,
    const long x_outer, const long x_inner, const long x_across, const long x_along,
    const ulong block_rows) {
  const size_t p = get_global_id(2);
  const size_t c = get_global_id(1);
  const size_t i = get_global_id(0) * block_rows;
  if (p >= matrices || c * DEPTH >= k || i >= size) return;
  const size_t all = (size + ROWS - 1) / ROWS * ROWS;
  const size_t chunks = (k + DEPTH - 1) / DEPTH;
  pack_rows(x + x_offset + BATCH_OFFSET(x, p) + (long)i * x_across + (long)(c * DEPTH) * x_along, x_across, x_along,
            min((size_t)block_rows, (size_t)size - i), min((size_t)DEPTH, (size_t)(k - c * DEPTH)),
            y + y_offset + ((p * chunks + c) * all + i) * PITCH, PITCH);
}

// y[p, panel, l, t] = x[p, l, panel * COLUMNS + t], 0 beyond the last column.
// Launch: (steps of DEPTH, blocks of `block_columns` columns, matrices), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_pack_columns(
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict y, const ulong y_offset,
    const ulong matrices, const ulong inner_batches, const ulong size, const ulong k,
    const long x_outer, const long x_inner, const long x_across, const long x_along,
    const ulong block_columns) {
  const size_t p = get_global_id(2);
  const size_t l = get_global_id(0) * DEPTH;
  const size_t j = get_global_id(1) * block_columns;
  if (p >= matrices || l >= k || j >= size) return;
  const size_t panels = (size + COLUMNS - 1) / COLUMNS;
  pack_columns(x + x_offset + BATCH_OFFSET(x, p) + (long)l * x_along + (long)j * x_across, x_across, x_along,
               min((size_t)block_columns, (size_t)size - j), min((size_t)DEPTH, (size_t)k - l),
               y + y_offset + (p * panels + j / COLUMNS) * k * COLUMNS + l * COLUMNS, k * COLUMNS);
}

#endif
#if KERNELS & PANELS

// a and b as they were packed.
// Launch: (blocks of `block_columns`, blocks of `block_rows`, batches), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void matmul_panels(
    __global const ELEM* restrict a, const ulong a_offset,
    __global const ELEM* restrict b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long b_outer, const long b_inner,
    const ulong block_rows, const ulong block_columns) {
  ALIGNED ELEM sums[BLOCK_ROWS * BLOCK_COLUMNS];
  const size_t p = get_global_id(2);
  const size_t i = get_global_id(1) * block_rows;
  const size_t j = get_global_id(0) * block_columns;
  if (p >= batches || i >= m || j >= n) return;
  const size_t rows = min((size_t)block_rows, (size_t)m - i);
  const size_t columns = min((size_t)block_columns, (size_t)n - j);
  const size_t down = (rows + ROWS - 1) / ROWS;
  const size_t across = (columns + COLUMNS - 1) / COLUMNS;
  const size_t all = (m + ROWS - 1) / ROWS * ROWS;
  __global const ELEM* from_a = a + a_offset + BATCH_OFFSET(a, p) + i * PITCH;
  __global const ELEM* from_b = b + b_offset + BATCH_OFFSET(b, p) + (long)(j * k);
  for (size_t l = 0; l < k; l += DEPTH) {
    const size_t steps = min((size_t)DEPTH, (size_t)k - l);
    for (size_t panel = 0; panel < across; panel++)
      for (size_t tile = 0; tile < down; tile++)
        tile_of_panels(from_a + (l / DEPTH * all + tile * ROWS) * PITCH, PITCH,
                       from_b + (panel * k + l) * COLUMNS, steps, l == 0,
                       sums + (panel * down + tile) * (ROWS * COLUMNS));
  }
  WRITE_BLOCK
}

#endif

#endif
