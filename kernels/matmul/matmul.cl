// matmul: y[p, i, j] = sum over l of a[p, i, l] b[p, l, j], y of shape (batches, m, n) and contiguous.
// Backward reads a and b:  da[p] = dy[p] b[p]^T, db[p] = a[p]^T dy[p].  Both are this product again with strides exchanged,
// so there are no other kernels for them.
//
// Element (p, i, l) of a lies at a_offset + p / inner_batches * a_outer + p % inner_batches * a_inner + i * a_row + l * a_col,
// that of b likewise; a stride of 0 repeats a matrix over a batch.

// For every type, stride and size; the others are faster where they apply.
// Launch: one work-item an output element.
__kernel void matmul_forward(
    __global const ELEM* a, const ulong a_offset,
    __global const ELEM* b, const ulong b_offset,
    __global ELEM* y, const ulong y_offset,
    const ulong batches, const ulong inner_batches, const ulong m, const ulong n, const ulong k,
    const long a_outer, const long a_inner, const long a_row, const long a_col,
    const long b_outer, const long b_inner, const long b_row, const long b_col) {
  const size_t item = get_global_id(0);
  if (item >= batches * m * n) return;
  const size_t p = item / (m * n);
  const long i = (long)(item / n % m);
  const long j = (long)(item % n);
  const long outer = (long)(p / inner_batches);
  const long inner = (long)(p % inner_batches);
  __global const ELEM* x = a + a_offset + outer * a_outer + inner * a_inner + i * a_row;
  __global const ELEM* z = b + b_offset + outer * b_outer + inner * b_inner + j * b_col;
  ELEM sum = 0;
  for (size_t l = 0; l < k; l++) sum += x[(long)l * a_col] * z[(long)l * b_row];
  y[y_offset + item] = sum;
}
