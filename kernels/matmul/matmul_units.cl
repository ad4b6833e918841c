// matmul on the matrix units of NVIDIA's GPUs (compute capability 8.0 and later), by inline PTX; asked for, never by itself:
// MatmulPrecision.HIGH. matmul.cl says what is computed and where the elements lie, and is the reference.
//
// UNIT says what the units multiply; they add in float32:
//   TF32      ELEM, float, rounded to 10 bits behind the point: mma.sync.m16n8k8
//   F16       float16 as it lies in memory: mma.sync.m16n8k16
//   BF16      bfloat16 as it lies in memory: mma.sync.m16n8k16
// y is float32 and is written through RESULT, W = 2 elements at once.
//
// A work-group computes TILE_M x TILE_N elements of y, each of its warps (32 work-items) WARP_M x WARP_N of them. DEPTH steps
// of l of both operands lie in local memory, in the order of global memory, in STAGES buffers that cp.async fills without
// registers while another is multiplied. Rows are padded so that the lanes of a warp read different banks.
// Too few tiles for the device are made more by cutting k, as in matmul_tiles.cl, whose matmul_splits adds the parts up.
//
// Other compilers get the same kernel with the same sums made of single products, which shows on any device that every element
// is where the units expect it; it is of no other use.

#define TF32 0
#define F16 1
#define BF16 2
#ifndef UNIT
#define UNIT TF32
#endif
#ifndef TILE_M
#define TILE_M 128
#endif
#ifndef TILE_N
#define TILE_N 128
#endif
#ifndef WARP_M
#define WARP_M 64
#endif
#ifndef WARP_N
#define WARP_N 32
#endif
#ifndef DEPTH
#define DEPTH (UNIT == TF32 ? 16 : 32)
#endif
#ifndef STAGES
#define STAGES 2
#endif
#ifndef A_ALONG_K
#define A_ALONG_K 1  // whether elements of a lie side by side along k, rather than along m
#endif
#ifndef B_ALONG_K
#define B_ALONG_K 0  // whether elements of b lie side by side along k, rather than along n
#endif

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#if W == 2 && !IS_DOUBLE && !IS_INTEGER

#if UNIT == TF32
#define STORED float
#define UNIT_K 8
#define PAD_K 4  // pitch of lines along k: 4 more than a multiple of 16 banks
#define PAD_X 8  // pitch of lines along m or n: 8 more than a multiple of 32 banks
#define VALUE(x) (x)
#else
#define STORED ushort
#define UNIT_K 16
#define PAD_K 8  // 16 bytes: the eight lines of ldmatrix begin in different banks
#define PAD_X 8
#if UNIT == F16
#define VALUE(x) vload_half(0, (__local const half*)&(x))
#else
#define VALUE(x) as_float((uint)(x) << 16)
#endif
#endif

#define WARPS_N (TILE_N / WARP_N)
#define ITEMS (TILE_M / WARP_M * WARPS_N * 32)
#define UNITS_M (WARP_M / 16)
#define UNITS_N (WARP_N / 8)
#define LINES_A (A_ALONG_K ? TILE_M : DEPTH)
#define PITCH_A (A_ALONG_K ? DEPTH + PAD_K : TILE_M + PAD_X)
#define LINES_B (B_ALONG_K ? TILE_N : DEPTH)
#define PITCH_B (B_ALONG_K ? DEPTH + PAD_K : TILE_N + PAD_X)
#define RUN (16 / (int)sizeof(STORED))  // elements that one cp.async copies
#define BAND 8  // tiles are taken in bands of so many rows of tiles, as in matmul_tiles.cl

#define A_AT(row, step) (A_ALONG_K ? (row) * PITCH_A + (step) : (step) * PITCH_A + (row))
#define B_AT(step, column) (B_ALONG_K ? (column) * PITCH_B + (step) : (step) * PITCH_B + (column))

#if defined(__NVPTX__) || defined(__NV_CL_C_VERSION)
#define NVIDIA 1
#ifdef __NV_CL_C_VERSION
#define ASM asm
#else
#define ASM __asm__
#endif
#define LOCAL_ADDRESS(p) ((uint)(size_t)(p))
#define COPY_ASYNC(to, from, bytes) \
  ASM volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(LOCAL_ADDRESS(to)), "l"((ulong)(size_t)(from)), "r"(bytes) : "memory")
#define COMMIT_COPIES ASM volatile("cp.async.commit_group;" ::: "memory");
#define WAIT_FOR_COPIES_BUT(n) ASM volatile("cp.async.wait_group %0;" ::"n"(n) : "memory");
#else
#define NVIDIA 0
#define COPY_ASYNC(to, from, bytes) \
  for (int e = 0; e < RUN; e++) (to)[e] = e * (int)sizeof(STORED) < (bytes) ? (from)[e] : (STORED)0
#define COMMIT_COPIES
#define WAIT_FOR_COPIES_BUT(n)
#endif

// One run of a tile: `inside` of its elements exist, the others become 0. At once where `at_once` says that all runs lie side
// by side and begin at multiples of 16 bytes; else one by one, `stride` apart.
static inline __attribute__((unused)) void copy_run(
    __local STORED* to, __global const STORED* from, const long stride, const long inside, const bool at_once) {
  if (at_once) {
    const int bytes = inside >= RUN ? 16 : inside > 0 ? (int)inside * (int)sizeof(STORED) : 0;
    COPY_ASYNC(to, from, bytes);
  } else {
    #pragma unroll
    for (int e = 0; e < RUN; e++) to[e] = e < inside ? from[e * stride] : (STORED)0;
  }
}

#define COPY_TILE(to, x, lines, pitch, along_k, size, first, at, step_stride, at_stride, at_once, l) \
  _Pragma("unroll") for (int t = 0; t < (lines) * ((along_k ? DEPTH : size) / RUN); t += ITEMS) { \
    const int e = item + t; \
    if (e >= (lines) * ((along_k ? DEPTH : size) / RUN)) continue; \
    const int line = e / ((along_k ? DEPTH : size) / RUN), run = e % ((along_k ? DEPTH : size) / RUN) * RUN; \
    const long place = (long)(first) + (along_k ? line : run), step = (long)(l) + (along_k ? run : line); \
    const long places = (long)(at) - place, steps = (long)end - step; \
    const long inside = along_k ? (places > 0 ? steps : 0) : (steps > 0 ? places : 0); \
    /* Nothing is read beyond the last element, nor computed with an address there. */ \
    copy_run((to) + line * (pitch) + run, inside > 0 ? (x) + place * (at_stride) + step * (step_stride) : (x), \
             along_k ? (step_stride) : (at_stride), inside, at_once); \
  }

#define COPY_TILES(buffer, l) \
  COPY_TILE(tile_a[buffer], x, LINES_A, PITCH_A, A_ALONG_K, TILE_M, first_row, m, a_col, a_row, runs_a, l) \
  COPY_TILE(tile_b[buffer], z, LINES_B, PITCH_B, B_ALONG_K, TILE_N, first_column, n, b_row, b_col, runs_b, l)

#define RUNS_AT(from, along, across) ((along) == 1 && (across) % RUN == 0 && (size_t)(from) % 16 == 0)

#if NVIDIA
#if UNIT == TF32
static inline __attribute__((unused)) uint tf32(const float x) {
  uint bits;
  ASM("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
  return bits;
}
// Of 16 rows and 8 steps lane `lane` has rows lane / 4 and 8 further, steps lane % 4 and 4 further; of b likewise.
#define LOAD_A(f, row, step) { \
    f[0] = tf32(tile_a[now][A_AT((row) + lane / 4, (step) + lane % 4)]); \
    f[1] = tf32(tile_a[now][A_AT((row) + lane / 4 + 8, (step) + lane % 4)]); \
    f[2] = tf32(tile_a[now][A_AT((row) + lane / 4, (step) + lane % 4 + 4)]); \
    f[3] = tf32(tile_a[now][A_AT((row) + lane / 4 + 8, (step) + lane % 4 + 4)]); \
  }
#define LOAD_B(f, step, column) { \
    f[0] = tf32(tile_b[now][B_AT((step) + lane % 4, (column) + lane / 4)]); \
    f[1] = tf32(tile_b[now][B_AT((step) + lane % 4 + 4, (column) + lane / 4)]); \
  }
#define MMA "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32"
#else
// ldmatrix: lanes 0 to 7 name the lines of the first 8 x 8 block, the next 8 those of the second, and so on.
#define LOAD_A(f, row, step) { \
    const int block = lane / 8; \
    const int r = (row) + (block % 2) * 8, s = (step) + (block / 2) * 8; \
    __local const STORED* from = tile_a[now] + (A_ALONG_K ? A_AT(r + lane % 8, s) : A_AT(r, s + lane % 8)); \
    if (A_ALONG_K) \
      ASM volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];" \
          : "=r"(f[0]), "=r"(f[1]), "=r"(f[2]), "=r"(f[3]) : "r"(LOCAL_ADDRESS(from)) : "memory"); \
    else \
      ASM volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];" \
          : "=r"(f[0]), "=r"(f[1]), "=r"(f[2]), "=r"(f[3]) : "r"(LOCAL_ADDRESS(from)) : "memory"); \
  }
#define LOAD_B(f, step, column) { \
    const int s = (step) + (lane / 8 % 2) * 8; \
    __local const STORED* from = tile_b[now] + (B_ALONG_K ? B_AT(s, (column) + lane % 8) : B_AT(s + lane % 8, column)); \
    if (B_ALONG_K) \
      ASM volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];" \
          : "=r"(f[0]), "=r"(f[1]) : "r"(LOCAL_ADDRESS(from)) : "memory"); \
    else \
      ASM volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];" \
          : "=r"(f[0]), "=r"(f[1]) : "r"(LOCAL_ADDRESS(from)) : "memory"); \
  }
#if UNIT == F16
#define MMA "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32"
#else
#define MMA "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32"
#endif
#endif
#endif

// Launch: groups of ITEMS work-items: for each batch, for each split, the tiles. No work-group returns early
// (matmul_tiles.cl says why).
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_units(
    __global const STORED* a, const ulong a_offset,
    __global const STORED* b, const ulong b_offset,
    RESULT_PARAMETERS,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col,
    const ulong splits, const ulong split_k) {
  __local STORED tile_a[STAGES][LINES_A * PITCH_A] __attribute__((aligned(16)));
  __local STORED tile_b[STAGES][LINES_B * PITCH_B] __attribute__((aligned(16)));
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
  const int lane = item % 32;
  const int warp_row = item / 32 / WARPS_N * WARP_M;
  const int warp_column = item / 32 % WARPS_N * WARP_N;
  __global const STORED* x = a + a_offset + BATCH_OFFSET(a, p);
  __global const STORED* z = b + b_offset + BATCH_OFFSET(b, p);
  const bool runs_a = RUNS_AT(x, A_ALONG_K ? a_col : a_row, A_ALONG_K ? a_row : a_col);
  const bool runs_b = RUNS_AT(z, B_ALONG_K ? b_row : b_col, B_ALONG_K ? b_col : b_row);
  // Of each 16 x 8 elements a lane has (lane / 4, 2 (lane % 4)), the one beside it, and both 8 rows further.
  float sum[UNITS_M][UNITS_N][4];
  #pragma unroll
  for (int u = 0; u < UNITS_M; u++) {
    #pragma unroll
    for (int v = 0; v < UNITS_N; v++) {
      #pragma unroll
      for (int e = 0; e < 4; e++) sum[u][v][e] = 0;
    }
  }
  for (int s = 0; s < STAGES - 1; s++) {
    COPY_TILES(s, begin + s * DEPTH)
    COMMIT_COPIES
  }
  int now = 0;
  for (size_t l = begin; l < end; l += DEPTH) {
    WAIT_FOR_COPIES_BUT(STAGES - 2)
    // What was copied for this step is there for all, and the buffer of the step before is free.
    barrier(CLK_LOCAL_MEM_FENCE);
    const int next = (now + STAGES - 1) % STAGES;
    COPY_TILES(next, l + (STAGES - 1) * DEPTH)
    COMMIT_COPIES
#if NVIDIA
    #pragma unroll
    for (int step = 0; step < DEPTH; step += UNIT_K) {
      uint left[UNITS_M][4], right[UNITS_N][2];
      #pragma unroll
      for (int u = 0; u < UNITS_M; u++) LOAD_A(left[u], warp_row + u * 16, step)
      #pragma unroll
      for (int v = 0; v < UNITS_N; v++) LOAD_B(right[v], step, warp_column + v * 8)
      #pragma unroll
      for (int u = 0; u < UNITS_M; u++) {
        #pragma unroll
        for (int v = 0; v < UNITS_N; v++)
          ASM(MMA " {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
              : "+f"(sum[u][v][0]), "+f"(sum[u][v][1]), "+f"(sum[u][v][2]), "+f"(sum[u][v][3])
              : "r"(left[u][0]), "r"(left[u][1]), "r"(left[u][2]), "r"(left[u][3]), "r"(right[v][0]), "r"(right[v][1]));
      }
    }
#else
    for (int u = 0; u < UNITS_M; u++)
      for (int v = 0; v < UNITS_N; v++)
        for (int e = 0; e < 4; e++) {
          const int row = warp_row + u * 16 + lane / 4 + e / 2 * 8;
          const int column = warp_column + v * 8 + lane % 4 * 2 + e % 2;
          for (int step = 0; step < DEPTH; step++)
            sum[u][v][e] = fma(VALUE(tile_a[now][A_AT(row, step)]), VALUE(tile_b[now][B_AT(step, column)]), sum[u][v][e]);
        }
#endif
    now = (now + 1) % STAGES;
  }
  #pragma unroll
  for (int u = 0; u < UNITS_M; u++) {
    #pragma unroll
    for (int v = 0; v < UNITS_N; v++) {
      #pragma unroll
      for (int low = 0; low < 2; low++) {
        const size_t i = first_row + warp_row + u * 16 + lane / 4 + low * 8;
        const size_t j = first_column + warp_column + v * 8 + lane % 4 * 2;
        const real value = (real)(sum[u][v][low * 2], sum[u][v][low * 2 + 1]);
        if (i < m && j < n) RESULT(((split * batches + p) * m + i) * n + j, min((size_t)n - j, (size_t)W), value);
      }
    }
  }
}

#endif
