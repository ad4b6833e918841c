// convolution_winograd: the 3 x 3 convolutions of convolution.cl with stride and dilation 1, by Winograd's minimal filtering
// F(4 x 4, 3 x 3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016):
//   y[n, k, tile] = A^T (sum over c of (G w[k, c] G^T) * (B^T x[n, c, tile] B)) A,  * element by element
// of tiles of 4 x 4 places of y and 6 x 6 of x: 36 products of channels in place of 144.  Backward reads x and w; the input
// gradient is the same with weights turned around (`turned`).
//
// The matrices interpolate at 0, 3/4, -3/4, 3/2, -3/2 and infinity: with the usual 1, -1, 2 and -2, sums in float are three
// times as far from the exact ones.  B and A are exact in binary.
//
// x, w and y are contiguous.  Sums over c are in ascending order within CHUNK channels, and so are the sums of these.  An infinite element of x makes NaN of its whole tile.
//
// With W > 1, for devices whose work-items are a CPU's vector lanes:
// convolution_winograd_weights   G w G^T, in the order it is read in
// convolution_winograd_phases    x with its padding, places of one residue modulo 4 together
// convolution_winograd           strips of VECTORS * W tiles

#define EDGE 4                    // places of a tile in each dimension
#define SIDE 6                    // and those of x that it reads
#define POSITIONS (SIDE * SIDE)
#define P 0.75
#define Q 1.5

#define WINOGRAD_PARAMETERS \
  const long batches, const long groups, const long rows, const long channels, const long w_row, const long w_channel, \
  const long in1, const long out1, const long low1, const long in2, const long out2, const long low2, const long turned

#define TILES(d) ((out##d + EDGE - 1) / EDGE)
#define INSIDE(place, size) ((ulong)(place) < (ulong)(size))

#if W > 1

// Each takes vectors `step` apart and leaves vectors `to_step` apart.
static inline __attribute__((unused)) void weight_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
  const real g0 = VLOAD(from), g1 = VLOAD(from + step), g2 = VLOAD(from + 2 * step);
  const real even1 = (g0 + K(P * P) * g2) * K(1 / (2 * P * P * (P * P - Q * Q)));
  const real odd1 = g1 * K(P / (2 * P * P * (P * P - Q * Q)));
  const real even2 = (g0 + K(Q * Q) * g2) * K(1 / (2 * Q * Q * (Q * Q - P * P)));
  const real odd2 = g1 * K(Q / (2 * Q * Q * (Q * Q - P * P)));
  VSTORE(g0 * K(1 / (P * P * Q * Q)), to);
  VSTORE(even1 + odd1, to + to_step);
  VSTORE(even1 - odd1, to + 2 * to_step);
  VSTORE(even2 + odd2, to + 3 * to_step);
  VSTORE(even2 - odd2, to + 4 * to_step);
  VSTORE(g2, to + 5 * to_step);
}

static inline __attribute__((unused)) void input_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
  const real d0 = VLOAD(from), d1 = VLOAD(from + step), d2 = VLOAD(from + 2 * step);
  const real d3 = VLOAD(from + 3 * step), d4 = VLOAD(from + 4 * step), d5 = VLOAD(from + 5 * step);
  const real even1 = fma(K(-Q * Q), d2, d4), odd1 = K(P) * fma(K(-Q * Q), d1, d3);
  const real even2 = fma(K(-P * P), d2, d4), odd2 = K(Q) * fma(K(-P * P), d1, d3);
  VSTORE(fma(K(P * P * Q * Q), d0, fma(K(-P * P - Q * Q), d2, d4)), to);
  VSTORE(even1 + odd1, to + to_step);
  VSTORE(even1 - odd1, to + 2 * to_step);
  VSTORE(even2 + odd2, to + 3 * to_step);
  VSTORE(even2 - odd2, to + 4 * to_step);
  VSTORE(fma(K(P * P * Q * Q), d1, fma(K(-P * P - Q * Q), d3, d5)), to + 5 * to_step);
}

static inline __attribute__((unused)) void output_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
  const real m1 = VLOAD(from + step), m2 = VLOAD(from + 2 * step);
  const real m3 = VLOAD(from + 3 * step), m4 = VLOAD(from + 4 * step);
  const real even1 = m1 + m2, odd1 = m1 - m2, even2 = m3 + m4, odd2 = m3 - m4;
  VSTORE(VLOAD(from) + even1 + even2, to);
  VSTORE(fma(K(P), odd1, K(Q) * odd2), to + to_step);
  VSTORE(fma(K(P * P), even1, K(Q * Q) * even2), to + 2 * to_step);
  VSTORE(fma(K(P * P * P), odd1, fma(K(Q * Q * Q), odd2, VLOAD(from + 5 * step))), to + 3 * to_step);
}

// y[g, position, panel, c, t]: `high` rows side by side, 0 beyond the last.
// Launch: (blocks of W rows, channels, groups), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_winograd_weights(
    __global const ELEM* restrict w, const ulong w_offset,
    __global ELEM* restrict y, const ulong y_offset,
    WINOGRAD_PARAMETERS, const long high) {
  const long first = (long)get_global_id(0) * W;
  const long c = (long)get_global_id(1);
  const long group = (long)get_global_id(2);
  if (group >= groups) return;
  const long panels = (rows + high - 1) / high;
  ELEM taps[9 * W], half_way[3 * SIDE * W], done[POSITIONS * W];
  __global const ELEM* from = w + w_offset + group * rows * channels * 9 + c * w_channel;
  for (int k = 0; k < 9; k++) {
    const int to = turned ? 8 - k : k;
    for (long t = 0; t < W; t++) taps[to * W + t] = first + t < rows ? from[(first + t) * w_row + k] : (ELEM)0;
  }
  for (int i = 0; i < 3; i++) weight_line(taps + 3 * i * W, W, half_way + SIDE * i * W, W);
  for (int j = 0; j < SIDE; j++) weight_line(half_way + j * W, SIDE * W, done + j * W, SIDE * W);
  for (long t = 0; t < W && first + t < panels * high;) {
    const long panel = (first + t) / high;
    const long from_row = (first + t) % high;
    const long count = min(high - from_row, W - t);
    __global ELEM* to = y + y_offset + ((group * POSITIONS * panels + panel) * channels + c) * high + from_row;
    for (int position = 0; position < POSITIONS; position++) {
      for (long r = 0; r < count; r++) to[r] = done[position * W + t + r];
      to += panels * channels * high;
    }
    t += count;
  }
}

#define ELEM4 PASTE(ELEM, 4)

// 16 neighbors, those of one residue modulo 4 together, the four residues `apart`.
static inline __attribute__((unused)) void split_by_four(
    __global const ELEM* restrict from, __global ELEM* restrict to, const long apart) {
  const ELEM4 a = vload4(0, from), b = vload4(1, from), c = vload4(2, from), d = vload4(3, from);
  const ELEM4 ab01 = (ELEM4)(a.s0, b.s0, a.s1, b.s1), cd01 = (ELEM4)(c.s0, d.s0, c.s1, d.s1);
  const ELEM4 ab23 = (ELEM4)(a.s2, b.s2, a.s3, b.s3), cd23 = (ELEM4)(c.s2, d.s2, c.s3, d.s3);
  vstore4((ELEM4)(ab01.lo, cd01.lo), 0, to);
  vstore4((ELEM4)(ab01.hi, cd01.hi), 0, to + apart);
  vstore4((ELEM4)(ab23.lo, cd23.lo), 0, to + 2 * apart);
  vstore4((ELEM4)(ab23.hi, cd23.hi), 0, to + 3 * apart);
}

// y[image, e1, e2, q1, q2] = x[image, EDGE q1 + e1 + low1, EDGE q2 + e2 + low2] where that is inside, else 0, for one q more
// than there are tiles in each dimension; and W zeros at the end.
// Launch: one work-item a (image, q1), and one for what is at the end.
__kernel void convolution_winograd_phases(
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict y, const ulong y_offset,
    WINOGRAD_PARAMETERS) {
  const long item = (long)get_global_id(0);
  const long high = TILES(1) + 1, wide = TILES(2) + 1;
  const long lines = batches * groups * channels * high;
  if (item > lines) return;
  __global ELEM* to = y + y_offset + (item / high * EDGE * EDGE * high + item % high) * wide;
  if (item == lines) {
    VSTORE(K(0), to);
    return;
  }
  for (long e1 = 0; e1 < EDGE; e1++) {
    const long s1 = EDGE * (item % high) + e1 + low1;
    const long size = INSIDE(s1, in1) ? in2 : 0;
    __global const ELEM* from = x + x_offset + (item / high * in1 + s1) * in2;
    // All four residues of these q are inside.
    const long inner = low2 < 0 ? (EDGE - 1 - low2) / EDGE : 0;
    const long inner_end = size > low2 ? min((size - low2) / EDGE, wide) : 0;
    const bool splits = inner_end - inner >= 4;
    if (splits) {
      for (long q = inner; q < inner_end; q += 4) {
        const long begin = min(q, inner_end - 4);
        split_by_four(from + EDGE * begin + low2, to + begin, high * wide);
      }
    }
    for (long e2 = 0; e2 < EDGE; e2++) {
      const long s2 = e2 + low2;
      const long begin = s2 < 0 ? min((EDGE - 1 - s2) / EDGE, wide) : 0;
      const long end = s2 < size ? clamp((size - s2 + EDGE - 1) / EDGE, begin, wide) : begin;
      for (long q = 0; q < begin; q++) to[q] = 0;
      for (long q = begin; q < end; q++) {
        if (splits && q == inner) q = inner_end;
        if (q < end) to[q] = from[EDGE * q + s2];
      }
      for (long q = end; q < wide; q++) to[q] = 0;
      to += high * wide;
    }
  }
}

#ifndef ROWS
#define ROWS 4     // rows of a panel, whose sums are in registers; divides BLOCK
#endif
#ifndef VECTORS
#define VECTORS 3  // and vectors of tiles
#endif
#define STRIP (VECTORS * W)
#define CHUNK 32  // channels whose transforms are held at a time
#define BLOCK 64  // rows a work-item
// Those of neighboring positions; one more than used, lest they compete for the same places in the cache.
#define INPUTS ((CHUNK + 1) * STRIP)
#define SUMS ((BLOCK + 1) * STRIP)
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))

// Adds to ROWS lines of STRIP sums, which it clears where it `begins`, the products of a panel of weights and the inputs of
// one position.
static inline __attribute__((unused)) void add_channels(
    __global const ELEM* restrict weights, const ELEM* restrict line, const int steps, const bool begins,
    ELEM* restrict sums) {
  real sum[ROWS][VECTORS];
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = K(0);
  for (int l = 0; l < steps; l++) {
    real right[VECTORS];
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) right[v] = VLOAD(line + v * W);
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++) {
      const real left = (real)(weights[r]);
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = fma(left, right[v], sum[r][v]);
    }
    weights += ROWS;
    line += STRIP;
  }
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) {
      ELEM* to = sums + r * STRIP + v * W;
      VSTORE(begins ? sum[r][v] : VLOAD(to) + sum[r][v], to);
    }
}

// Four vectors as one of four lanes each: a0 b0 c0 d0 a1 ...
static inline __attribute__((unused)) void interleave(const ELEM* from, ELEM* to) {
  const real a = VLOAD(from), b = VLOAD(from + W), c = VLOAD(from + 2 * W), d = VLOAD(from + 3 * W);
  real ac, bd, abcd;
  ac.even = a.lo; ac.odd = c.lo; bd.even = b.lo; bd.odd = d.lo;
  abcd.even = ac.lo; abcd.odd = bd.lo; VSTORE(abcd, to);
  abcd.even = ac.hi; abcd.odd = bd.hi; VSTORE(abcd, to + W);
  ac.even = a.hi; ac.odd = c.hi; bd.even = b.hi; bd.odd = d.hi;
  abcd.even = ac.lo; abcd.odd = bd.lo; VSTORE(abcd, to + 2 * W);
  abcd.even = ac.hi; abcd.odd = bd.hi; VSTORE(abcd, to + 3 * W);
}

// x as convolution_winograd_phases left it, w as convolution_winograd_weights did, with panels of ROWS.
// Launch: (strips of STRIP tiles (n, q1, q2), blocks of BLOCK rows, groups), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_winograd(
    __global const ELEM* restrict x, const ulong x_offset,
    __global const ELEM* restrict w, const ulong w_offset,
    RESULT_PARAMETERS,
    WINOGRAD_PARAMETERS) {
  const long first = (long)get_global_id(0) * STRIP;
  const long first_row = (long)get_global_id(1) * BLOCK;
  const long group = (long)get_global_id(2);
  if (group >= groups) return;
  const long tiles1 = TILES(1), tiles2 = TILES(2);
  const long wide = tiles2 + 1, plane = (tiles1 + 1) * wide;
  const int count = (int)min(batches * tiles1 * tiles2 - first, (long)STRIP);
  const long block = min(rows - first_row, (long)BLOCK);
  const long panels = (rows + ROWS - 1) / ROWS;
  // Runs of tiles beside each other.
  long from[STRIP], to[STRIP];
  int runs[STRIP + 1], room[STRIP];
  int run_count = 0;
  for (int t = 0; t < count;) {
    const long q2 = (first + t) % tiles2, q1 = (first + t) / tiles2 % tiles1;
    const long image = (first + t) / (tiles2 * tiles1) * groups + group;
    from[run_count] = image * channels * EDGE * EDGE * plane + q1 * wide + q2;
    to[run_count] = (image * rows * out1 + q1 * EDGE) * out2 + q2 * EDGE;
    room[run_count] = (int)min(out1 - q1 * EDGE, (long)EDGE);
    runs[run_count++] = t;
    t = (int)min((long)count, t + tiles2 - q2);
  }
  runs[run_count] = count;
  ELEM inputs[POSITIONS * INPUTS];
  ELEM products[POSITIONS * SUMS];
  ELEM patch[POSITIONS * STRIP + W], half_way[POSITIONS * W];
  for (int t = 0; t < POSITIONS * STRIP + W; t++) patch[t] = 0;
  for (long begin = 0; begin < channels; begin += CHUNK) {
    const int steps = (int)min(channels - begin, (long)CHUNK);
    for (int l = 0; l < steps; l++) {
      __global const ELEM* image = x + x_offset + (begin + l) * EDGE * EDGE * plane;
      // A run is copied in whole vectors; what comes next overwrites the rest.
      for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
          __global const ELEM* phase = image + (i % EDGE * EDGE + j % EDGE) * plane + i / EDGE * wide + j / EDGE;
          ELEM* to_line = patch + (SIDE * i + j) * STRIP;
          for (int run = 0; run < run_count; run++)
            for (int t = runs[run]; t < runs[run + 1]; t += W)
              VSTORE(VLOAD(phase + from[run] + (t - runs[run])), to_line + t);
        }
      }
      for (int v = 0; v < STRIP; v += W) {
        for (int i = 0; i < SIDE; i++) input_line(patch + SIDE * i * STRIP + v, STRIP, half_way + SIDE * i * W, W);
        for (int j = 0; j < SIDE; j++)
          input_line(half_way + j * W, SIDE * W, inputs + j * INPUTS + l * STRIP + v, SIDE * INPUTS);
      }
    }
    for (int position = 0; position < POSITIONS; position++) {
      for (long r = 0; r < block; r += ROWS) {
        __global const ELEM* weights = w + w_offset
            + (((group * POSITIONS + position) * panels + (first_row + r) / ROWS) * channels + begin) * ROWS;
        add_channels(weights, inputs + position * INPUTS, steps, begin == 0, products + position * SUMS + r * STRIP);
      }
    }
  }
  ELEM places[EDGE * EDGE * W], lines[EDGE * EDGE * STRIP + W];
  for (long r = 0; r < block; r++) {
    for (int v = 0; v < STRIP; v += W) {
      for (int j = 0; j < SIDE; j++)
        output_line(products + j * SUMS + r * STRIP + v, SIDE * SUMS, half_way + j * W, SIDE * W);
      for (int i = 0; i < EDGE; i++) {
        output_line(half_way + SIDE * i * W, W, places + EDGE * i * W, W);
        interleave(places + EDGE * i * W, lines + EDGE * (i * STRIP + v));
      }
    }
    for (int run = 0; run < run_count; run++) {
      const long at = to[run] + (first_row + r) * out1 * out2;
      const int size = (int)min((long)(runs[run + 1] - runs[run]) * EDGE, out2 - at % out2);
      for (int i = 0; i < room[run]; i++)
        for (int t = 0; t < size; t += W)
          RESULT(at + i * out2 + t, min((size_t)(size - t), (size_t)W), VLOAD(lines + (EDGE * (i * STRIP + runs[run]) + t)));
    }
  }
}

#endif
