// index_add: z[o, j, i] = sum of x[o, k, i] over the k with index[k] = j, x of shape (outer, m, inner), z of (outer, n, inner);
// what is not from 0 to n - 1 is left out, and row `skip` stays 0.  Its gradient is index_select's forward; backward reads
// the index.  The k come in ascending order, 32 of them are added up before they are added to the sum of those before:
// the result is the same on every device and no atomics are needed.
//   index_add_few      looks through the whole index: for a few places            one work-item an element of z
//   index_add_forward  reads them from an order of the places, which the others make by a counting sort, digit by digit
// An order: for chunks of `length` places counted one beside another, `digits` counters each, digit by digit
//   index_add_count    counts[d, c] = how often chunk c has digit d               one work-item a chunk
//   index_add_totals   before[d, c] = sum of counts[d, c'] over c' < c, totals[d] one work-item a digit
//   index_add_bases    bases[d] = sum of totals[d'] over d' < d                   one work-item `block` digits
//   index_add_place    keys and places in order of the digit, otherwise as before; `next` is scratch    one a chunk
//   index_add_starts   starts[j] = how many keys are below j, of sorted keys      one work-item for each j to n
#define INDEX_ADD_BLOCK 32

// Everything that names no row counts as row n.
static inline __attribute__((unused)) long index_add_key(const long index, const long n) {
  return index < 0 || index > n ? n : index;
}

__kernel void index_add_few(
    __global const ELEM* x, const ulong x_offset, __global const long* index, const ulong index_offset,
    __global ELEM* z, const ulong z_offset,
    const ulong numel, const ulong n, const ulong m, const ulong inner, const long skip) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const long j = (long)(item / inner % n);
  __global const ELEM* from = x + x_offset + item / inner / n * m * inner + item % inner;
  ELEM total = 0;
  ELEM block = 0;
  size_t count = 0;
  for (size_t k = 0; k < m && j != skip; k++) {
    if (index[index_offset + k] == j) {
      block += from[k * inner];
      count++;
      if (count % INDEX_ADD_BLOCK == 0) {
        total += block;
        block = 0;
      }
    }
  }
  z[z_offset + item] = total + block;
}

__kernel void index_add_forward(
    __global const ELEM* x, const ulong x_offset, __global const long* order, const ulong order_offset,
    __global const long* starts, const ulong starts_offset, __global ELEM* z, const ulong z_offset,
    const ulong numel, const ulong n, const ulong m, const ulong inner, const long skip) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const size_t j = item / inner % n;
  __global const ELEM* from = x + x_offset + item / inner / n * m * inner + item % inner;
  const size_t begin = (size_t)starts[starts_offset + j];
  const size_t end = (long)j == skip ? begin : (size_t)starts[starts_offset + j + 1];
  ELEM total = 0;
  for (size_t first = begin; first < end; first += INDEX_ADD_BLOCK) {
    const size_t stop = min(first + INDEX_ADD_BLOCK, end);
    ELEM block = 0;
    for (size_t k = first; k < stop; k++) block += from[(size_t)order[order_offset + k] * inner];
    total += block;
  }
  z[z_offset + item] = total;
}

__kernel void index_add_count(
    __global const long* keys, const ulong keys_offset, __global long* counts, const ulong counts_offset,
    const ulong chunks, const ulong length, const ulong m, const long n, const ulong shift, const ulong digits) {
  const size_t c = get_global_id(0);
  if (c >= chunks) return;
  __global long* own = counts + counts_offset + c;
  for (size_t d = 0; d < digits; d++) own[d * chunks] = 0;
  const size_t end = min((c + 1) * length, (size_t)m);
  for (size_t k = c * length; k < end; k++) {
    const size_t digit = (size_t)(index_add_key(keys[keys_offset + k], n) >> shift) & (digits - 1);
    own[digit * chunks]++;
  }
}

__kernel void index_add_totals(
    __global const long* counts, const ulong counts_offset, __global long* before, const ulong before_offset,
    __global long* totals, const ulong totals_offset, const ulong chunks, const ulong digits) {
  const size_t d = get_global_id(0);
  if (d >= digits) return;
  long total = 0;
  for (size_t c = 0; c < chunks; c++) {
    before[before_offset + d * chunks + c] = total;
    total += counts[counts_offset + d * chunks + c];
  }
  totals[totals_offset + d] = total;
}

__kernel void index_add_bases(
    __global const long* totals, const ulong totals_offset, __global long* bases, const ulong bases_offset,
    const ulong digits, const ulong block) {
  const size_t begin = get_global_id(0) * block;
  if (begin >= digits) return;
  const size_t end = min(begin + block, (size_t)digits);
  long total = 0;
  for (size_t d = 0; d < begin; d++) total += totals[totals_offset + d];
  for (size_t d = begin; d < end; d++) {
    bases[bases_offset + d] = total;
    total += totals[totals_offset + d];
  }
}

__kernel void index_add_place(
    __global const long* keys, const ulong keys_offset, __global const long* order, const ulong order_offset,
    __global const long* before, const ulong before_offset, __global const long* bases, const ulong bases_offset,
    __global long* next, const ulong next_offset, __global long* to_keys, const ulong to_keys_offset,
    __global long* to_order, const ulong to_order_offset,
    const ulong chunks, const ulong length, const ulong m, const long n, const ulong shift, const ulong digits,
    const int pass) {
  const size_t c = get_global_id(0);
  if (c >= chunks) return;
  __global long* own = next + next_offset + c;
  for (size_t d = 0; d < digits; d++) {
    own[d * chunks] = bases[bases_offset + d] + before[before_offset + d * chunks + c];
  }
  const size_t end = min((c + 1) * length, (size_t)m);
  for (size_t k = c * length; k < end; k++) {
    const long key = index_add_key(keys[keys_offset + k], n);
    const size_t digit = (size_t)(key >> shift) & (digits - 1);
    const size_t at = (size_t)own[digit * chunks]++;
    to_keys[to_keys_offset + at] = key;
    to_order[to_order_offset + at] = pass == 0 ? (long)k : order[order_offset + k];
  }
}

__kernel void index_add_starts(
    __global const long* keys, const ulong keys_offset, __global long* starts, const ulong starts_offset,
    const ulong n, const ulong m) {
  const size_t j = get_global_id(0);
  if (j > n) return;
  size_t low = 0;
  size_t high = m;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (keys[keys_offset + middle] < (long)j) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  starts[starts_offset + j] = (long)low;
}
