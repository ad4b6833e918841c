// matmul: y[p, i, j] = sum over l of a[p, i, l] b[p, l, j], y of shape (batches, m, n) and contiguous.
// Backward reads a and b:  da[p] = dy[p] b[p]^T, db[p] = a[p]^T dy[p].  Both are this product again with strides exchanged,
// so there are no other kernels for them.
//
// Element (p, i, l) of a lies at a_offset + p / inner_batches * a_outer + p % inner_batches * a_inner + i * a_row + l * a_col,
// that of b likewise; a stride of 0 repeats a matrix over a batch. Products are added in ascending l.
// y is written through RESULT, each element once: what follows on it, such as a bias, may be computed before it is stored.
//
// matmul_forward, here, takes every type, stride and size, and is the reference of the families that are faster:
//   matmul_tiles.cl    GPUs: tiles in local memory and registers
//   matmul_narrow.cl   CPU-type devices: one or a few rows, or few elements of large k
//   matmul_blocks.cl   CPU-type devices: everything larger

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
