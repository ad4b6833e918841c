// matmul on GPUs: TILE_M x TILE_N elements of y a work-group, ITEM_M x ITEM_N of them a work-item.
// matmul.cl says what is computed and where the elements lie, and is the reference.
//
// DEPTH steps of l of both operands lie in local memory, in two buffers: while one is multiplied, what comes next is on its
// way from global memory into registers, and one barrier a step suffices. W elements are loaded, kept and stored at once: W is
// 1, 2 or 4. Vectors run along whichever index has its elements side by side, and are loaded at once where they all begin at
// multiples of W.
// Too few tiles for the device are made more by cutting k into `splits` parts of `split_k` steps: then y has one product for
// each part, one after another, and what follows adds them up, always in the same order; no atomics.
// y is written through RESULT, each element once.

#ifndef TILE_M
#define TILE_M 64
#endif
#ifndef TILE_N
#define TILE_N 64
#endif
#ifndef DEPTH
#define DEPTH 16
#endif
#ifndef ITEM_M
#define ITEM_M 4  // a multiple of W
#endif
#ifndef ITEM_N
#define ITEM_N 4  // a multiple of W
#endif
#ifndef A_ALONG_K
#define A_ALONG_K 1  // whether vectors of a run along k, rather than along m
#endif
#ifndef B_ALONG_K
#define B_ALONG_K 0  // whether vectors of b run along k, rather than along n
#endif
#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#if W <= 4

#define SIDE_M (TILE_M / ITEM_M)
#define SIDE_N (TILE_N / ITEM_N)
#define ITEMS (SIDE_M * SIDE_N)
#define LOADS_A (TILE_M * DEPTH / (W * ITEMS))
#define LOADS_B (TILE_N * DEPTH / (W * ITEMS))
// Rows of local memory begin in different banks, and at a multiple of a vector.
#define PITCH_M (TILE_M + 4)
#define PITCH_N (TILE_N + 4)
// Tiles are taken in bands of so many rows of tiles: those that run together then read the same parts of b.
#define BAND 8

// The vector at `from`, whose elements are `stride` apart; 0 in the place of those after the first `inside`.
static inline __attribute__((unused)) real fetch(
    __global const ELEM* from, const long stride, const long inside, const bool at_once) {
  if (at_once && inside >= W) return *(__global const real*)from;
  ELEM lanes[W];
  #pragma unroll
  for (int lane = 0; lane < W; lane++) lanes[lane] = lane < inside ? from[lane * stride] : (ELEM)0;
  return VLOAD(lanes);
}

// A fetched vector into local memory, along a row of it or down a column.
static inline __attribute__((unused)) void keep(__local ELEM* to, const real value, const int apart) {
  if (apart == 1) {
    *(__local real*)to = value;
  } else {
    ELEM lanes[W];
    VSTORE(value, lanes);
    #pragma unroll
    for (int lane = 0; lane < W; lane++) to[lane * apart] = lanes[lane];
  }
}

// Where the vector of number e of a tile lies: its place along m or n, and its step of l.
#define AT(e, size, along_k) ((along_k) ? (e) / (DEPTH / W) : (e) % ((size) / W) * W)
#define STEP(e, size, along_k) ((along_k) ? (e) % (DEPTH / W) * W : (e) / ((size) / W))

// Whether every vector of a matrix lies side by side and begins at a multiple of a vector's size.
#define VECTORS_AT(from, along, across) ((along) == 1 && (across) % W == 0 && (size_t)(from) % sizeof(real) == 0)

#define FETCH_TILES(l) \
  _Pragma("unroll") for (int t = 0; t < LOADS_A; t++) { \
    const int at = AT(item + t * ITEMS, TILE_M, A_ALONG_K), step = STEP(item + t * ITEMS, TILE_M, A_ALONG_K); \
    const long rows = (long)m - (long)(first_row + at), steps = (long)end - (long)((l) + step); \
    const long inside = A_ALONG_K ? (rows > 0 ? steps : 0) : (steps > 0 ? rows : 0); \
    next_a[t] = fetch(x + (long)(first_row + at) * a_row + (long)((l) + step) * a_col, A_ALONG_K ? a_col : a_row, inside, \
                      vectors_a); \
  } \
  _Pragma("unroll") for (int t = 0; t < LOADS_B; t++) { \
    const int at = AT(item + t * ITEMS, TILE_N, B_ALONG_K), step = STEP(item + t * ITEMS, TILE_N, B_ALONG_K); \
    const long columns = (long)n - (long)(first_column + at), steps = (long)end - (long)((l) + step); \
    const long inside = B_ALONG_K ? (columns > 0 ? steps : 0) : (steps > 0 ? columns : 0); \
    next_b[t] = fetch(z + (long)(first_column + at) * b_col + (long)((l) + step) * b_row, B_ALONG_K ? b_row : b_col, inside, \
                      vectors_b); \
  }

#define KEEP_TILES(buffer) \
  _Pragma("unroll") for (int t = 0; t < LOADS_A; t++) \
    keep(&tile_a[buffer][STEP(item + t * ITEMS, TILE_M, A_ALONG_K)][AT(item + t * ITEMS, TILE_M, A_ALONG_K)], next_a[t], \
         A_ALONG_K ? PITCH_M : 1); \
  _Pragma("unroll") for (int t = 0; t < LOADS_B; t++) \
    keep(&tile_b[buffer][STEP(item + t * ITEMS, TILE_N, B_ALONG_K)][AT(item + t * ITEMS, TILE_N, B_ALONG_K)], next_b[t], \
         B_ALONG_K ? PITCH_N : 1);

// Launch: groups of ITEMS work-items: for each batch, for each split, the tiles.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_tiles(
    __global const ELEM* restrict a, const ulong a_offset,
    __global const ELEM* restrict b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col,
    const ulong splits, const ulong split_k) {
  __local ELEM tile_a[2][DEPTH][PITCH_M] __attribute__((aligned(16)));
  __local ELEM tile_b[2][DEPTH][PITCH_N] __attribute__((aligned(16)));
  const uint across = (uint)((n + TILE_N - 1) / TILE_N);
  const uint down = (uint)((m + TILE_M - 1) / TILE_M);
  const size_t group = get_group_id(0) / ((size_t)across * down);
  const size_t split = group % splits;
  const size_t p = group / splits;
  // No work-group returns early: where one may before a barrier, PoCL 3.1 takes the last condition of the kernel for true.
  const uint tile = (uint)(get_group_id(0) % ((size_t)across * down));
  const uint band = tile / (BAND * across) * BAND;
  const uint height = min((uint)BAND, down - band);
  const size_t first_row = (size_t)(band + tile % (BAND * across) % height) * TILE_M;
  const size_t first_column = (size_t)(tile % (BAND * across) / height) * TILE_N;
  const size_t begin = split * split_k;
  const size_t end = min((size_t)(begin + split_k), (size_t)k);
  const int item = (int)get_local_id(0);
  const int row = item / SIDE_N * W;
  const int column = item % SIDE_N * W;
  __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p);
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p);
  const bool vectors_a = VECTORS_AT(x, A_ALONG_K ? a_col : a_row, A_ALONG_K ? a_row : a_col);
  const bool vectors_b = VECTORS_AT(z, B_ALONG_K ? b_row : b_col, B_ALONG_K ? b_col : b_row);
  real next_a[LOADS_A], next_b[LOADS_B];
  real sum[ITEM_M][ITEM_N / W];
  #pragma unroll
  for (int r = 0; r < ITEM_M; r++) {
    #pragma unroll
    for (int c = 0; c < ITEM_N / W; c++) sum[r][c] = K(0);
  }
  FETCH_TILES(begin)
  KEEP_TILES(0)
  barrier(CLK_LOCAL_MEM_FENCE);
  int now = 0;
  for (size_t l = begin; l < end; l += DEPTH) {
    const bool more = l + DEPTH < end;
    if (more) {
      FETCH_TILES(l + DEPTH)
    }
    // Not all of DEPTH: AMD's compiler would bring all of it into registers at once.
    #pragma unroll 4
    for (int d = 0; d < DEPTH; d++) {
      ELEM left[ITEM_M];
      real right[ITEM_N / W];
      // A work-item's rows and columns come in vectors, the vectors of all work-items of a side in turn.
      #pragma unroll
      for (int r = 0; r < ITEM_M / W; r++)
        VSTORE(*(__local const real*)&tile_a[now][d][r * SIDE_M * W + row], left + r * W);
      #pragma unroll
      for (int c = 0; c < ITEM_N / W; c++)
        right[c] = *(__local const real*)&tile_b[now][d][c * SIDE_N * W + column];
      #pragma unroll
      for (int r = 0; r < ITEM_M; r++) {
        #pragma unroll
        for (int c = 0; c < ITEM_N / W; c++) sum[r][c] = FMA((real)(left[r]), right[c], sum[r][c]);
      }
    }
    if (more) {
      KEEP_TILES(1 - now)
    }
    now = 1 - now;
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  #pragma unroll
  for (int r = 0; r < ITEM_M; r++) {
    const size_t i = first_row + r / W * SIDE_M * W + row + r % W;
    #pragma unroll
    for (int c = 0; c < ITEM_N / W; c++) {
      const size_t j = first_column + c * SIDE_N * W + column;
      if (i < m && j < n) RESULT(((split * batches + p) * m + i) * n + j, min((size_t)n - j, (size_t)W), sum[r][c]);
    }
  }
}

// y = the sum of `splits` products of `numel` elements each, one after another.
// Launch: one work-item for W elements.
__kernel void matmul_splits(
    __global const ELEM* restrict x, const ulong x_offset,
    RESULT_PARAMETERS,
    const ulong splits, const ulong numel) {
  const size_t at = get_global_id(0) * W;
  if (at >= numel) return;
  const size_t lanes = min((size_t)numel - at, (size_t)W);
  ELEM sum[W];
  #pragma unroll
  for (size_t lane = 0; lane < W; lane++) sum[lane] = 0;
  for (size_t s = 0; s < splits; s++) {
    __global const ELEM* from = x + x_offset + s * numel + at;
    #pragma unroll
    for (size_t lane = 0; lane < W; lane++)
      if (lane < lanes) sum[lane] += from[lane];
  }
  RESULT(at, lanes, VLOAD(sum));
}

#endif
