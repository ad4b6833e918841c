// convolution_depthwise: the convolutions of convolution.cl where a group has few rows and channels, above all one of each.
// Such a product has next to no rows to share a patch among, so it is computed as it is written, in vectors along the last
// dimension:
//   y[n, g, r, q] = sum over c, k of x[n, g, c, t / div] w[g, r, c, k],  t = q mul + k step + off  where div divides t
//   dw[g, r, c, k] = sum over n, p of dy[n, g, r, p] x[n, g, c, p mul + k step + off]
// What lies outside x is 0.  Backward reads x and w.  x, w, dy, y and dw are contiguous.
//
// A work-item copies what a tile of `lines` times `across` places reads into private memory, once and with its padding, so
// that no later read asks whether it is inside.  It keeps places of one residue modulo mul of the last dimension together:
// then neighboring results read neighboring elements, whatever the stride.
//   tile[plane, line, e, q] = x[.., line + low1, q mul2 + e + low2]   plane = (c, k0), `high` lines, `wide` q
//
// convolution_depthwise          y; products are added in ascending (c, k)
// convolution_depthwise_weight   dw of segments of images, in W interleaved sums; an array for each segment

#define DIM_PARAMETERS(d) \
  const long in##d, const long out##d, const long taps##d, const long mul##d, const long step##d, const long off##d, \
  const long div##d, const long every##d
#define DEPTHWISE_PARAMETERS \
  const long batches, const long groups, const long rows, const long channels, const long w_row, const long w_channel, \
  DIM_PARAMETERS(0), DIM_PARAMETERS(1), DIM_PARAMETERS(2), \
  const long low1, const long low2, const long lines, const long across, const long high, const long wide

#define PLACES(d) ((out##d + div##d - 1) / div##d)
#define INSIDE(place, size) ((ulong)(place) < (ulong)(size))

// A division takes as long as copying half a line.
#define OVER(a, b) ((b) == 1 ? (a) : (a) / (b))

#define MOST 4096      // elements of a tile
#define MOST_TAPS 256  // (c, k)

// Copies a plane of a tile from line s1 and column s2 of x on; vectors run over a line's end, and what follows overwrites it.
static inline __attribute__((unused)) void take_plane(
    __global const ELEM* x, const bool there, const long in1, const long in2, const long s1, const long s2,
    const long mul2, const long high, const long wide, ELEM* tile) {
  for (long line = 0; line < high; line++) {
    const long size = there && INSIDE(s1 + line, in1) ? in2 : 0;
    __global const ELEM* from = x + (s1 + line) * in2 + s2;
    for (long e = 0; e < mul2; e++) {
      const long begin = s2 + e < 0 ? min(OVER(mul2 - 1 - s2 - e, mul2), wide) : 0;
      const long end = s2 + e < size ? clamp(OVER(size - s2 - e + mul2 - 1, mul2), begin, wide) : begin;
      for (long q = 0; q < begin; q += W) VSTORE(K(0), tile + q);
      long q = begin;
      if (mul2 == 1 && end - begin >= W) {
        for (; q + W <= end; q += W) VSTORE(VLOAD(from + q), tile + q);
        VSTORE(VLOAD(from + end - W), tile + end - W);
      } else {
        for (; q < end; q++) tile[q] = from[q * mul2 + e];
      }
      for (q = end; q < wide; q += W) VSTORE(K(0), tile + q);
      tile += wide;
    }
  }
}

#define FOR_FOUR(DO) DO(0) DO(1) DO(2) DO(3)
// Four lines side by side, or four vectors of a single one; the last again where there are fewer.
#define START(i) \
  real sum##i = K(0); \
  const ELEM* from##i = tile + (stacked ? min(j1 + i, count1 - 1) * mul1 * row + j2 : min(j2 + i * W, last));
#define ADD(i) sum##i = fma(weight, VLOAD(from##i + shifts[t]), sum##i);
#define KEEP(i) \
  if (!stacked || j1 + i < count1) VSTORE(sum##i, results + (stacked ? (j1 + i) * count2 + j2 : j2 + i * W));

// Launch: (tiles along the last dimension, along the last but one, (n, g, r, place of the first, phase)), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_depthwise(
    __global const ELEM* restrict x, const ulong x_offset,
    __global const ELEM* restrict w, const ulong w_offset,
    RESULT_PARAMETERS,
    DEPTHWISE_PARAMETERS) {
  const long phases = div0 * div1 * div2;
  const long phase = (long)get_global_id(2) % phases;
  const long j0 = (long)get_global_id(2) / phases % PLACES(0);
  const long image = (long)get_global_id(2) / (phases * PLACES(0));  // (n, g, r)
  const long phase0 = phase / (div1 * div2), phase1 = phase / div2 % div1, phase2 = phase % div2;
  const long q0 = j0 * div0 + phase0;
  if (image >= batches * groups * rows || q0 >= out0) return;
  const long first1 = (long)get_global_id(1) * lines;
  const long first2 = (long)get_global_id(0) * across;
  const long count1 = min(PLACES(1) - first1, lines);
  const long count2 = min(PLACES(2) - first2, across);
  const long row = mul2 * wide;
  ELEM tile[MOST + W];
  ELEM weights[MOST_TAPS];
  int shifts[MOST_TAPS];
  // The taps of this phase in the last two dimensions, and where they read relative to a tile.
  int taken1[MOST_TAPS], taken2[MOST_TAPS], read1[MOST_TAPS], read2[MOST_TAPS];
  int many1 = 0, many2 = 0;
  for (long k1 = 0; k1 < taps1; k1++) {
    const long t1 = phase1 + off1 + k1 * step1;
    if (t1 % div1 != 0) continue;
    taken1[many1] = (int)(k1 * taps2);
    read1[many1++] = (int)((t1 / div1 - low1) * row);
  }
  for (long k2 = 0; k2 < taps2; k2++) {
    const long t2 = phase2 + off2 + k2 * step2;
    if (t2 % div2 != 0) continue;
    const long at2 = t2 / div2 - low2;
    taken2[many2] = (int)k2;
    read2[many2++] = (int)(at2 % mul2 * wide + at2 / mul2);
  }
  int count = 0, plane = 0;
  for (long c = 0; c < channels; c++) {
    __global const ELEM* from = x + x_offset + (image / rows * channels + c) * in0 * in1 * in2;
    __global const ELEM* taken = w + w_offset + image / rows % groups * rows * channels * taps0 * taps1 * taps2
        + image % rows * w_row + c * w_channel;
    for (long k0 = 0; k0 < taps0; k0++) {
      const long t0 = phase0 + off0 + k0 * step0;
      if (t0 % div0 != 0) continue;
      const long s0 = j0 * mul0 + t0 / div0;
      take_plane(from + s0 * in1 * in2, INSIDE(s0, in0), in1, in2, first1 * mul1 + low1, first2 * mul2 + low2,
                 mul2, high, wide, tile + plane);
      for (int a = 0; a < many1; a++) {
        for (int b = 0; b < many2; b++) {
          weights[count] = taken[k0 * taps1 * taps2 + taken1[a] + taken2[b]];
          shifts[count++] = plane + read1[a] + read2[b];
        }
      }
      plane += (int)(high * row);
    }
  }
  ELEM results[MOST + 4 * W];
  const bool stacked = count1 > 1;
  const long last = (count2 - 1) / W * W;
  const long step = stacked ? W : 4 * W;
  for (long j1 = 0; j1 < count1; j1 += 4) {
    // From the last vector of a line to the first: one runs over the line's end, and what follows overwrites the rest.
    for (long j2 = (count2 - 1) / step * step; j2 >= 0; j2 -= step) {
      FOR_FOUR(START)
      for (int t = 0; t < count; t++) {
        const real weight = (real)(weights[t]);
        FOR_FOUR(ADD)
      }
      FOR_FOUR(KEEP)
    }
  }
  const long plane_at = (image * out0 + q0) * out1 * out2;
  if (div1 == 1 && div2 == 1 && count2 == out2) {
    // Whole lines, which lie one after the other in y too.
    const long size = count1 * count2;
    for (long t = 0; t < size; t += W)
      RESULT(plane_at + first1 * out2 + t, (size_t)min(size - t, (long)W), VLOAD(results + t));
    return;
  }
  for (long j1 = 0; j1 < count1; j1++) {
    const long q1 = (first1 + j1) * div1 + phase1;
    if (q1 >= out1) break;
    const ELEM* line = results + j1 * count2;
    for (long j2 = 0; j2 < count2; j2 += W) {
      const size_t lanes = (size_t)min(count2 - j2, (long)W);
      if (div2 == 1) {
        RESULT(plane_at + q1 * out2 + first2 + j2, lanes, VLOAD(line + j2));
      } else {
        for (size_t lane = 0; lane < lanes; lane++) {
          const long q2 = (first2 + j2 + (long)lane) * div2 + phase2;
          if (q2 < out2) RESULT(plane_at + q1 * out2 + q2, 1, (real)(line[j2 + (long)lane]));
        }
      }
    }
  }
}

#define TAKE_SUM(i) \
  real sum##i = sums[min(t + i, count - 1)]; \
  const ELEM* right##i = tile + shifts[min(t + i, count - 1)];
#define ADD_VECTOR(i) sum##i = fma(grad, VLOAD(right##i + at + v), sum##i);
// What lies beside the last place may be anything, infinite too.
#define ADD_REST(i) sum##i = fma(grad, within > K(0) ? VLOAD(right##i + at + v) : K(0), sum##i);
#define KEEP_SUM(i) if (t + i < count) sums[t + i] = sum##i;

// With div = 1.  Launch: (groups * rows, segments), groups of one.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void convolution_depthwise_weight(
    __global const ELEM* restrict dy, const ulong dy_offset,
    __global const ELEM* restrict x, const ulong x_offset,
    __global ELEM* restrict dw, const ulong dw_offset,
    DEPTHWISE_PARAMETERS, const long images, const long segments) {
  const long r = (long)get_global_id(0);  // (g, r)
  const long segment = (long)get_global_id(1);
  if (r >= groups * rows || segment >= segments) return;
  const long row = mul2 * wide;
  const long padded = (across + W - 1) / W * W;
  ELEM tile[MOST + W];
  ELEM grads[MOST + W];
  real sums[MOST_TAPS];
  int shifts[MOST_TAPS];
  int count = 0;
  for (long plane = 0; plane < channels * taps0; plane++)
    for (long k1 = 0; k1 < taps1; k1++)
      for (long k2 = 0; k2 < taps2; k2++) {
        const long at2 = off2 + k2 * step2 - low2;
        sums[count] = K(0);
        shifts[count++] =
            (int)((plane * high + off1 + k1 * step1 - low1) * row + at2 % mul2 * wide + at2 / mul2);
      }
  const long end = min((segment + 1) * images, batches);
  for (long n = segment * images; n < end; n++) {
    for (long p0 = 0; p0 < out0; p0++) {
      __global const ELEM* left = dy + dy_offset + ((n * groups * rows + r) * out0 + p0) * out1 * out2;
      for (long first1 = 0; first1 < out1; first1 += lines) {
        const long count1 = min(out1 - first1, lines);
        for (long first2 = 0; first2 < out2; first2 += across) {
          const long count2 = min(out2 - first2, across);
          const long whole = count2 / W * W;
          for (long plane = 0; plane < channels * taps0; plane++) {
            const long s0 = p0 * mul0 + off0 + plane % taps0 * step0;
            const long image = (n * groups + r / rows) * channels + plane / taps0;
            take_plane(x + x_offset + (image * in0 + s0) * in1 * in2, INSIDE(s0, in0), in1, in2,
                       first1 * mul1 + low1, first2 * mul2 + low2, mul2, high, wide, tile + plane * high * row);
          }
          for (long line = 0; line < count1; line++) {
            __global const ELEM* from = left + (first1 + line) * out2 + first2;
            ELEM* to = grads + line * padded;
            for (long v = 0; v < whole; v += W) VSTORE(VLOAD(from + v), to + v);
            if (whole < count2) VSTORE(K(0), to + whole);
            if (count2 >= W) {
              VSTORE(VLOAD(from + count2 - W), to + count2 - W);
            } else {
              for (long v = whole; v < count2; v++) to[v] = from[v];
            }
          }
          ELEM lanes[W];
          for (int lane = 0; lane < W; lane++) lanes[lane] = lane < count2 - whole ? 1 : 0;
          const real within = VLOAD(lanes);
          for (int t = 0; t < count; t += 4) {
            FOR_FOUR(TAKE_SUM)
            for (long line = 0; line < count1; line++) {
              const ELEM* grad_line = grads + line * padded;
              const long at = line * mul1 * row;
              long v = 0;
              for (; v < whole; v += W) {
                const real grad = VLOAD(grad_line + v);
                FOR_FOUR(ADD_VECTOR)
              }
              if (v < count2) {
                const real grad = VLOAD(grad_line + v);
                FOR_FOUR(ADD_REST)
              }
            }
            FOR_FOUR(KEEP_SUM)
          }
        }
      }
    }
  }
  for (int t = 0; t < count; t++) {
    ELEM lanes[W];
    VSTORE(sums[t], lanes);
    for (int left = W / 2; left > 0; left /= 2)
      for (int i = 0; i < left; i++) lanes[i] += lanes[i + left];
    dw[dw_offset + (segment * groups * rows + r) * count + t] = lanes[0];
  }
}
