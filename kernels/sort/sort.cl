// sort: the elements of each row of x, of shape (lines, count), in order, and where they were: y and index. Equal ones
// keep their order; NaN is larger than every number. Where `descending` is 1, the largest come first.
// Runs are sorted first, then merged in pairs, from buffers to others and back, until one is left.  x is read through SOURCE.
//   sort_runs         one work-item a run of `run` elements: CPU-type devices
//   sort_runs_group   a work-group of GROUP a run of RUN elements: GPUs
//   sort_merge        one work-item an element: it finds its place by a search in the other run of the pair: GPUs
//   sort_merge_rows   one work-item a pair of runs: CPU-type devices
// dx[index[k]] = dy[k]: each element of dx once.  Backward reads the index.
//   sort_backward     one work-item an element of dy
#define GROUP 128
#define RUN 256
#define PIECE 16

#define IS_NAN_float(a) ((a) != (a))
#define IS_NAN_double(a) ((a) != (a))
#define IS_NAN_long(a) 0
#define IS_NAN(a) PASTE(IS_NAN_, ELEM)(a)

// Whether a has to stand before b, whatever their places.
#define ABOVE(a, b) ((a) > (b) || (IS_NAN(a) && !IS_NAN(b)))
#define GOES_FIRST(a, b) (descending ? ABOVE(a, b) : ABOVE(b, a))

// Merges the runs [begin, middle) and [middle, end).
static inline __attribute__((unused)) void merge(
    __global const ELEM* x, __global const long* from, __global ELEM* y, __global long* to,
    const size_t begin, const size_t middle, const size_t end, const ulong descending) {
  size_t left = begin, right = middle;
  for (size_t k = begin; k < end; k++) {
    const bool takes_right = right < end && (left == middle || GOES_FIRST(x[right], x[left]));
    const size_t at = takes_right ? right++ : left++;
    y[k] = x[at];
    to[k] = from[at];
  }
}

__kernel void sort_runs(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset, __global long* index, const ulong index_offset,
    __global ELEM* spare, const ulong spare_offset, __global long* spare_index, const ulong spare_index_offset,
    const ulong items, const ulong count, const ulong run, const ulong descending) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t runs = (count + run - 1) / run;
  const size_t first = item / runs * count;
  const size_t begin = item % runs * run;
  const size_t end = min(begin + run, (size_t)count);
  __global ELEM* values = y + y_offset + first;
  __global long* places = index + index_offset + first;
  __global ELEM* other_values = spare + spare_offset + first;
  __global long* other_places = spare_index + spare_index_offset + first;
  // Every merge goes to the other buffers: where the number of merges is odd, the pieces begin there.
  for (size_t width = PIECE; width < end - begin; width *= 2) {
    __global ELEM* v = values;
    values = other_values;
    other_values = v;
    __global long* p = places;
    places = other_places;
    other_places = p;
  }
  for (size_t k = begin; k < end; k++) {
    const ELEM value = LANE0(SOURCE(first + k, 1));
    const size_t piece = begin + (k - begin) / PIECE * PIECE;
    size_t at = k;
    for (; at > piece && GOES_FIRST(value, values[at - 1]); at--) {
      values[at] = values[at - 1];
      places[at] = places[at - 1];
    }
    values[at] = value;
    places[at] = (long)k;
  }
  for (size_t width = PIECE; width < end - begin; width *= 2) {
    for (size_t at = begin; at < end; at += 2 * width)
      merge(values, places, other_values, other_places, at, min(at + width, end), min(at + 2 * width, end), descending);
    __global ELEM* v = values;
    values = other_values;
    other_values = v;
    __global long* p = places;
    places = other_places;
    other_places = p;
  }
}

__kernel void sort_merge_rows(
    __global const ELEM* x, const ulong x_offset, __global const long* from, const ulong from_offset,
    __global ELEM* y, const ulong y_offset, __global long* index, const ulong index_offset,
    const ulong items, const ulong count, const ulong run, const ulong descending, const ulong lines) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t pairs = (count + 2 * run - 1) / (2 * run);
  const size_t first = item / pairs * count;
  const size_t begin = item % pairs * 2 * run;
  merge(
      x + x_offset + first, from + from_offset + first, y + y_offset + first, index + index_offset + first,
      begin, min(begin + run, (size_t)count), min(begin + 2 * run, (size_t)count), descending);
}

__kernel void sort_merge(
    __global const ELEM* x, const ulong x_offset, __global const long* from, const ulong from_offset,
    __global ELEM* y, const ulong y_offset, __global long* index, const ulong index_offset,
    const ulong items, const ulong count, const ulong run, const ulong descending, const ulong lines) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  const size_t k = item % count;
  __global const ELEM* row = x + x_offset + (item - k);
  const size_t begin = k / (2 * run) * (2 * run);
  const size_t middle = min(begin + run, (size_t)count);
  const size_t end = min(begin + 2 * run, (size_t)count);
  const ELEM value = row[k];
  const bool in_left = k < middle;
  // Of equal ones, those of the left run come first.
  size_t low = in_left ? middle : begin;
  size_t high = in_left ? end : middle;
  const size_t start = low;
  while (low < high) {
    const size_t at = low + (high - low) / 2;
    const ELEM other = row[at];
    const bool before = in_left ? GOES_FIRST(other, value) : !GOES_FIRST(value, other);
    low = before ? at + 1 : low;
    high = before ? high : at;
  }
  const size_t to = (item - k) + begin + (k - (in_left ? begin : middle)) + (low - start);
  y[y_offset + to] = value;
  index[index_offset + to] = from[from_offset + item];
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void sort_runs_group(
    SOURCE_PARAMETERS, __global ELEM* y, const ulong y_offset, __global long* index, const ulong index_offset,
    const ulong items, const ulong count, const ulong descending) {
  __local ELEM values[2 * RUN];
  __local long places[2 * RUN];
  const size_t runs = (count + RUN - 1) / RUN;
  const size_t first = get_group_id(0) / runs * count;
  const size_t begin = get_group_id(0) % runs * RUN;
  const size_t n = min((size_t)RUN, (size_t)count - begin);
  size_t from = 0;
  for (size_t k = get_local_id(0); k < n; k += GROUP) {
    values[k] = LANE0(SOURCE(first + begin + k, 1));
    places[k] = (long)(begin + k);
  }
  for (size_t width = 1; width < n; width *= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    __local ELEM* row = values + from;
    for (size_t k = get_local_id(0); k < n; k += GROUP) {
      const size_t left = k / (2 * width) * (2 * width);
      const size_t middle = min(left + width, n);
      const size_t end = min(left + 2 * width, n);
      const ELEM value = row[k];
      const bool in_left = k < middle;
      size_t low = in_left ? middle : left;
      size_t high = in_left ? end : middle;
      const size_t start = low;
      while (low < high) {
        const size_t at = low + (high - low) / 2;
        const ELEM other = row[at];
        const bool before = in_left ? GOES_FIRST(other, value) : !GOES_FIRST(value, other);
        low = before ? at + 1 : low;
        high = before ? high : at;
      }
      const size_t to = (RUN - from) + left + (k - (in_left ? left : middle)) + (low - start);
      values[to] = value;
      places[to] = places[from + k];
    }
    from = RUN - from;
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  for (size_t k = get_local_id(0); k < n; k += GROUP) {
    y[y_offset + first + begin + k] = values[from + k];
    index[index_offset + first + begin + k] = places[from + k];
  }
}

__kernel void sort_backward(
    __global const ELEM* dy, const ulong dy_offset, __global const long* index, const ulong index_offset,
    __global ELEM* dx, const ulong dx_offset, const ulong items, const ulong count) {
  const size_t item = get_global_id(0);
  if (item >= items) return;
  dx[dx_offset + item / count * count + (size_t)index[index_offset + item]] = dy[dy_offset + item];
}
