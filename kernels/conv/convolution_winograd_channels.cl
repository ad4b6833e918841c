// convolution_winograd_channels: 3 x 3 convolutions with stride and dilation 1 by Winograd's transforms, in vectors along
// channels; convolution_winograd.cl tells where the matrices are from.
//   y[n, k, tile] = A^T (sum over c of (G w[k, c] G^T) * (B^T x[n, c, tile] B)) A,  * element by element
//   dw[k, c] = G^T (sum over n, tile of (A dy[n, k, tile] A^T) * (B^T x[n, c, tile] B)) G
// of tiles of 4 x 4 places of y and 6 x 6 of x, for each of `groups` groups: 36 products in place of 144.  What lies outside
// x or dy is 0.  Backward reads dy, x and w; the input gradient is the forward one with weights turned around (`turned`).
//
// x, w, dy, y and dw are contiguous.  An infinite element makes NaN of all that its tile adds to.
//
// With W > 1, for devices whose work-items are a CPU's vector lanes.  Neither tiles nor lines of an image end within a vector
// of channels.  W neighboring places of W channels are turned into such vectors when they are read, without a copy before.
//
// convolution_winograd_factors    G w G^T
// convolution_winograd_channels   y; sums over c are in ascending order within CHUNK channels, and so are the sums of these
// convolution_winograd_weight     dw of segments of `length` lines of tiles (n, line), an array for each; sums over tiles are in
//                                 ascending order within at most TILES, and so are the sums of these

// As in convolution_weight.cl.
#define DIM_PARAMETERS(d) \
  const long in##d, const long out##d, const long taps##d, const long mul##d, const long step##d, const long off##d
#define WEIGHT_PARAMETERS \
  const long batches, const long groups, const long rows, const long channels, const long segments, const long length, \
  DIM_PARAMETERS(0), DIM_PARAMETERS(1), DIM_PARAMETERS(2)
#define WINOGRAD_PARAMETERS \
  const long batches, const long groups, const long rows, const long channels, const long w_row, const long w_channel, \
  const long in1, const long out1, const long low1, const long in2, const long out2, const long low2, const long turned

#define INSIDE(place, size) ((ulong)(place) < (ulong)(size))

#define EDGE 4  // places of a tile in each dimension
#define SIDE 6  // and those of x that it reads
#define POSITIONS (SIDE * SIDE)
#define P 0.75
#define Q 1.5

#if W > 1

#ifndef ROWS
#define ROWS 6     // tiles, or rows of dw, whose sums are in registers
#endif
#ifndef VECTORS
#define VECTORS 2  // and vectors of rows of y, or of channels of dw; divides 32 / W
#endif
#define CHUNK 32  // channels whose transforms are held at a time
#define TALL 32   // rows of dw a work-item
#define BLOCK 64  // rows of y a work-item
#define TILES 32  // tiles whose transforms are held at a time
#define RUN 15    // tiles side by side whose places are read at a time
#define LINE 64   // and those places
#define ROW (EDGE * LINE + W)  // those of a line of tiles in y
#define TALLEST (TALL + 2 * ROWS)
#define MOST (TILES + 2 * ROWS)
// Transforms and sums of neighboring positions; a vector more than used, lest they compete for the same places in the cache.
#define INPUTS (MOST * CHUNK + W)
#define GRADS (TILES * TALLEST + W)
#define PRODUCTS (MOST * BLOCK + W)
#define SUMS (TALLEST * CHUNK + W)
#define ALIGNED __attribute__((aligned(64)))  // a cache line
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))

// Tiles side by side that are taken together: a line of tiles in as few parts as possible, about as long as each other.
#define PARTS(tiles) (((tiles) + RUN - 1) / RUN)
#define LONGEST(tiles) (((tiles) + PARTS(tiles) - 1) / PARTS(tiles))

// Turns W vectors in place: vector i becomes lane i of all.
static inline __attribute__((unused)) void turn(real* a) {
  real b[W];
  UNROLL(4) for (int step = 1; step < W; step *= 2) {
    UNROLL(W) for (int i = 0; i < W / 2; i++) {
      b[2 * i].even = a[i].lo, b[2 * i].odd = a[i + W / 2].lo;
      b[2 * i + 1].even = a[i].hi, b[2 * i + 1].odd = a[i + W / 2].hi;
    }
    UNROLL(W) for (int i = 0; i < W; i++) a[i] = b[i];
  }
}

// W neighboring places of W channels, as vectors of the channels.
static inline __attribute__((unused)) void take_places(
    __global const ELEM* restrict from, const long* restrict apart, ELEM* restrict to) {
  real a[W];
  UNROLL(W) for (int i = 0; i < W; i++) a[i] = VLOAD(from + apart[i]);
  turn(a);
  UNROLL(W) for (int i = 0; i < W; i++) VSTORE(a[i], to + i * W);
}

// Lines of `count` places of W channels, from line s1 and place s2 on, as vectors of the channels, LINE apart; 0 outside.
//   image   where the first place of the image is, of `numel` elements
//   apart   where the channels are relative to that, ascending
static inline __attribute__((unused)) void take_lines(
    __global const ELEM* restrict x, const long image, const long numel, const long* restrict apart, const long s1,
    const long s2, const long size1, const long size2, const int high, const int count, ELEM* restrict to) {
  for (int i = 0; i < high; i++) {
    const long size = INSIDE(s1 + i, size1) ? size2 : 0;
    for (int t = 0; t < count && size > 0; t += W) {
      const long first = image + (s1 + i) * size2 + s2 + t;
      if (first >= 0 && first + apart[W - 1] + W <= numel) {
        take_places(x + first, apart, to + t * W);
      } else {
        for (int lane = 0; lane < W; lane++)
          for (int c = 0; c < W; c++)
            to[(t + lane) * W + c] = INSIDE(s2 + t + lane, size) ? x[first + lane + apart[c]] : (ELEM)0;
      }
    }
    // Vectors run over both ends of a line.
    for (long t = 0; t < min(-s2, (long)count); t++) VSTORE(K(0), to + t * W);
    for (long t = max(0L, size - s2); t < count; t++) VSTORE(K(0), to + t * W);
    to += LINE * W;
  }
}

// Each of these takes vectors `step` apart and leaves vectors `to_step` apart.
// G.
static inline __attribute__((unused)) void factor_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
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

// B^T.
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

// The transforms of `run` tiles side by side of W channels, from a line and a place of x on.
static inline __attribute__((unused)) void take_inputs(
    __global const ELEM* restrict x, const long image, const long numel, const long* restrict apart, const long s1,
    const long s2, const long size1, const long size2, const int run, ELEM* lines, ELEM* to) {
  const int count = EDGE * run + SIDE - EDGE;
  take_lines(x, image, numel, apart, s1, s2, size1, size2, SIDE, count, lines);
  for (int t = 0; t < count; t++) input_line(lines + t * W, LINE * W, lines + t * W, LINE * W);
  for (int i = 0; i < SIDE; i++)
    for (int t = 0; t < run; t++)
      input_line(lines + (i * LINE + EDGE * t) * W, W, to + SIDE * i * INPUTS + t * CHUNK, INPUTS);
}

// A^T.
static inline __attribute__((unused)) void output_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
  const real m1 = VLOAD(from + step), m2 = VLOAD(from + 2 * step);
  const real m3 = VLOAD(from + 3 * step), m4 = VLOAD(from + 4 * step);
  const real even1 = m1 + m2, odd1 = m1 - m2, even2 = m3 + m4, odd2 = m3 - m4;
  VSTORE(VLOAD(from) + even1 + even2, to);
  VSTORE(fma(K(P), odd1, K(Q) * odd2), to + to_step);
  VSTORE(fma(K(P * P), even1, K(Q * Q) * even2), to + 2 * to_step);
  VSTORE(fma(K(P * P * P), odd1, fma(K(Q * Q * Q), odd2, VLOAD(from + 5 * step))), to + 3 * to_step);
}

// A.
static inline __attribute__((unused)) void grad_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
  const real d0 = VLOAD(from), d1 = VLOAD(from + step), d2 = VLOAD(from + 2 * step), d3 = VLOAD(from + 3 * step);
  const real even1 = fma(K(P * P), d2, d0), odd1 = K(P) * fma(K(P * P), d3, d1);
  const real even2 = fma(K(Q * Q), d2, d0), odd2 = K(Q) * fma(K(Q * Q), d3, d1);
  VSTORE(d0, to);
  VSTORE(even1 + odd1, to + to_step);
  VSTORE(even1 - odd1, to + 2 * to_step);
  VSTORE(even2 + odd2, to + 3 * to_step);
  VSTORE(even2 - odd2, to + 4 * to_step);
  VSTORE(d3, to + 5 * to_step);
}

// G^T.
static inline __attribute__((unused)) void weight_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
  const real m1 = VLOAD(from + step), m2 = VLOAD(from + 2 * step);
  const real m3 = VLOAD(from + 3 * step), m4 = VLOAD(from + 4 * step);
  const real even1 = (m1 + m2) * K(1 / (2 * P * P * (P * P - Q * Q))), odd1 = (m1 - m2) * K(1 / (2 * P * (P * P - Q * Q)));
  const real even2 = (m3 + m4) * K(1 / (2 * Q * Q * (Q * Q - P * P))), odd2 = (m3 - m4) * K(1 / (2 * Q * (Q * Q - P * P)));
  VSTORE(VLOAD(from) * K(1 / (P * P * Q * Q)) + even1 + even2, to);
  VSTORE(odd1 + odd2, to + to_step);
  VSTORE(fma(K(P * P), even1, fma(K(Q * Q), even2, VLOAD(from + 5 * step))), to + 2 * to_step);
}

// NAME adds to HIGH lines of WIDE vectors of sums, `across` elements apart, which it clears where it `begins`, the products of
// `steps` columns of `left` and as many lines of `right`.
#define PRODUCT(NAME, HIGH, WIDE, SPACE) \
  static inline __attribute__((unused)) void NAME( \
      const ELEM* restrict left, const long row, const long column, SPACE const ELEM* restrict right, const long apart, \
      const int steps, const bool begins, ELEM* restrict sums, const long across) { \
    real sum[HIGH][WIDE]; \
    UNROLL(HIGH) for (int r = 0; r < HIGH; r++) \
      UNROLL(WIDE) for (int v = 0; v < WIDE; v++) sum[r][v] = K(0); \
    for (int l = 0; l < steps; l++) { \
      real line[WIDE]; \
      UNROLL(WIDE) for (int v = 0; v < WIDE; v++) line[v] = VLOAD(right + v * W); \
      UNROLL(HIGH) for (int r = 0; r < HIGH; r++) { \
        const real factor = (real)(left[r * row]); \
        UNROLL(WIDE) for (int v = 0; v < WIDE; v++) sum[r][v] = fma(factor, line[v], sum[r][v]); \
      } \
      left += column; \
      right += apart; \
    } \
    UNROLL(HIGH) for (int r = 0; r < HIGH; r++) \
      UNROLL(WIDE) for (int v = 0; v < WIDE; v++) { \
        ELEM* to = sums + r * across + v * W; \
        VSTORE(begins ? sum[r][v] : VLOAD(to) + sum[r][v], to); \
      } \
  }
PRODUCT(add_channels, ROWS, VECTORS, __global)
PRODUCT(add_channels_to_vector, (2 * ROWS), 1, __global)
PRODUCT(add_tiles, ROWS, VECTORS, __private)
PRODUCT(add_tiles_to_vector, (2 * ROWS), 1, __private)

// y[g, position, c, r]: rows side by side, 0 beyond the last, and a vector at the end of each position's.
// Launch: (blocks of W rows, channels, groups), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_winograd_factors(
    __global const ELEM* restrict w, const ulong w_offset,
    __global ELEM* restrict y, const ulong y_offset,
    WINOGRAD_PARAMETERS, const long padded) {
  const long first = (long)get_global_id(0) * W;
  const long c = (long)get_global_id(1);
  const long group = (long)get_global_id(2);
  if (group >= groups) return;
  ELEM taps[9 * W], half_way[3 * SIDE * W], done[POSITIONS * W];
  __global const ELEM* from = w + w_offset + group * rows * channels * 9 + c * w_channel;
  for (int t = 0; t < W; t++)
    for (int k = 0; k < 9; k++)
      taps[(turned ? 8 - k : k) * W + t] = first + t < rows ? from[(first + t) * w_row + k] : (ELEM)0;
  for (int i = 0; i < 3; i++) factor_line(taps + 3 * i * W, W, half_way + SIDE * i * W, W);
  for (int j = 0; j < SIDE; j++) factor_line(half_way + j * W, SIDE * W, done + j * W, SIDE * W);
  __global ELEM* to = y + y_offset + group * POSITIONS * (channels * padded + W) + c * padded + first;
  for (int position = 0; position < POSITIONS; position++)
    VSTORE(VLOAD(done + position * W), to + position * (channels * padded + W));
}

// w as convolution_winograd_factors left it.
// Launch: (parts of lines of tiles, TILES / LONGEST at a time, blocks of BLOCK rows, groups), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_winograd_channels(
    __global const ELEM* restrict x, const ulong x_offset,
    __global const ELEM* restrict w, const ulong w_offset,
    RESULT_PARAMETERS,
    WINOGRAD_PARAMETERS, const long padded) {
  const long group = (long)get_global_id(2);
  if (group >= groups) return;
  const long first_row = (long)get_global_id(1) * BLOCK;
  const int tall = (int)min(rows - first_row, (long)BLOCK);
  const long tiles1 = (out1 + EDGE - 1) / EDGE, tiles2 = (out2 + EDGE - 1) / EDGE;
  const long parts = PARTS(tiles2), most = LONGEST(tiles2);
  const long first_part = (long)get_global_id(0) * (TILES / most);
  const long end_part = min(first_part + TILES / most, batches * tiles1 * parts);
  const long plane = in1 * in2, places = out1 * out2;
  ELEM inputs[POSITIONS * INPUTS] ALIGNED, products[POSITIONS * PRODUCTS] ALIGNED;
  ELEM lines[SIDE * LINE * W] ALIGNED, done[(EDGE * LINE + W) * W] ALIGNED;
  ELEM of_rows[W * ROW] ALIGNED;
  long apart[CHUNK];
  for (long begin = 0; begin < channels; begin += CHUNK) {
    const int steps = (int)min(channels - begin, (long)CHUNK);
    // Where there are fewer channels than lanes, the last is read again, and not multiplied.
    for (int i = 0; i < CHUNK; i++) apart[i] = (begin + min(i, steps - 1)) * plane;
    int held = 0;
    for (long part = first_part; part < end_part; part++) {
      const long n = part / (parts * tiles1), q1 = part / parts % tiles1, q2 = part % parts * most;
      const int run = (int)min(most, tiles2 - q2);
      for (int c = 0; c < steps; c += W)
        take_inputs(x + x_offset, (n * groups + group) * channels * plane, batches * groups * channels * plane, apart + c,
                    q1 * EDGE + low1, q2 * EDGE + low2, in1, in2, run, lines, inputs + held * CHUNK + c);
      held += run;
    }
    for (int position = 0; position < POSITIONS; position++) {
      __global const ELEM* factors =
          w + w_offset + (group * POSITIONS + position) * (channels * padded + W) + begin * padded + first_row;
      const ELEM* left = inputs + position * INPUTS;
      ELEM* to = products + position * PRODUCTS;
      for (int r = 0; r < tall; r += VECTORS * W) {
        const int high = tall - r > W ? ROWS : 2 * ROWS;
        for (int t = 0; t < held; t += high)
          if (high == ROWS)
            add_channels(left + t * CHUNK, CHUNK, 1, factors + r, padded, steps, begin == 0, to + t * BLOCK + r, BLOCK);
          else
            add_channels_to_vector(left + t * CHUNK, CHUNK, 1, factors + r, padded, steps, begin == 0, to + t * BLOCK + r, BLOCK);
      }
    }
  }
  for (int r = 0; r < tall; r += W) {
    const int high = min(tall - r, W);
    const ELEM* from = products + r;
    for (long part = first_part; part < end_part; part++) {
      const long n = part / (parts * tiles1), q1 = part / parts % tiles1, q2 = part % parts * most;
      const int run = (int)min(most, tiles2 - q2);
      for (int t = 0; t < run; t++)
        for (int j = 0; j < SIDE; j++)
          output_line(from + j * PRODUCTS + t * BLOCK, SIDE * PRODUCTS, lines + (SIDE * t + j) * W, SIDE * RUN * W);
      from += run * BLOCK;
      // Lines of places lie side by side, where they do so in y too.  What runs over the end of one is overwritten.
      const int wide = (int)min((long)EDGE * run, out2 - q2 * EDGE);
      const int room = (int)min(out1 - q1 * EDGE, (long)EDGE);
      for (int i = 0; i < EDGE; i++)
        for (int t = 0; t < run; t++)
          output_line(lines + (i * RUN + t) * SIDE * W, W, done + (i * wide + EDGE * t) * W, W);
      const int pieces = parts == 1 ? 1 : room;
      const int size = parts == 1 ? room * wide : wide;
      const long to = (((n * groups + group) * rows + first_row + r) * out1 + q1 * EDGE) * out2 + q2 * EDGE;
      for (int piece = 0; piece < pieces; piece++) {
        for (int t = 0; t < size; t += W) {
          real turned_places[W];
          UNROLL(W) for (int i = 0; i < W; i++) turned_places[i] = VLOAD(done + (piece * wide + t + i) * W);
          turn(turned_places);
          UNROLL(W) for (int i = 0; i < W; i++) VSTORE(turned_places[i], of_rows + i * ROW + t);
        }
        for (int i = 0; i < high; i++)
          for (int t = 0; t < size; t += W)
            RESULT(to + i * places + piece * out2 + t, (size_t)min(size - t, W), VLOAD(of_rows + i * ROW + t));
      }
    }
  }
}

// Launch: (blocks of CHUNK channels, blocks of TALL rows, groups * segments), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_winograd_weight(
    __global const ELEM* restrict dy, const ulong dy_offset,
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict dw, const ulong dw_offset,
    WEIGHT_PARAMETERS) {
  const long first_channel = (long)get_global_id(0) * CHUNK;
  const long first_row = (long)get_global_id(1) * TALL;
  const long group = (long)get_global_id(2) % groups;
  const long segment = (long)get_global_id(2) / groups;
  if (segment >= segments) return;
  const int wide = (int)min(channels - first_channel, (long)CHUNK);
  const int tall = (int)min(rows - first_row, (long)TALL);
  const long plane = in1 * in2, places = out1 * out2;
  // Where there are fewer channels or rows than lanes, the last is read again, and its sums are dropped.
  long x_apart[CHUNK], dy_apart[TALL];
  for (int i = 0; i < CHUNK; i++) x_apart[i] = (first_channel + min(i, wide - 1)) * plane;
  for (int i = 0; i < TALL; i++) dy_apart[i] = (first_row + min(i, tall - 1)) * places;
  const long tiles1 = (out1 + EDGE - 1) / EDGE, tiles2 = (out2 + EDGE - 1) / EDGE;
  const long parts = PARTS(tiles2), most = LONGEST(tiles2);
  ELEM inputs[POSITIONS * INPUTS] ALIGNED, grads[POSITIONS * GRADS] ALIGNED, sums[POSITIONS * SUMS] ALIGNED;
  ELEM lines[SIDE * LINE * W] ALIGNED;
  for (int t = 0; t < POSITIONS * SUMS; t += W) VSTORE(K(0), sums + t);
  const long end_part = min((segment + 1) * length, batches * tiles1) * parts;
  for (long part = segment * length * parts; part < end_part;) {
    int held = 0;
    for (; part < end_part; part++) {
      const long n = part / (parts * tiles1), q1 = part / parts % tiles1, q2 = part % parts * most;
      const int run = (int)min(most, tiles2 - q2);
      if (held + run > TILES) break;
      for (int c = 0; c < wide; c += W)
        take_inputs(x + x_offset, (n * groups + group) * channels * plane, batches * groups * channels * plane, x_apart + c,
                    q1 * EDGE + off1, q2 * EDGE + off2, in1, in2, run, lines, inputs + held * CHUNK + c);
      for (int r = 0; r < tall; r += W) {
        take_lines(dy + dy_offset, (n * groups + group) * rows * places, batches * groups * rows * places, dy_apart + r,
                   q1 * EDGE, q2 * EDGE, out1, out2, EDGE, EDGE * run, lines);
        for (int t = 0; t < EDGE * run; t++) grad_line(lines + t * W, LINE * W, lines + t * W, LINE * W);
        for (int i = 0; i < SIDE; i++)
          for (int t = 0; t < run; t++)
            grad_line(lines + (i * LINE + EDGE * t) * W, W, grads + SIDE * i * GRADS + (held + t) * TALLEST + r, GRADS);
      }
      held += run;
    }
    for (int position = 0; position < POSITIONS; position++) {
      const ELEM* left = grads + position * GRADS;
      const ELEM* right = inputs + position * INPUTS;
      ELEM* to = sums + position * SUMS;
      for (int c = 0; c < wide; c += VECTORS * W) {
        const int high = wide - c > W ? ROWS : 2 * ROWS;
        for (int r = 0; r < tall; r += high)
          if (high == ROWS)
            add_tiles(left + r, 1, TALLEST, right + c, CHUNK, held, false, to + r * CHUNK + c, CHUNK);
          else
            add_tiles_to_vector(left + r, 1, TALLEST, right + c, CHUNK, held, false, to + r * CHUNK + c, CHUNK);
      }
    }
  }
  ELEM half_way[3 * SIDE * W] ALIGNED, taps[9 * W] ALIGNED;
  for (int r = 0; r < tall; r++) {
    for (int c = 0; c < wide; c += W) {
      for (int j = 0; j < SIDE; j++)
        weight_line(sums + j * SUMS + r * CHUNK + c, SIDE * SUMS, half_way + j * W, SIDE * W);
      for (int i = 0; i < 3; i++) weight_line(half_way + SIDE * i * W, W, taps + 3 * i * W, W);
      __global ELEM* to =
          dw + dw_offset + (((segment * groups + group) * rows + first_row + r) * channels + first_channel + c) * 9;
      const int lanes = min(wide - c, W);
      for (int lane = 0; lane < lanes; lane++)
        for (int k = 0; k < 9; k++) to[lane * 9 + k] = taps[k * W + lane];
    }
  }
}

#endif
