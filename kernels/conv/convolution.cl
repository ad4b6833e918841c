// convolution, in three dimensions (fewer are sizes of 1), for each of `groups` groups of channels:
//   forward         y[n, o, p]  = sum over c, k of x[n, c, p stride + k dilation - padding] w[o, c, k]
//   input gradient  dx[n, c, q] = sum over o, k of dy[n, o, p] w[o, c, k],  p stride = q + padding - k dilation
// What lies outside the input is 0.  Backward reads x and w; the weight gradient is convolution_weight.cl's, and a
// transposed convolution is the input gradient.
//
// Both are one product: with channels c of the input x and rows r of the result y,
//   y[n, r, q] = sum over c, k of x[n, c, t / div] w[g, r, c, k],  t = q mul + k step + off  where div divides t,
// in each dimension: forward has mul = stride, step = dilation, off = -padding, div = 1, the input gradient
// mul = 1, step = -dilation, off = padding, div = stride.  The places q of one residue modulo div, a phase, meet the same
// taps k, every `every`-th from a first one on; so nothing is multiplied by 0 for the sake of a stride.
// Element (r, c, k) of a group's weights lies at r * w_row + c * w_channel + k.
// x, w and y are contiguous.  Products are added in ascending (c, k).
// y is written through RESULT, each element once: what follows on it, such as a bias, may be computed before it is stored.
//
// convolution_forward   every size and stride; one work-item an element
// convolution_tiles     GPUs: 64 x 64 elements a work-group; patches are gathered into local memory
// With W > 1, for devices whose work-items are a CPU's vector lanes:
// convolution_pad       copies x with its padding, so that no later read has to ask whether it is inside
// convolution_pack      copies w into the order it is read in
// convolution_panels    strips of VECTORS * W places: a strip's patches are packed, then multiplied

#define DIM_PARAMETERS(d) \
  const long in##d, const long out##d, const long taps##d, const long mul##d, const long step##d, const long off##d, \
  const long div##d, const long every##d
#define DIMS_PARAMETERS DIM_PARAMETERS(0), DIM_PARAMETERS(1), DIM_PARAMETERS(2)
#define PRODUCT_PARAMETERS \
  const long batches, const long groups, const long rows, const long channels, const long w_row, const long w_channel, \
  DIMS_PARAMETERS

// The taps that a phase meets in a dimension: first, first + every, ..., `count` of them; that of number m reads place
// q / div * mul + base + m * step.
typedef struct {
  long first, count, base, step;
} Taps;

static inline __attribute__((unused)) Taps taps_of(
    const long phase, const long taps, const long step, const long off, const long div, const long every) {
  Taps found;
  found.first = 0;
  const long most = min(every, taps);
  while (found.first < most && (phase + off + found.first * step) % div != 0) found.first++;
  found.count = found.first < most ? (taps - found.first + every - 1) / every : 0;
  found.base = (phase + off + found.first * step) / div;
  found.step = every * step / div;
  return found;
}

#define TAPS(d, phase) taps_of(phase, taps##d, step##d, off##d, div##d, every##d)
#define PLACES(d) ((out##d + div##d - 1) / div##d)
#define INSIDE(place, size) ((ulong)(place) < (ulong)(size))

// Launch: one work-item an element of y.
__kernel void convolution_forward(
    __global const ELEM* x, const ulong x_offset,
    __global const ELEM* w, const ulong w_offset,
    RESULT_PARAMETERS,
    PRODUCT_PARAMETERS) {
  const long item = (long)get_global_id(0);
  const long places = out0 * out1 * out2;
  if (item >= batches * groups * rows * places) return;
  const long q2 = item % out2;
  const long q1 = item / out2 % out1;
  const long q0 = item / (out2 * out1) % out0;
  const long r = item / places % rows;
  const long image = item / (places * rows);
  const Taps a = TAPS(0, q0 % div0);
  const Taps b = TAPS(1, q1 % div1);
  const Taps c = TAPS(2, q2 % div2);
  const long s0 = q0 / div0 * mul0 + a.base;
  const long s1 = q1 / div1 * mul1 + b.base;
  const long s2 = q2 / div2 * mul2 + c.base;
  const long all_taps = taps0 * taps1 * taps2;
  __global const ELEM* from = x + x_offset + image * channels * in0 * in1 * in2;
  __global const ELEM* weights = w + w_offset + image % groups * rows * channels * all_taps + r * w_row;
  ELEM sum = 0;
  for (long channel = 0; channel < channels; channel++) {
    for (long m0 = 0; m0 < a.count; m0++) {
      const long t0 = s0 + m0 * a.step;
      if (!INSIDE(t0, in0)) continue;
      for (long m1 = 0; m1 < b.count; m1++) {
        const long t1 = s1 + m1 * b.step;
        if (!INSIDE(t1, in1)) continue;
        const long k = ((a.first + m0 * every0) * taps1 + b.first + m1 * every1) * taps2 + c.first;
        for (long m2 = 0; m2 < c.count; m2++) {
          const long t2 = s2 + m2 * c.step;
          if (INSIDE(t2, in2)) sum = fma(from[(t0 * in1 + t1) * in2 + t2], weights[k + m2 * every2], sum);
        }
      }
    }
    from += in0 * in1 * in2;
    weights += w_channel;
  }
  RESULT(item, 1, (real)(sum));
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

// Rows are rows of the weights, columns the places (n, q) of one phase, the inner index l is (c, k).
// Launch: groups of SIDE * SIDE work-items: for each (group, phase) the tiles, those of a row of tiles side by side.
__kernel __attribute__((reqd_work_group_size(SIDE * SIDE, 1, 1)))
void convolution_tiles(
    __global const ELEM* x, const ulong x_offset,
    __global const ELEM* w, const ulong w_offset,
    RESULT_PARAMETERS,
    PRODUCT_PARAMETERS) {
  // One column more than used, so that a step along the columns changes the memory bank.
  __local ELEM tile_a[DEPTH][TILE + 1];
  __local ELEM tile_b[DEPTH][TILE + 1];
  // What each l of this step and the next reads: the weights, and x relative to the column's own place.
  __local long weight_at[2][DEPTH], x_at[2][DEPTH];
  __local int near0[2][DEPTH], near1[2][DEPTH], near2[2][DEPTH];
  const long places0 = PLACES(0), places1 = PLACES(1), places2 = PLACES(2);
  const uint columns = (uint)(batches * places0 * places1 * places2);
  const uint across = (columns + TILE - 1) / TILE;
  const uint down = ((uint)rows + TILE - 1) / TILE;
  const uint tile = (uint)(get_group_id(0) % ((size_t)across * down));
  const uint z = (uint)(get_group_id(0) / ((size_t)across * down));
  const uint phase = z % (uint)(div0 * div1 * div2);
  const long group = z / (uint)(div0 * div1 * div2);
  const long phase0 = phase / (uint)(div1 * div2), phase1 = phase / (uint)div2 % (uint)div1, phase2 = phase % (uint)div2;
  const Taps a = TAPS(0, phase0);
  const Taps b = TAPS(1, phase1);
  const Taps c = TAPS(2, phase2);
  const uint taps = (uint)(a.count * b.count * c.count);
  const uint inner = (uint)channels * taps;
  const uint first_row = tile / across * TILE;
  const uint first_column = tile % across * TILE;
  const int item = (int)get_local_id(0);
  const int row = item / SIDE;
  const int column = item % SIDE;
  // The place this work-item gathers for.
  const uint at = first_column + item % TILE;
  const int s2 = (int)(at % (uint)places2 * mul2 + c.base);
  const int s1 = (int)(at / (uint)places2 % (uint)places1 * mul1 + b.base);
  const int s0 = (int)(at / (uint)(places2 * places1) % (uint)places0 * mul0 + a.base);
  const long image = at / (uint)(places2 * places1 * places0);
  __global const ELEM* from =
      x + x_offset + (image * groups + group) * channels * in0 * in1 * in2 + ((long)s0 * in1 + s1) * in2 + s2;
  __global const ELEM* weights = w + w_offset + group * rows * channels * taps0 * taps1 * taps2;
  ELEM sum[EACH][EACH];
  for (int i = 0; i < EACH; i++) for (int j = 0; j < EACH; j++) sum[i][j] = 0;
  int now = 0;
  for (uint step = 0; step < inner + DEPTH; step += DEPTH) {
    // Step 0 only fills the table; the others gather with the table of the step before.
    if (step > 0) {
      for (int e = 0; e < TILE * DEPTH / (SIDE * SIDE); e++) {
        const int a_at = item / DEPTH + e * (SIDE * SIDE / DEPTH);
        const int a_deep = item % DEPTH;
        tile_a[a_deep][a_at] = first_row + a_at < rows && step - DEPTH + a_deep < inner
            ? weights[(first_row + a_at) * w_row + weight_at[now][a_deep]] : (ELEM)0;
        const int deep = item / TILE + e * (SIDE * SIDE / TILE);
        const bool inside = at < columns && step - DEPTH + deep < inner && INSIDE(s0 + near0[now][deep], in0)
            && INSIDE(s1 + near1[now][deep], in1) && INSIDE(s2 + near2[now][deep], in2);
        tile_b[deep][item % TILE] = inside ? from[x_at[now][deep]] : (ELEM)0;
      }
      now = 1 - now;
    }
    const int next = step > 0 ? now : 0;
    if (item < DEPTH && step + item < inner) {
      const uint l = step + item;
      const uint k = l % taps;
      const long m0 = k / (uint)(b.count * c.count), m1 = k / (uint)c.count % (uint)b.count, m2 = k % (uint)c.count;
      near0[next][item] = (int)(m0 * a.step);
      near1[next][item] = (int)(m1 * b.step);
      near2[next][item] = (int)(m2 * c.step);
      x_at[next][item] = ((l / taps * in0 + m0 * a.step) * in1 + m1 * b.step) * in2 + m2 * c.step;
      weight_at[next][item] = l / taps * w_channel
          + ((a.first + m0 * every0) * taps1 + b.first + m1 * every1) * taps2 + c.first + m2 * every2;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (step > 0) {
      MULTIPLY_TILES
      barrier(CLK_LOCAL_MEM_FENCE);
    }
  }
  // Unrolled, or sum would lie in memory: no register has an index.
  #pragma unroll
  for (int j = 0; j < EACH; j++) {
    const uint place = first_column + column + j * SIDE;
    const long q2 = place % (uint)places2 * div2 + phase2;
    const long q1 = place / (uint)places2 % (uint)places1 * div1 + phase1;
    const long q0 = place / (uint)(places2 * places1) % (uint)places0 * div0 + phase0;
    const long of = place / (uint)(places2 * places1 * places0);
    if (place >= columns || q0 >= out0 || q1 >= out1 || q2 >= out2) continue;
    #pragma unroll
    for (int i = 0; i < EACH; i++) {
      const long r = first_row + row + i * SIDE;
      if (r < rows) RESULT(((((of * groups + group) * rows + r) * out0 + q0) * out1 + q1) * out2 + q2, 1, (real)(sum[i][j]));
    }
  }
}

#if W > 1

#ifndef ROWS
#define ROWS 6     // rows of y in registers
#endif
#ifndef VECTORS
#define VECTORS 2  // and vectors of each
#endif
#define STRIP (VECTORS * W)       // places of a strip
#define CHUNK 128                 // steps of the inner index whose patches are packed at a time
#define BLOCK (64 / ROWS * ROWS)  // rows that a packed chunk serves
#define UNROLL(n) __attribute__((opencl_unroll_hint(n)))

// y[image, p] = x[image, p + low] where that is inside, else 0, and `slack` zeros at the end.
// Launch: one work-item a row of the last dimension, and one for the slack.
__kernel void convolution_pad(
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict y, const ulong y_offset,
    const long images, const long in0, const long in1, const long in2,
    const long size0, const long size1, const long size2,
    const long low0, const long low1, const long low2, const long slack) {
  const long item = (long)get_global_id(0);
  const long lines = images * size0 * size1;
  if (item > lines) return;
  __global ELEM* to = y + y_offset + item * size2;
  const long p0 = item / size1 % size0 + low0;
  const long p1 = item % size1 + low1;
  long begin = 0, end = 0;
  if (item < lines && INSIDE(p0, in0) && INSIDE(p1, in1)) {
    begin = clamp(-low2, 0L, size2);
    end = clamp(in2 - low2, begin, size2);
  }
  __global const ELEM* from = x + x_offset + ((item / (size1 * size0) * in0 + p0) * in1 + p1) * in2 + low2;
  for (long t = 0; t < begin; t++) to[t] = 0;
  long t = begin;
  for (; t + W <= end; t += W) VSTORE(VLOAD(from + t), to + t);
  for (; t < end; t++) to[t] = from[t];
  const long size = item < lines ? size2 : slack;
  for (; t < size; t++) to[t] = 0;
}

// y[g, phase, panel, l, t]: the weights of ROWS rows side by side, 0 beyond the last; the l of a phase are `most` at most.
// Launch: (panels, groups * phases), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_pack(
    __global const ELEM* restrict w, const ulong w_offset,
    __global ELEM* restrict y, const ulong y_offset,
    PRODUCT_PARAMETERS, const ulong most) {
  const long panel = (long)get_global_id(0);
  const long z = (long)get_global_id(1);
  const long phase = z % (div0 * div1 * div2);
  const long group = z / (div0 * div1 * div2);
  if (group >= groups) return;
  const Taps a = TAPS(0, phase / (div1 * div2));
  const Taps b = TAPS(1, phase / div2 % div1);
  const Taps c = TAPS(2, phase % div2);
  const long inside = min(rows - panel * ROWS, (long)ROWS);
  __global const ELEM* from =
      w + w_offset + group * rows * channels * taps0 * taps1 * taps2 + panel * ROWS * w_row;
  __global ELEM* to = y + y_offset + (z * ((rows + ROWS - 1) / ROWS) + panel) * most * ROWS;
  for (long channel = 0; channel < channels; channel++)
    for (long m0 = 0; m0 < a.count; m0++)
      for (long m1 = 0; m1 < b.count; m1++)
        for (long m2 = 0; m2 < c.count; m2++) {
          const long k = ((a.first + m0 * every0) * taps1 + b.first + m1 * every1) * taps2 + c.first + m2 * every2;
          for (long t = 0; t < ROWS; t++) to[t] = t < inside ? from[t * w_row + channel * w_channel + k] : (ELEM)0;
          to += ROWS;
        }
}

// Adds to ROWS by VECTORS vectors of sums the products of a panel of weights and a panel of patches.
static inline __attribute__((unused)) void add_panels(
    __global const ELEM* restrict weights, const ELEM* restrict line, const int steps, ELEM* restrict sums) {
  real sum[ROWS][VECTORS];
  UNROLL(ROWS) for (int r = 0; r < ROWS; r++)
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) sum[r][v] = VLOAD(sums + r * STRIP + v * W);
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
    UNROLL(VECTORS) for (int v = 0; v < VECTORS; v++) VSTORE(sum[r][v], sums + r * STRIP + v * W);
}

// x as convolution_pad left it, with sizes and offsets that make every read one inside; w as convolution_pack did.
// Launch: (strips of STRIP places (n, q) of a phase, blocks of BLOCK rows, groups * phases), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_panels(
    __global const ELEM* restrict x, const ulong x_offset,
    __global const ELEM* restrict w, const ulong w_offset,
    RESULT_PARAMETERS,
    PRODUCT_PARAMETERS, const ulong most) {
  const long z = (long)get_global_id(2);
  const long phase = z % (div0 * div1 * div2);
  const long group = z / (div0 * div1 * div2);
  if (group >= groups) return;
  const long phase0 = phase / (div1 * div2), phase1 = phase / div2 % div1, phase2 = phase % div2;
  const Taps a = TAPS(0, phase0);
  const Taps b = TAPS(1, phase1);
  const Taps c = TAPS(2, phase2);
  const long inner = channels * a.count * b.count * c.count;
  const long places0 = PLACES(0), places1 = PLACES(1), places2 = PLACES(2);
  const long first = (long)get_global_id(0) * STRIP;
  const int count = (int)min(batches * places0 * places1 * places2 - first, (long)STRIP);
  const long places = out0 * out1 * out2;
  // Runs of places that are read from neighboring addresses, and those that are written to such.
  long from[STRIP], to[STRIP];
  int reads[STRIP + 1], writes[STRIP + 1];
  int read_runs = 0, write_runs = 0;
  long j2 = first % places2, j1 = first / places2 % places1, j0 = first / (places2 * places1) % places0;
  long image = first / (places2 * places1 * places0) * groups + group;
  long before = -1;
  for (int t = 0; t < count; t++) {
    if (t == 0 || j2 == 0) {
      from[read_runs] = ((image * channels * in0 + j0 * mul0 + a.base) * in1 + j1 * mul1 + b.base) * in2 + j2 * mul2 + c.base;
      reads[read_runs++] = t;
    }
    const long q0 = j0 * div0 + phase0, q1 = j1 * div1 + phase1, q2 = j2 * div2 + phase2;
    const bool inside = q0 < out0 && q1 < out1 && q2 < out2;
    const long place = (q0 * out1 + q1) * out2 + q2;
    const long at = inside ? image * rows * places + place : -1;
    if (t == 0 || place == 0 || at < 0 || at != before + 1) {
      to[write_runs] = at;
      writes[write_runs++] = t;
    }
    before = at;
    if (++j2 == places2) {
      j2 = 0;
      if (++j1 == places1) {
        j1 = 0;
        if (++j0 == places0) {
          j0 = 0;
          image += groups;
        }
      }
    }
  }
  reads[read_runs] = count;
  writes[write_runs] = count;
  // A run is copied in whole vectors, across the end of its line; what comes next overwrites the rest.
  ELEM panel[(CHUNK + 1) * STRIP];
  ELEM tile[BLOCK * STRIP + STRIP];
  for (int t = 0; t < BLOCK * STRIP + STRIP; t++) tile[t] = 0;
  for (int t = 0; count < STRIP && t < (CHUNK + 1) * STRIP; t++) panel[t] = 0;
  const long first_row = (long)get_global_id(1) * BLOCK;
  const long block = min(rows - first_row, (long)BLOCK);
  const long panels = (rows + ROWS - 1) / ROWS;
  long m0 = 0, m1 = 0, m2 = 0, channel = 0;
  for (long begin = 0; begin < inner; begin += CHUNK) {
    const int steps = (int)min(inner - begin, (long)CHUNK);
    for (int l = 0; l < steps; l++) {
      const long shift = ((channel * in0 + m0 * a.step) * in1 + m1 * b.step) * in2 + m2 * c.step;
      for (int run = 0; run < read_runs; run++) {
        __global const ELEM* source = x + x_offset + from[run] + shift;
        ELEM* line = panel + l * STRIP + reads[run];
        const int places_of_run = reads[run + 1] - reads[run];
        if (mul2 == 1) {
          for (int t = 0; t < places_of_run; t += W) VSTORE(VLOAD(source + t), line + t);
        } else {
          for (int t = 0; t < places_of_run; t++) line[t] = source[t * mul2];
        }
      }
      if (++m2 == c.count) {
        m2 = 0;
        if (++m1 == b.count) {
          m1 = 0;
          if (++m0 == a.count) {
            m0 = 0;
            channel++;
          }
        }
      }
    }
    for (long r = 0; r < block; r += ROWS) {
      __global const ELEM* weights = w + w_offset + ((z * panels + (first_row + r) / ROWS) * (long)most + begin) * ROWS;
      add_panels(weights, panel, steps, tile + r * STRIP);
    }
  }
  for (long r = 0; r < block; r++) {
    for (int run = 0; run < write_runs; run++) {
      if (to[run] < 0) continue;
      const int end = writes[run + 1];
      for (int t = writes[run]; t < end; t += W)
        RESULT(to[run] + (first_row + r) * places + t - writes[run], min((size_t)(end - t), (size_t)W), VLOAD(tile + r * STRIP + t));
    }
  }
}

#endif
