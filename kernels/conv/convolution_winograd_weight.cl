// convolution_winograd_weight: the gradient of the weights of a 3 x 3 convolution with stride and dilation 1, by the transforms
// of convolution_winograd.cl turned around:
//   dw[o, c] = G^T (sum over tiles of (A dy[o, tile] A^T) * (B^T x[c, tile] B)) G,  * element by element
// of tiles of 4 x 4 places of dy and 6 x 6 of x, for each of `groups` groups: 36 products a tile in place of 144.  What lies
// outside x or dy is 0.  Backward reads dy and x.  dy, x and dw are contiguous.
//
// Images are cut into segments of `length` places, whole images.  dw has an array for each, which are added up afterwards;
// within one, products are added tile by tile, at most TILES at a time, and so are these sums.  An infinite element makes NaN
// of all that its tile adds to.
//
// With W > 1, for devices whose work-items are a CPU's vector lanes.  Vectors run along channels, so that neither tiles nor
// lines have an end in them: 4 x 4 places of each channel become as many vectors of channels when they are read.

#define DIM_PARAMETERS(d) \
  const long in##d, const long out##d, const long taps##d, const long mul##d, const long step##d, const long off##d
#define DIMS_PARAMETERS DIM_PARAMETERS(0), DIM_PARAMETERS(1), DIM_PARAMETERS(2)
#define WEIGHT_PARAMETERS \
  const long batches, const long groups, const long rows, const long channels, const long segments, const long length, \
  DIMS_PARAMETERS

#define EDGE 4  // places of a tile in each dimension
#define SIDE 6  // and those of x that it reads
#define POSITIONS (SIDE * SIDE)
#define P 0.75
#define Q 1.5

#if W > 1

#ifndef ROWS
#define ROWS 4     // rows of dw whose sums are in registers; divides BLOCK
#endif
#ifndef VECTORS
#define VECTORS 2  // and vectors of channels; divides BLOCK / W
#endif
#define BLOCK 32  // rows and channels of dw a work-item
#define TILES 32  // tiles whose transforms are held at a time
#define RUN 15    // tiles side by side whose places are read at a time
#define LINE 64   // and those places
// Transforms and sums of neighboring positions; a vector more than used, lest they compete for the same places in the cache.
#define HELD (TILES * BLOCK + W)
#define SUMS (BLOCK * BLOCK + W)
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))

// W vectors as W of the lanes 0, 1, ... of all; from neighboring places of W channels `apart[]`.
static inline __attribute__((unused)) void take_places(
    __global const ELEM* restrict from, const long* restrict apart, ELEM* restrict to) {
  real a[W], b[W];
  UNROLL(W) for (int i = 0; i < W; i++) a[i] = VLOAD(from + apart[i]);
  UNROLL(4) for (int step = 1; step < W; step *= 2) {
    UNROLL(W) for (int i = 0; i < W / 2; i++) {
      b[2 * i].even = a[i].lo;
      b[2 * i].odd = a[i + W / 2].lo;
      b[2 * i + 1].even = a[i].hi;
      b[2 * i + 1].odd = a[i + W / 2].hi;
    }
    UNROLL(W) for (int i = 0; i < W; i++) a[i] = b[i];
  }
  UNROLL(W) for (int i = 0; i < W; i++) VSTORE(a[i], to + i * W);
}

// A line of `count` places of W channels from place s on, as vectors of the channels; 0 outside.
//   at      where place 0 of the line of the first channel is, of `numel` elements
//   apart   where the channels are relative to the first one, ascending
static inline __attribute__((unused)) void take_line(
    __global const ELEM* restrict x, const long at, const long numel, const long* restrict apart, const long s,
    const long size, const int count, ELEM* restrict to) {
  for (int t = 0; t < count; t += W) {
    const long first = at + s + t;
    if (first >= 0 && first + apart[W - 1] + W <= numel) {
      take_places(x + first, apart, to + t * W);
    } else {
      for (int lane = 0; lane < W; lane++)
        for (int i = 0; i < W; i++) to[(t + lane) * W + i] = s + t + lane >= 0 && s + t + lane < size ? x[first + lane + apart[i]] : (ELEM)0;
    }
  }
  for (long t = 0; t < -s && t < count; t++) VSTORE(K(0), to + t * W);
  for (long t = max(0L, size - s); t < count; t++) VSTORE(K(0), to + t * W);
}

// B^T of vectors `step` apart, to vectors `to_step` apart.
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

// A of these.
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

// G^T of these.
static inline __attribute__((unused)) void weight_line(const ELEM* from, const int step, ELEM* to, const int to_step) {
  const real m1 = VLOAD(from + step), m2 = VLOAD(from + 2 * step);
  const real m3 = VLOAD(from + 3 * step), m4 = VLOAD(from + 4 * step);
  const real even1 = (m1 + m2) * K(1 / (2 * P * P * (P * P - Q * Q))), odd1 = (m1 - m2) * K(1 / (2 * P * (P * P - Q * Q)));
  const real even2 = (m3 + m4) * K(1 / (2 * Q * Q * (Q * Q - P * P))), odd2 = (m3 - m4) * K(1 / (2 * Q * (Q * Q - P * P)));
  VSTORE(VLOAD(from) * K(1 / (P * P * Q * Q)) + even1 + even2, to);
  VSTORE(odd1 + odd2, to + to_step);
  VSTORE(fma(K(P * P), even1, fma(K(Q * Q), even2, VLOAD(from + 5 * step))), to + 2 * to_step);
}

// Adds to ROWS lines of VECTORS vectors of sums the products of `steps` tiles.
static inline __attribute__((unused)) void add_tiles(
    const ELEM* restrict grads, const ELEM* restrict inputs, const int steps, ELEM* restrict sums) {
  real sum[ROWS][VECTORS];
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = K(0);
  for (int l = 0; l < steps; l++) {
    real right[VECTORS];
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) right[v] = VLOAD(inputs + v * W);
    UNROLL(ROWS) for (int r = 0; r < ROWS; r++) {
      const real left = (real)(grads[r]);
      UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = fma(left, right[v], sum[r][v]);
    }
    grads += BLOCK;
    inputs += BLOCK;
  }
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) {
      ELEM* to = sums + r * BLOCK + v * W;
      VSTORE(VLOAD(to) + sum[r][v], to);
    }
}

// Launch: (blocks of BLOCK channels, blocks of BLOCK rows, groups * segments), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_winograd_weight(
    __global const ELEM* restrict dy, const ulong dy_offset,
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict dw, const ulong dw_offset,
    WEIGHT_PARAMETERS) {
  const long first_channel = (long)get_global_id(0) * BLOCK;
  const long first_row = (long)get_global_id(1) * BLOCK;
  const long group = (long)get_global_id(2) % groups;
  const long segment = (long)get_global_id(2) / groups;
  if (segment >= segments) return;
  const int wide = (int)min(channels - first_channel, (long)BLOCK);
  const int tall = (int)min(rows - first_row, (long)BLOCK);
  const long plane = in1 * in2, places = out1 * out2;
  // Where there are fewer channels or rows than lanes, the last is read again, and its sums are dropped.
  long x_apart[BLOCK], dy_apart[BLOCK];
  for (int i = 0; i < BLOCK; i++) {
    x_apart[i] = (first_channel + min(i, wide - 1)) * plane;
    dy_apart[i] = (first_row + min(i, tall - 1)) * places;
  }
  const long tiles1 = (out1 + EDGE - 1) / EDGE, tiles2 = (out2 + EDGE - 1) / EDGE;
  const long parts = (tiles2 + RUN - 1) / RUN;  // of a line of tiles, as long as each other or a little shorter
  const long most = (tiles2 + parts - 1) / parts;
  ELEM inputs[POSITIONS * HELD];
  ELEM grads[POSITIONS * HELD];
  ELEM sums[POSITIONS * SUMS];
  ELEM lines[SIDE * LINE * W];
  for (int t = 0; t < POSITIONS * SUMS; t += W) VSTORE(K(0), sums + t);
  const long end = min((segment + 1) * (length / places), batches);
  long n = segment * (length / places), q1 = 0, q2 = 0;
  while (n < end) {
    int held = 0;
    while (n < end) {
      const int run = (int)min(most, tiles2 - q2);
      if (held + run > TILES) break;
      for (int c = 0; c < wide; c += W) {
        for (int i = 0; i < SIDE; i++) {
          const long s1 = q1 * EDGE + i + off1;
          const int count = EDGE * run + SIDE - EDGE;
          ELEM* to = lines + i * LINE * W;
          if (s1 >= 0 && s1 < in1) {
            take_line(x + x_offset, ((n * groups + group) * channels * in1 + s1) * in2, batches * groups * channels * plane,
                      x_apart + c, q2 * EDGE + off2, in2, count, to);
          } else {
            for (int t = 0; t < count; t++) VSTORE(K(0), to + t * W);
          }
        }
        for (int t = 0; t < EDGE * run + SIDE - EDGE; t++) input_line(lines + t * W, LINE * W, lines + t * W, LINE * W);
        for (int i = 0; i < SIDE; i++)
          for (int t = 0; t < run; t++)
            input_line(lines + (i * LINE + EDGE * t) * W, W, inputs + SIDE * i * HELD + (held + t) * BLOCK + c, HELD);
      }
      for (int r = 0; r < tall; r += W) {
        for (int i = 0; i < EDGE; i++) {
          const long p1 = q1 * EDGE + i;
          ELEM* to = lines + i * LINE * W;
          if (p1 < out1) {
            take_line(dy + dy_offset, ((n * groups + group) * rows * out1 + p1) * out2, batches * groups * rows * places,
                      dy_apart + r, q2 * EDGE, out2, EDGE * run, to);
          } else {
            for (int t = 0; t < EDGE * run; t++) VSTORE(K(0), to + t * W);
          }
        }
        for (int t = 0; t < EDGE * run; t++) grad_line(lines + t * W, LINE * W, lines + t * W, LINE * W);
        for (int i = 0; i < SIDE; i++)
          for (int t = 0; t < run; t++)
            grad_line(lines + (i * LINE + EDGE * t) * W, W, grads + SIDE * i * HELD + (held + t) * BLOCK + r, HELD);
      }
      held += run;
      q2 += run;
      if (q2 == tiles2) {
        q2 = 0;
        if (++q1 == tiles1) {
          q1 = 0;
          n++;
        }
      }
    }
    for (int position = 0; position < POSITIONS; position++)
      for (int r = 0; r < tall; r += ROWS)
        for (int c = 0; c < wide; c += VECTORS * W)
          add_tiles(grads + position * HELD + r, inputs + position * HELD + c, held, sums + position * SUMS + r * BLOCK + c);
  }
  ELEM half_way[3 * SIDE * W], taps[9 * W];
  for (int r = 0; r < tall; r++) {
    for (int c = 0; c < wide; c += W) {
      for (int j = 0; j < SIDE; j++)
        weight_line(sums + j * SUMS + r * BLOCK + c, SIDE * SUMS, half_way + j * W, SIDE * W);
      for (int i = 0; i < 3; i++) weight_line(half_way + SIDE * i * W, W, taps + 3 * i * W, W);
      __global ELEM* to = dw + dw_offset + (((segment * groups + group) * rows + first_row + r) * channels + first_channel + c) * 9;
      const int lanes = min(wide - c, W);
      for (int lane = 0; lane < lanes; lane++)
        for (int k = 0; k < 9; k++) to[lane * 9 + k] = taps[k * W + lane];
    }
  }
}

#endif
