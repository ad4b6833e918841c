// matmul on the matrix units of Intel's GPUs whose sub-groups have 16 work-items, by cl_intel_subgroup_matrix_multiply_accumulate;
// asked for, never by itself: MatmulPrecision.HIGH. matmul.cl says what is computed and where the elements lie, and is the reference.
//
// UNIT says what the units multiply; they add in float32:
//   F16        float16 as it lies in memory: intel_sub_group_f16_f16_matrix_mad_k16
//   BF16       bfloat16 as it lies in memory: intel_sub_group_bf16_bf16_matrix_mad_k16
// y is float32 and is written through RESULT.
//
// A work-group computes TILE_M x TILE_N elements of y, each of its sub-groups WARP_M x WARP_N of them, in pieces of 8 x 16.
// DEPTH steps of l of both operands lie in local memory: rows of a, and columns of b by pairs of steps, as the units read them.
// Too few tiles for the device are made more by cutting k, as in matmul_tiles.cl, whose matmul_splits adds the parts up.
//
// Has run on no matrix unit: compiled for SPIR-V with the functions declared (ci/intel-matrix-units.h), and tested on other devices, whose
// compilers get the same kernel with the same sums made of single products.

#define F16 1
#define BF16 2
#ifndef UNIT
#define UNIT F16
#endif
#ifndef TILE_M
#define TILE_M 64
#endif
#ifndef TILE_N
#define TILE_N 64
#endif
#ifndef WARP_M
#define WARP_M 32
#endif
#ifndef WARP_N
#define WARP_N 32
#endif
#ifndef DEPTH
#define DEPTH 32  // a multiple of 16
#endif
#ifndef A_ALONG_K
#define A_ALONG_K 1  // whether elements of a lie side by side along k, rather than along m
#endif
#ifndef B_ALONG_K
#define B_ALONG_K 0  // whether elements of b lie side by side along k, rather than along n
#endif

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#if W == 1 && !IS_DOUBLE && !IS_INTEGER

#define LANES 16
#define PIECE_M 8
#define PIECE_N 16
#define PIECE_K 16
#define PIECES_M (WARP_M / PIECE_M)
#define PIECES_N (WARP_N / PIECE_N)
#define WARPS_N (TILE_N / WARP_N)
#define ITEMS (TILE_M / WARP_M * WARPS_N * LANES)
#define PAIRS (DEPTH / 2)
#define PITCH_A (DEPTH + 8)   // in elements; lines side by side begin in different banks
#define PITCH_B (TILE_N + 8)  // in pairs of them
#define BAND 8  // tiles are taken in bands of so many rows of tiles, as in matmul_tiles.cl

#ifdef cl_intel_subgroup_matrix_multiply_accumulate
#define INTEL 1
#define SUB_GROUP __attribute__((intel_reqd_sub_group_size(LANES)))
#if UNIT == F16
#define MULTIPLY_ADD intel_sub_group_f16_f16_matrix_mad_k16
#else
#define MULTIPLY_ADD intel_sub_group_bf16_bf16_matrix_mad_k16
#endif
#elif defined(NEEDS_UNITS)
#error "the device's compiler has no cl_intel_subgroup_matrix_multiply_accumulate"
#else
#define INTEL 0
#define SUB_GROUP
#if UNIT == F16
#define VALUE(p) vload_half(0, (__local const half*)(p))
#else
#define VALUE(p) as_float((uint)*(__local const ushort*)(p) << 16)
#endif
#endif

// Launch: groups of ITEMS work-items: for each batch, for each split, the tiles. No work-group returns early
// (matmul_tiles.cl says why).
__kernel SUB_GROUP __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_subgroups(
    __global const ushort* a, const ulong a_offset,
    __global const ushort* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col,
    const ulong splits, const ulong split_k) {
  __local ushort tile_a[TILE_M * PITCH_A];
  __local ushort2 tile_b[PAIRS * PITCH_B];
  const uint across = (uint)((n + TILE_N - 1) / TILE_N);
  const uint down = (uint)((m + TILE_M - 1) / TILE_M);
  const size_t group = get_group_id(0) / ((size_t)across * down);
  const size_t split = group % splits;
  const size_t p = group / splits;
  const uint tile = (uint)(get_group_id(0) % ((size_t)across * down));
  const uint band = tile / (BAND * across) * BAND;
  const uint height = min((uint)BAND, down - band);
  const size_t first_row = (size_t)(band + tile % (BAND * across) % height) * TILE_M;
  const size_t first_column = (size_t)(tile % (BAND * across) / height) * TILE_N;
  const size_t begin = split * split_k;
  const size_t end = min((size_t)(begin + split_k), (size_t)k);
  const int item = (int)get_local_id(0);
  // Sub-groups are made of work-items in a row.
  const int lane = item % LANES;
  const int warp_row = item / LANES / WARPS_N * WARP_M;
  const int warp_column = item / LANES % WARPS_N * WARP_N;
  __global const ushort* x = a + a_offset + BATCH_OFFSET(a, p);
  __global const ushort* z = b + b_offset + BATCH_OFFSET(b, p);
  // Of each piece a lane has one column.
  float8 sum[PIECES_M][PIECES_N];
  #pragma unroll
  for (int u = 0; u < PIECES_M; u++) {
    #pragma unroll
    for (int v = 0; v < PIECES_N; v++) sum[u][v] = 0;
  }
  for (size_t l = begin; l < end; l += DEPTH) {
    // Work-items side by side copy elements side by side.
    for (int e = item; e < TILE_M * DEPTH; e += ITEMS) {
      const int row = A_ALONG_K ? e / DEPTH : e % TILE_M, step = A_ALONG_K ? e % DEPTH : e / TILE_M;
      const bool inside = first_row + row < m && l + step < end;
      tile_a[row * PITCH_A + step] = inside ? x[(long)(first_row + row) * a_row + (long)(l + step) * a_col] : (ushort)0;
    }
    for (int e = item; e < TILE_N * PAIRS; e += ITEMS) {
      const int column = B_ALONG_K ? e / PAIRS : e % TILE_N, pair = B_ALONG_K ? e % PAIRS : e / TILE_N;
      const size_t step = l + 2 * pair;
      const bool inside = first_column + column < n;
      __global const ushort* from = z + (long)step * b_row + (long)(first_column + column) * b_col;
      tile_b[pair * PITCH_B + column] =
          (ushort2)(inside && step < end ? from[0] : (ushort)0, inside && step + 1 < end ? from[b_row] : (ushort)0);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
#if INTEL
    #pragma unroll
    for (int step = 0; step < DEPTH; step += PIECE_K) {
      int8 right[PIECES_N];
      #pragma unroll
      for (int v = 0; v < PIECES_N; v++) {
        __local const ushort2* from = tile_b + step / 2 * PITCH_B + warp_column + v * PIECE_N + lane;
        right[v] = (int8)(as_int(from[0]), as_int(from[PITCH_B]), as_int(from[2 * PITCH_B]), as_int(from[3 * PITCH_B]),
                          as_int(from[4 * PITCH_B]), as_int(from[5 * PITCH_B]), as_int(from[6 * PITCH_B]), as_int(from[7 * PITCH_B]));
      }
      #pragma unroll
      for (int u = 0; u < PIECES_M; u++) {
        __local const ushort* from = tile_a + (warp_row + u * PIECE_M) * PITCH_A + step + lane;
        const short8 left = as_short8((ushort8)(from[0], from[PITCH_A], from[2 * PITCH_A], from[3 * PITCH_A],
                                                from[4 * PITCH_A], from[5 * PITCH_A], from[6 * PITCH_A], from[7 * PITCH_A]));
        #pragma unroll
        for (int v = 0; v < PIECES_N; v++) sum[u][v] = MULTIPLY_ADD(left, right[v], sum[u][v]);
      }
    }
#else
    for (int u = 0; u < PIECES_M; u++)
      for (int v = 0; v < PIECES_N; v++)
        for (int r = 0; r < PIECE_M; r++) {
          float* to = (float*)&sum[u][v] + r;
          __local const ushort* left = tile_a + (warp_row + u * PIECE_M + r) * PITCH_A;
          __local const ushort2* right = tile_b + warp_column + v * PIECE_N + lane;
          for (int pair = 0; pair < PAIRS; pair++) {
            __local const ushort* both = (__local const ushort*)(right + pair * PITCH_B);
            *to = fma(VALUE(left + 2 * pair), VALUE(both), *to);
            *to = fma(VALUE(left + 2 * pair + 1), VALUE(both + 1), *to);
          }
        }
#endif
    // The next step overwrites what others may still read.
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  #pragma unroll
  for (int u = 0; u < PIECES_M; u++) {
    #pragma unroll
    for (int v = 0; v < PIECES_N; v++) {
      const size_t i = first_row + warp_row + u * PIECE_M;
      const size_t j = first_column + warp_column + v * PIECE_N + lane;
      const float* from = (const float*)&sum[u][v];
      #pragma unroll
      for (int r = 0; r < PIECE_M; r++)
        if (i + r < m && j < n) RESULT(((split * batches + p) * m + i + r) * n + j, 1, from[r]);
    }
  }
}

#endif
