// convolution_weight: the gradient of a convolution's weights, for each of `groups` groups of channels:
//   dw[o, c, k] = sum over n, p of dy[n, o, p] x[n, c, p mul + k step + off],  mul = stride, step = dilation, off = -padding
// in three dimensions (fewer are sizes of 1).  What lies outside x is 0.  Backward reads dy and x; its gradients are
// convolutions.  dy, x and dw are contiguous.
//
// The places (n, p) are cut into segments of `length`.  dw has an array for each, which are added up afterwards; within
// a segment products are added in ascending (n, p), in W interleaved sums where W > 1.
//
// convolution_weight          every size and stride; one work-item an element
// convolution_weight_tiles    GPUs: 64 x 64 elements a work-group; patches are gathered into local memory
// convolution_weight_panels   with W > 1, for devices whose work-items are a CPU's vector lanes: patches and dy of some
//                             places are packed, then multiplied; x is the padded copy that convolution_pad makes

#define DIM_PARAMETERS(d) \
  const long in##d, const long out##d, const long taps##d, const long mul##d, const long step##d, const long off##d
#define DIMS_PARAMETERS DIM_PARAMETERS(0), DIM_PARAMETERS(1), DIM_PARAMETERS(2)
#define WEIGHT_PARAMETERS \
  const long batches, const long groups, const long rows, const long channels, const long segments, const long length, \
  DIMS_PARAMETERS

#define INSIDE(place, size) ((ulong)(place) < (ulong)(size))

// Launch: one work-item an element of dw of a segment, segments one after the other.
__kernel void convolution_weight(
    __global const ELEM* dy, const ulong dy_offset,
    __global const ELEM* x, const ulong x_offset,
    __global ELEM* dw, const ulong dw_offset,
    WEIGHT_PARAMETERS) {
  const long item = (long)get_global_id(0);
  const long places = out0 * out1 * out2;
  const long all_taps = taps0 * taps1 * taps2;
  const long weights = groups * rows * channels * all_taps;
  if (item >= segments * weights) return;
  const long k = item % all_taps;
  const long channel = item / all_taps % channels;
  const long r = item / (all_taps * channels) % (rows * groups);
  const long t0 = k / (taps1 * taps2) * step0 + off0;
  const long t1 = k / taps2 % taps1 * step1 + off1;
  const long t2 = k % taps2 * step2 + off2;
  const long begin = item / weights * length;
  const long end = min(begin + length, batches * places);
  long q2 = begin % out2;
  long q1 = begin / out2 % out1;
  long q0 = begin / (out2 * out1) % out0;
  long n = begin / places;
  ELEM sum = 0;
  for (long at = begin; at < end; at++) {
    const long s0 = q0 * mul0 + t0, s1 = q1 * mul1 + t1, s2 = q2 * mul2 + t2;
    if (INSIDE(s0, in0) && INSIDE(s1, in1) && INSIDE(s2, in2)) {
      const long image = (n * groups + r / rows) * channels + channel;
      sum = fma(dy[dy_offset + (n * groups * rows + r) * places + at % places],
                x[x_offset + ((image * in0 + s0) * in1 + s1) * in2 + s2], sum);
    }
    if (++q2 == out2) {
      q2 = 0;
      if (++q1 == out1) {
        q1 = 0;
        if (++q0 == out0) {
          q0 = 0;
          n++;
        }
      }
    }
  }
  dw[dw_offset + item] = sum;
}

#define TILE 64   // rows and columns of a product a work-group
#define DEPTH 16  // steps of its inner index in local memory
#define SIDE 16   // work-items along a side; each has every SIDE-th row and column of the tile
#define EACH (TILE / SIDE)

#define MULTIPLY_TILES \
  for (int d = 0; d < DEPTH; d++) { \
    ELEM left[EACH], right[EACH]; \
    for (int i = 0; i < EACH; i++) left[i] = tile_a[d][row + i * SIDE]; \
    for (int i = 0; i < EACH; i++) right[i] = tile_b[d][column + i * SIDE]; \
    for (int i = 0; i < EACH; i++) \
      for (int j = 0; j < EACH; j++) sum[i][j] = fma(left[i], right[j], sum[i][j]); \
  }

// Rows are channels of dy, columns l are (c, k), the inner index are the places (n, p) of a segment.
// Launch: groups of SIDE * SIDE work-items: for each (segment, group) the tiles, those of a row of tiles side by side.
__kernel __attribute__((reqd_work_group_size(SIDE * SIDE, 1, 1)))
void convolution_weight_tiles(
    __global const ELEM* dy, const ulong dy_offset,
    __global const ELEM* x, const ulong x_offset,
    __global ELEM* dw, const ulong dw_offset,
    WEIGHT_PARAMETERS) {
  __local ELEM tile_a[DEPTH][TILE + 1];
  __local ELEM tile_b[DEPTH][TILE + 1];
  const uint taps = (uint)(taps0 * taps1 * taps2);
  const uint columns = (uint)channels * taps;
  const uint across = (columns + TILE - 1) / TILE;
  const uint down = ((uint)rows + TILE - 1) / TILE;
  const uint tile = (uint)(get_group_id(0) % ((size_t)across * down));
  const long z = (long)(get_group_id(0) / ((size_t)across * down));
  const long group = z % groups;
  const long segment = z / groups;
  const uint first_row = tile / across * TILE;
  const uint first_column = tile % across * TILE;
  const int item = (int)get_local_id(0);
  const int row = item / SIDE;
  const int column = item % SIDE;
  // Each work-item loads one place of the inner index for some rows and columns.
  const int deep = item % DEPTH;
  const int beside = item / DEPTH;
  long x_at[EACH];
  int t0[EACH], t1[EACH], t2[EACH];
  for (int e = 0; e < EACH; e++) {
    const uint l = first_column + beside + e * SIDE;
    const uint k = l % taps;
    t0[e] = (int)(k / (uint)(taps1 * taps2) * step0 + off0);
    t1[e] = (int)(k / (uint)taps2 % (uint)taps1 * step1 + off1);
    t2[e] = (int)(k % (uint)taps2 * step2 + off2);
    x_at[e] = ((l / taps * in0 + t0[e]) * in1 + t1[e]) * in2 + t2[e];
  }
  const uint places = (uint)(out0 * out1 * out2);
  const long begin = segment * length;
  const long end = min(begin + length, batches * (long)places);
  ELEM sum[EACH][EACH];
  for (int i = 0; i < EACH; i++) for (int j = 0; j < EACH; j++) sum[i][j] = 0;
  for (long step = begin; step < end; step += DEPTH) {
    const uint place = (uint)(step + deep);
    const uint n = place / places;
    const uint p = place % places;
    const int s2 = (int)(p % (uint)out2 * mul2);
    const int s1 = (int)(p / (uint)out2 % (uint)out1 * mul1);
    const int s0 = (int)(p / (uint)(out2 * out1) * mul0);
    const bool there = step + deep < end;
    __global const ELEM* left = dy + dy_offset + ((long)n * groups + group) * rows * places + p;
    __global const ELEM* right =
        x + x_offset + ((long)n * groups + group) * channels * in0 * in1 * in2 + ((long)s0 * in1 + s1) * in2 + s2;
    for (int e = 0; e < EACH; e++) {
      const uint r = first_row + beside + e * SIDE;
      const uint l = first_column + beside + e * SIDE;
      tile_a[deep][beside + e * SIDE] = there && r < rows ? left[(long)r * places] : (ELEM)0;
      const bool inside = there && l < columns && INSIDE(s0 + t0[e], in0) && INSIDE(s1 + t1[e], in1)
          && INSIDE(s2 + t2[e], in2);
      tile_b[deep][beside + e * SIDE] = inside ? right[x_at[e]] : (ELEM)0;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    MULTIPLY_TILES
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  for (int i = 0; i < EACH; i++) {
    const long r = first_row + row + i * SIDE;
    for (int j = 0; j < EACH; j++) {
      const long l = first_column + column + j * SIDE;
      if (r < rows && l < columns) dw[dw_offset + ((segment * groups + group) * rows + r) * columns + l] = sum[i][j];
    }
  }
}

#if W > 1

#ifndef ROWS
#define ROWS 2     // rows of dw whose sums are in registers
#endif
#ifndef VECTORS
#define VECTORS 6  // and columns, a vector of sums each
#endif
#define SPAN 256  // places whose patches are packed at a time
#define TALL 32   // rows of dw a work-item; a multiple of ROWS
#define WIDE 36   // columns of dw a work-item; a multiple of VECTORS
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))

// Adds to ROWS by VECTORS sums the products of as many lines of `a` and of `b`.
static inline __attribute__((unused)) void add_lines(
    const ELEM* restrict a, const ELEM* restrict b, const int vectors, real* restrict sums) {
  real sum[ROWS][VECTORS];
  UNROLL(ROWS) for (int i = 0; i < ROWS; i++)
    UNROLL(VECTORS) for (int j = 0; j < VECTORS; j++) sum[i][j] = sums[i * WIDE + j];
  for (int v = 0; v < vectors; v++) {
    real left[ROWS];
    UNROLL(ROWS) for (int i = 0; i < ROWS; i++) left[i] = VLOAD(a + i * SPAN);
    UNROLL(VECTORS) for (int j = 0; j < VECTORS; j++) {
      const real right = VLOAD(b + j * SPAN);
      UNROLL(ROWS) for (int i = 0; i < ROWS; i++) sum[i][j] = fma(left[i], right, sum[i][j]);
    }
    a += W;
    b += W;
  }
  UNROLL(ROWS) for (int i = 0; i < ROWS; i++)
    UNROLL(VECTORS) for (int j = 0; j < VECTORS; j++) sums[i * WIDE + j] = sum[i][j];
}

// x as convolution_pad left it, with sizes and offsets that make every read one inside.
// Launch: (blocks of WIDE columns (c, k), blocks of TALL rows, groups * segments), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_weight_panels(
    __global const ELEM* restrict dy, const ulong dy_offset,
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict dw, const ulong dw_offset,
    WEIGHT_PARAMETERS) {
  const long group = (long)get_global_id(2) % groups;
  const long segment = (long)get_global_id(2) / groups;
  if (segment >= segments) return;
  const long taps = taps0 * taps1 * taps2;
  const long columns = channels * taps;
  const long first_column = (long)get_global_id(0) * WIDE;
  const long first_row = (long)get_global_id(1) * TALL;
  const int wide = (int)min(columns - first_column, (long)WIDE);
  const int tall = (int)min(rows - first_row, (long)TALL);
  long shift[WIDE];
  for (int l = 0; l < wide; l++) {
    const long k = (first_column + l) % taps;
    shift[l] = (((first_column + l) / taps * in0 + k / (taps1 * taps2) * step0 + off0) * in1
        + k / taps2 % taps1 * step1 + off1) * in2 + k % taps2 * step2 + off2;
  }
  const long places = out0 * out1 * out2;
  const long begin = segment * length;
  const long end = min(begin + length, batches * places);
  long from[SPAN], dy_from[SPAN];
  int runs[SPAN + 1], dy_runs[SPAN + 1];
  ELEM patches[WIDE * SPAN + W];
  ELEM grads[TALL * SPAN];
  real sums[TALL * WIDE];
  for (int t = 0; t < TALL * WIDE; t++) sums[t] = K(0);
  for (int t = 0; t < WIDE * SPAN + W; t++) patches[t] = 0;
  for (int t = 0; t < TALL * SPAN; t++) grads[t] = 0;
  long q2 = begin % out2, q1 = begin / out2 % out1, q0 = begin / (out2 * out1) % out0;
  long image = begin / places * groups + group;
  for (long at = begin; at < end; at += SPAN) {
    const int count = (int)min(end - at, (long)SPAN);
    const int vectors = (count + W - 1) / W;
    int x_runs = 0, y_runs = 0;
    for (int t = 0; t < count;) {
      const int next = (int)min((long)count, t + out2 - q2);
      from[x_runs] = ((image * channels * in0 + q0 * mul0) * in1 + q1 * mul1) * in2 + q2 * mul2;
      runs[x_runs++] = t;
      const long place = (q0 * out1 + q1) * out2 + q2;
      if (t == 0 || place == 0) {
        dy_from[y_runs] = (image * rows + first_row) * places + place;
        dy_runs[y_runs++] = t;
      }
      q2 += next - t;
      t = next;
      if (q2 == out2) {
        q2 = 0;
        if (++q1 == out1) {
          q1 = 0;
          if (++q0 == out0) {
            q0 = 0;
            image += groups;
          }
        }
      }
    }
    runs[x_runs] = count;
    dy_runs[y_runs] = count;
    for (int l = 0; l < wide; l++) {
      for (int run = 0; run < x_runs; run++) {
        __global const ELEM* source = x + x_offset + from[run] + shift[l];
        ELEM* line = patches + l * SPAN + runs[run];
        const int many = runs[run + 1] - runs[run];
        if (mul2 == 1) {
          for (int t = 0; t < many; t += W) VSTORE(VLOAD(source + t), line + t);
        } else {
          for (int t = 0; t < many; t++) line[t] = source[t * mul2];
        }
      }
      for (int t = count; t < vectors * W; t++) patches[l * SPAN + t] = 0;
    }
    for (int r = 0; r < tall; r++) {
      for (int run = 0; run < y_runs; run++) {
        __global const ELEM* source = dy + dy_offset + dy_from[run] + r * places;
        ELEM* line = grads + r * SPAN + dy_runs[run];
        const int many = dy_runs[run + 1] - dy_runs[run];
        int t = 0;
        for (; t + W <= many; t += W) VSTORE(VLOAD(source + t), line + t);
        for (; t < many; t++) line[t] = source[t];
      }
      for (int t = count; t < vectors * W; t++) grads[r * SPAN + t] = 0;
    }
    for (int r = 0; r < tall; r += ROWS)
      for (int l = 0; l < wide; l += VECTORS)
        add_lines(grads + r * SPAN, patches + l * SPAN, vectors, sums + r * WIDE + l);
  }
  for (int r = 0; r < tall; r++) {
    for (int l = 0; l < wide; l++) {
      ELEM lanes[W];
      VSTORE(sums[r * WIDE + l], lanes);
      for (int left = W / 2; left > 0; left /= 2)
        for (int i = 0; i < left; i++) lanes[i] += lanes[i + left];
      dw[dw_offset + ((segment * groups + group) * rows + first_row + r) * columns + first_column + l] = lanes[0];
    }
  }
}

#endif
