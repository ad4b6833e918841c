// lu: P A = L U by elimination with partial pivoting, for each of a batch of (n, n) matrices, row-major without gaps. L has
// ones on its diagonal; `lu` holds the rest of both. Row i of P A is row order[i] of A, and sign is the determinant of P.
// Among equally large candidates the pivot is the first. With `refuses`, a pivot of 0 is flagged in `status` with the
// number of the matrix; the column below it stays as it is. What solve, inv and det compute with; their gradients are
// made of these kernels and of products.
//   lu_factor         one work-item a matrix, in vectors: CPU-type devices
//   lu_factor_group   a work-group of GROUP a matrix, in global memory: GPUs
//   lu_permute        y[i] = x[order[i]], or with `back` y[order[i]] = x[i], for matrices of k columns: one work-item an element
//   lu_det            y = sign times the product of U's diagonal: one work-item a matrix
#define GROUP 256
#define SIDE 32  // neighboring work-items along a row

#if W == 1

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void lu_factor_group(
    __global const ELEM* x, const ulong x_offset, __global ELEM* lu, const ulong lu_offset,
    __global long* order, const ulong order_offset, __global ELEM* sign, const ulong sign_offset,
    __global long* status, const ulong status_offset, const ulong batches, const ulong n, const ulong refuses) {
  __local ELEM sizes[GROUP];
  __local ulong rows[GROUP];
  const size_t p = get_group_id(0);
  if (p >= batches) return;
  const size_t item = get_local_id(0);
  __global ELEM* a = lu + lu_offset + p * n * n;
  __global long* places = order + order_offset + p * n;
  for (size_t e = item; e < n * n; e += GROUP) a[e] = x[x_offset + p * n * n + e];
  for (size_t i = item; i < n; i += GROUP) places[i] = (long)i;
  ELEM parity = 1;
  bool singular = false;
  for (size_t k = 0; k < n; k++) {
    barrier(CLK_GLOBAL_MEM_FENCE | CLK_LOCAL_MEM_FENCE);
    ELEM best = -1;
    size_t at = k;
    for (size_t i = k + item; i < n; i += GROUP) {
      const ELEM size = fabs(a[i * n + k]);
      if (size > best) {
        best = size;
        at = i;
      }
    }
    sizes[item] = best;
    rows[item] = at;
    for (size_t step = GROUP / 2; step > 0; step /= 2) {
      barrier(CLK_LOCAL_MEM_FENCE);
      if (item < step) {
        const ELEM other = sizes[item + step];
        if (other > sizes[item] || (other == sizes[item] && rows[item + step] < rows[item])) {
          sizes[item] = other;
          rows[item] = rows[item + step];
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    const size_t pivot_row = rows[0];
    if (pivot_row != k) {
      parity = -parity;
      for (size_t j = item; j < n; j += GROUP) {
        const ELEM value = a[k * n + j];
        a[k * n + j] = a[pivot_row * n + j];
        a[pivot_row * n + j] = value;
      }
      if (item == 0) {
        const long place = places[k];
        places[k] = places[pivot_row];
        places[pivot_row] = place;
      }
    }
    barrier(CLK_GLOBAL_MEM_FENCE);
    const ELEM pivot = a[k * n + k];
    singular = singular || pivot == 0;
    if (pivot != 0)
      for (size_t i = k + 1 + item; i < n; i += GROUP) a[i * n + k] /= pivot;
    barrier(CLK_GLOBAL_MEM_FENCE);
    for (size_t i = k + 1 + item / SIDE; i < n; i += GROUP / SIDE) {
      const ELEM factor = -a[i * n + k];
      for (size_t j = k + 1 + item % SIDE; j < n; j += SIDE) a[i * n + j] = fma(factor, a[k * n + j], a[i * n + j]);
    }
  }
  if (item == 0) {
    sign[sign_offset + p] = parity;
    if (singular && refuses) {
      status[status_offset + 1] = (long)p;
      status[status_offset] = 1;
    }
  }
}

__kernel void lu_permute(
    __global const ELEM* x, const ulong x_offset, __global const long* order, const ulong order_offset,
    __global ELEM* y, const ulong y_offset, const ulong items, const ulong n, const ulong k, const ulong back) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t row = item / k;
  const size_t moved = (row - row % n + (size_t)order[order_offset + row]) * k + item % k;
  y[y_offset + (back ? moved : item)] = x[x_offset + (back ? item : moved)];
}

__kernel void lu_det(
    __global const ELEM* lu, const ulong lu_offset, __global const ELEM* sign, const ulong sign_offset,
    __global ELEM* y, const ulong y_offset, const ulong batches, const ulong n) {
  const size_t p = get_global_id(0);
  if (p >= batches) return;
  ELEM product = sign[sign_offset + p];
  for (size_t i = 0; i < n; i++) product *= lu[lu_offset + (p * n + i) * n + i];
  y[y_offset + p] = product;
}

#else

__kernel void lu_factor(
    __global const ELEM* x, const ulong x_offset, __global ELEM* lu, const ulong lu_offset,
    __global long* order, const ulong order_offset, __global ELEM* sign, const ulong sign_offset,
    __global long* status, const ulong status_offset, const ulong batches, const ulong n, const ulong refuses) {
  const size_t p = get_global_id(0);
  if (p >= batches) return;
  __global ELEM* a = lu + lu_offset + p * n * n;
  __global long* places = order + order_offset + p * n;
  for (size_t e = 0; e < n * n; e++) a[e] = x[x_offset + p * n * n + e];
  for (size_t i = 0; i < n; i++) places[i] = (long)i;
  ELEM parity = 1;
  for (size_t k = 0; k < n; k++) {
    size_t pivot_row = k;
    for (size_t i = k + 1; i < n; i++)
      if (fabs(a[i * n + k]) > fabs(a[pivot_row * n + k])) pivot_row = i;
    __global ELEM* top = a + k * n;
    if (pivot_row != k) {
      parity = -parity;
      for (size_t j = 0; j < n; j++) {
        const ELEM value = top[j];
        top[j] = a[pivot_row * n + j];
        a[pivot_row * n + j] = value;
      }
      const long place = places[k];
      places[k] = places[pivot_row];
      places[pivot_row] = place;
    }
    const ELEM pivot = top[k];
    if (pivot == 0 && refuses) {
      status[status_offset + 1] = (long)p;
      status[status_offset] = 1;
    }
    for (size_t i = k + 1; i < n; i++) {
      __global ELEM* row = a + i * n;
      if (pivot != 0) row[k] /= pivot;
      const ELEM factor = -row[k];
      size_t j = k + 1;
      for (; j + W <= n; j += W) VSTORE(fma((real)(factor), VLOAD(top + j), VLOAD(row + j)), row + j);
      for (; j < n; j++) row[j] = fma(factor, top[j], row[j]);
    }
  }
  sign[sign_offset + p] = parity;
}

#endif
