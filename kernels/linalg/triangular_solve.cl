// triangular_solve: op(a) x = b for each of a batch, a of shape (n, n) of which one triangle is read, b and x (n, k), all
// row-major without gaps. Element (i, l) of op(a) lies at i a_row + l a_col, so that a transpose costs nothing.
// `forward`: op(a) is lower triangular, and rows are solved from the first on; else it is upper triangular. `unit`: its
// diagonal counts as ones and is not read.
// db = op(a)^-T dx, this again; da = -db x^T in the triangle that was read. Backward reads a and x.
//   triangular_solve_forward         one work-item a column, W columns where W > 1: CPU-type devices
//   triangular_solve_forward_group   a work-group of GROUP for `width` columns, x in global memory: GPUs
#define GROUP 128

#define PLACE(i) (forward ? (i) : n - 1 - (i))
#define A(i, l) a_at[(long)PLACE(i) * a_row + (long)PLACE(l) * a_col]

#define PARAMETERS \
  __global const ELEM* a, const ulong a_offset, __global const ELEM* b, const ulong b_offset, \
  __global ELEM* x, const ulong x_offset, const ulong batches, const ulong n, const ulong k, \
  const long a_row, const long a_col, const ulong forward, const ulong unit

#if W == 1

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void triangular_solve_forward_group(PARAMETERS, const ulong width) {
  const size_t blocks = (k + width - 1) / width;
  const size_t p = get_group_id(0) / blocks;
  if (p >= batches) return;
  const size_t column = get_group_id(0) % blocks * width + get_local_id(0) % width;
  const size_t lane = get_local_id(0) / width;
  const size_t lanes = GROUP / width;
  const bool works = column < k && lane < lanes;
  __global const ELEM* a_at = a + a_offset + p * n * n;
  __global ELEM* x_at = x + x_offset + p * n * k + column;
  if (works)
    for (size_t i = lane; i < n; i += lanes) x_at[PLACE(i) * k] = b[b_offset + p * n * k + PLACE(i) * k + column];
  for (size_t i = 0; i < n; i++) {
    barrier(CLK_GLOBAL_MEM_FENCE);
    if (works && lane == 0 && !unit) x_at[PLACE(i) * k] /= A(i, i);
    barrier(CLK_GLOBAL_MEM_FENCE);
    if (works) {
      const ELEM value = -x_at[PLACE(i) * k];
      for (size_t l = i + 1 + lane; l < n; l += lanes) x_at[PLACE(l) * k] = fma(A(l, i), value, x_at[PLACE(l) * k]);
    }
  }
}

#else

__kernel void triangular_solve_forward(PARAMETERS) {
  const size_t blocks = (k + W - 1) / W;
  const size_t p = get_global_id(0) / blocks;
  if (p >= batches) return;
  const size_t column = get_global_id(0) % blocks * W;
  const size_t count = min((size_t)(k - column), (size_t)W);
  __global const ELEM* a_at = a + a_offset + p * n * n;
  __global const ELEM* b_at = b + b_offset + p * n * k + column;
  __global ELEM* x_at = x + x_offset + p * n * k + column;
  for (size_t i = 0; i < n; i++) {
    const size_t at = PLACE(i) * k;
    if (count == W) {
      real sum = VLOAD(b_at + at);
      for (size_t l = 0; l < i; l++) sum = fma((real)(-A(i, l)), VLOAD(x_at + PLACE(l) * k), sum);
      if (!unit) sum /= (real)(A(i, i));
      VSTORE(sum, x_at + at);
    } else {
      for (size_t c = 0; c < count; c++) {
        ELEM sum = b_at[at + c];
        for (size_t l = 0; l < i; l++) sum = fma(-A(i, l), x_at[PLACE(l) * k + c], sum);
        x_at[at + c] = unit ? sum : sum / A(i, i);
      }
    }
  }
}

#endif
