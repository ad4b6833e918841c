// cholesky: a = y y^T with y lower triangular, for each of a batch of (n, n) matrices, row-major without gaps, of which the
// lower triangle is read. A matrix that is not positive definite is flagged in `status` with its number.
// da = y^-T s y^-1 with s = (t + t^T) / 2, t = y^T dy below and, halved, on the diagonal, by products and triangular_solve.
// Backward reads y.
//   cholesky_forward         one work-item a matrix, in vectors: CPU-type devices
//   cholesky_forward_group   a work-group of GROUP a matrix, in global memory: GPUs
#define GROUP 256
#define SIDE 32  // neighboring work-items along a row

#define FLAG \
  { \
    status[status_offset + 1] = (long)p; \
    status[status_offset] = 1; \
  }

#if W == 1

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void cholesky_forward_group(
    __global const ELEM* a, const ulong a_offset, __global ELEM* y, const ulong y_offset,
    __global long* status, const ulong status_offset, const ulong batches, const ulong n) {
  const size_t p = get_group_id(0);
  if (p >= batches) return;
  const size_t item = get_local_id(0);
  __global ELEM* to = y + y_offset + p * n * n;
  for (size_t e = item; e < n * n; e += GROUP) to[e] = e % n > e / n ? (ELEM)0 : a[a_offset + p * n * n + e];
  for (size_t k = 0; k < n; k++) {
    barrier(CLK_GLOBAL_MEM_FENCE);
    const ELEM square = to[k * n + k];
    const ELEM root = sqrt(square);
    barrier(CLK_GLOBAL_MEM_FENCE);
    if (item == 0) {
      to[k * n + k] = root;
      if (!(square > 0)) FLAG
    }
    for (size_t i = k + 1 + item; i < n; i += GROUP) to[i * n + k] /= root;
    barrier(CLK_GLOBAL_MEM_FENCE);
    for (size_t i = k + 1 + item / SIDE; i < n; i += GROUP / SIDE) {
      const ELEM factor = -to[i * n + k];
      for (size_t j = k + 1 + item % SIDE; j <= i; j += SIDE) to[i * n + j] = fma(factor, to[j * n + k], to[i * n + j]);
    }
  }
}

#else

__kernel void cholesky_forward(
    __global const ELEM* a, const ulong a_offset, __global ELEM* y, const ulong y_offset,
    __global long* status, const ulong status_offset, const ulong batches, const ulong n) {
  const size_t p = get_global_id(0);
  if (p >= batches) return;
  __global const ELEM* from = a + a_offset + p * n * n;
  __global ELEM* to = y + y_offset + p * n * n;
  for (size_t i = 0; i < n; i++) {
    __global ELEM* row = to + i * n;
    for (size_t j = 0; j <= i; j++) {
      __global const ELEM* other = to + j * n;
      real sums = K(0);
      size_t l = 0;
      for (; l + W <= j; l += W) sums = fma(VLOAD(row + l), VLOAD(other + l), sums);
      ELEM lanes[W];
      VSTORE(sums, lanes);
      for (; l < j; l++) lanes[l % W] = fma(row[l], other[l], lanes[l % W]);
      for (int count = W / 2; count > 0; count /= 2)
        for (int lane = 0; lane < count; lane++) lanes[lane] += lanes[lane + count];
      const ELEM rest = from[i * n + j] - lanes[0];
      if (i == j && !(rest > 0)) FLAG
      row[j] = i == j ? sqrt(rest) : rest / other[j];
    }
    for (size_t j = i + 1; j < n; j++) row[j] = 0;
  }
}

#endif
