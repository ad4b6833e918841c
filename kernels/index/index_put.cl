// index_put: y[o, j, i] = source[o, k, i] for the last k with index[k] = j, else x[o, j, i], x and y of shape
// (outer, n, inner), source of (outer, m, inner).  Its gradients are index_put of zeros and index_select of dy; backward
// reads the index.  `order` and `starts` are an order of the index's places (index_add.cl).
//   index_put_forward  one work-item an element of y
//   index_put_places   y = before n + index, where a negative index counts from the end if `negative`, and `before` counts
//                      as 0 if `first`; -1 where an index is out of range, which is flagged in `status`.  One work-item each
__kernel void index_put_forward(
    __global const ELEM* x, const ulong x_offset, __global const long* order, const ulong order_offset,
    __global const long* starts, const ulong starts_offset, __global const ELEM* source, const ulong source_offset,
    __global ELEM* y, const ulong y_offset, const ulong numel, const ulong n, const ulong m, const ulong inner) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const size_t j = item / inner % n;
  const long end = starts[starts_offset + j + 1];
  if (end > starts[starts_offset + j]) {
    const size_t k = (size_t)order[order_offset + (size_t)end - 1];
    y[y_offset + item] = source[source_offset + (item / inner / n * m + k) * inner + item % inner];
  } else {
    y[y_offset + item] = x[x_offset + item];
  }
}

__kernel void index_put_places(
    __global const long* before, const ulong before_offset, __global const long* index, const ulong index_offset,
    __global long* y, const ulong y_offset, __global long* status, const ulong status_offset,
    const ulong numel, const long n, const int negative, const int first) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const long given = index[index_offset + item];
  const long j = negative && given < 0 ? given + n : given;
  const long ahead = first ? 0 : before[before_offset + item];
  const int inside = j >= 0 && j < n;
  if (!inside) {
    status[status_offset + 1] = given;
    status[status_offset] = 1;
  }
  y[y_offset + item] = inside && ahead >= 0 ? ahead * n + j : -1;
}
