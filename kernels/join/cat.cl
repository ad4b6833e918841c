// cat: y[o, start_k + c] = x_k[o, c]: the rows of `count` inputs one after another in rows of y, `row` elements long.
// The rows of an input lie `stride` apart.  A dx is a view of dy and needs no kernel.
//   cat_forward      one work-item an element of y
//   cat_forward_runs for CPU-type devices: one work-item CHUNK elements of y, copied in vectors as far as an input's row goes
#define CAT_PARAMETERS \
  __global const ELEM* x0, const ulong x0_offset, __global const ELEM* x1, const ulong x1_offset, \
  __global const ELEM* x2, const ulong x2_offset, __global const ELEM* x3, const ulong x3_offset, \
  __global const ELEM* x4, const ulong x4_offset, __global const ELEM* x5, const ulong x5_offset, \
  __global const ELEM* x6, const ulong x6_offset, __global const ELEM* x7, const ulong x7_offset, \
  __global ELEM* y, const ulong y_offset, const ulong numel, const ulong row, const ulong count, \
  const ulong stride0, const ulong start0, const ulong stride1, const ulong start1, \
  const ulong stride2, const ulong start2, const ulong stride3, const ulong start3, \
  const ulong stride4, const ulong start4, const ulong stride5, const ulong start5, \
  const ulong stride6, const ulong start6, const ulong stride7, const ulong start7

#define CHUNK 4096

// The input that a column is of, where it starts, and where the next one does.
#define CHOOSE(k) \
  if (count > k && column >= start##k) { \
    from = x##k + x##k##_offset; \
    stride = stride##k; \
    start = start##k; \
    stop = row; \
  } else if (count > k && stop > start##k) { \
    stop = start##k; \
  }
#define CHOOSE_INPUT \
  __global const ELEM* from = x0 + x0_offset; \
  size_t stride = stride0, start = start0, stop = row; \
  CHOOSE(1) CHOOSE(2) CHOOSE(3) CHOOSE(4) CHOOSE(5) CHOOSE(6) CHOOSE(7)

__kernel void cat_forward(CAT_PARAMETERS) {
  const size_t item = get_global_id(0);
  if (item >= numel) return;
  const size_t column = item % row;
  CHOOSE_INPUT
  y[y_offset + item] = from[item / row * stride + column - start];
}

__kernel void cat_forward_runs(CAT_PARAMETERS) {
  const size_t begin = get_global_id(0) * CHUNK;
  const size_t end = min((size_t)numel, begin + CHUNK);
  for (size_t at = begin; at < end;) {
    const size_t column = at % row;
    CHOOSE_INPUT
    __global const ELEM* x = from + (at / row * stride + column - start);
    __global ELEM* to = y + y_offset + at;
    const size_t size = min(stop - column, end - at);
    size_t t = 0;
    for (; t + W <= size; t += W) VSTORE(VLOAD(x + t), to + t);
    for (; t < size; t++) to[t] = x[t];
    at += size;
  }
}
