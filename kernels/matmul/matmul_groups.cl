// matmul on GPUs with few rows of a, where b is read about once: matrices times vectors, and layers of small batches.
// matmul.cl says what is computed and where the elements lie, and is the reference.
//
// A work-group of GROUP work-items shares each sum: its work-items take steps of l in turn and add up what they have in local
// memory, in a tree; no atomics. k may be cut into `splits` parts of `split_k` steps, as in matmul_tiles.cl.
//
// matmul_group_dots      columns of b side by side along k (b_row = 1): one column a work-group
// matmul_group_columns   rows of b side by side (b_col = 1): LANES columns a work-group
// ROWS rows of a at once; y is written through RESULT, each element once.

#ifndef ROWS
#define ROWS 1  // 1 to GROUP
#endif
#define GROUP 256
#define LANES 32
#define SLICES (GROUP / LANES)

#define BATCH_OFFSET(x, p) \
  ((long)((p) / inner_batches) * x##_outer + (long)((p) % inner_batches) * x##_inner)

#define GROUP_PARAMETERS \
  __global const ELEM* restrict a, const ulong a_offset, \
  __global const ELEM* restrict b, const ulong b_offset, \
  RESULT_PARAMETERS, \
  const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k, \
  const long a_outer, const long a_inner, const long a_row, const long a_col, \
  const long b_outer, const long b_inner, const long b_row, const long b_col, \
  const ulong splits, const ulong split_k

#if W == 1

// Where row r of this work-group's rows of a begins; beyond the last row the last one again.
#define A_ROW(r) (x + (long)min(i + (r), (size_t)(m - 1)) * a_row)

// Launch: (columns * GROUP, blocks of ROWS rows, batches * splits), groups of (GROUP, 1, 1).
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void matmul_group_dots(GROUP_PARAMETERS) {
  __local ELEM shared[ROWS][GROUP];
  const int item = (int)get_local_id(0);
  const size_t j = get_group_id(0);
  const size_t i = get_group_id(1) * ROWS;
  const size_t split = get_group_id(2) % splits;
  const size_t p = get_group_id(2) / splits;
  __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p);
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p) + (long)j * b_col;
  ELEM sum[ROWS];
  #pragma unroll
  for (int r = 0; r < ROWS; r++) sum[r] = 0;
  const size_t end = min((size_t)((split + 1) * split_k), (size_t)k);
  for (size_t l = split * split_k + item; l < end; l += GROUP) {
    const ELEM right = z[(long)l * b_row];
    #pragma unroll
    for (int r = 0; r < ROWS; r++) sum[r] = FMA(A_ROW(r)[(long)l * a_col], right, sum[r]);
  }
  #pragma unroll
  for (int r = 0; r < ROWS; r++) shared[r][item] = sum[r];
  for (int count = GROUP / 2; count > 0; count /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < count) {
      #pragma unroll
      for (int r = 0; r < ROWS; r++) shared[r][item] += shared[r][item + count];
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  if (item < ROWS && i + item < m) RESULT(((split * batches + p) * m + i + item) * n + j, 1, shared[item][0]);
}

// Launch: (blocks of LANES columns * GROUP, blocks of ROWS rows, batches * splits), groups of (GROUP, 1, 1).
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void matmul_group_columns(GROUP_PARAMETERS) {
  __local ELEM shared[ROWS][SLICES][LANES];
  const int lane = (int)get_local_id(0) % LANES;
  const int slice = (int)get_local_id(0) / LANES;
  const size_t j = get_group_id(0) * LANES + lane;
  const size_t i = get_group_id(1) * ROWS;
  const size_t split = get_group_id(2) % splits;
  const size_t p = get_group_id(2) / splits;
  __global const ELEM* x = a + a_offset + BATCH_OFFSET(a, p);
  __global const ELEM* z = b + b_offset + BATCH_OFFSET(b, p) + (long)min(j, (size_t)(n - 1)) * b_col;
  ELEM sum[ROWS];
  #pragma unroll
  for (int r = 0; r < ROWS; r++) sum[r] = 0;
  const size_t end = min((size_t)((split + 1) * split_k), (size_t)k);
  for (size_t l = split * split_k + slice; l < end; l += SLICES) {
    const ELEM right = z[(long)l * b_row];
    #pragma unroll
    for (int r = 0; r < ROWS; r++) sum[r] = FMA(A_ROW(r)[(long)l * a_col], right, sum[r]);
  }
  #pragma unroll
  for (int r = 0; r < ROWS; r++) shared[r][slice][lane] = sum[r];
  for (int count = SLICES / 2; count > 0; count /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (slice < count) {
      #pragma unroll
      for (int r = 0; r < ROWS; r++) shared[r][slice][lane] += shared[r][slice + count][lane];
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int r = slice; r < ROWS; r += SLICES)
    if (i + r < m && j < n) RESULT(((split * batches + p) * m + i + r) * n + j, 1, shared[r][0][lane]);
}

#endif
