package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import java.util.Arrays;

/**
 * What the Java twins of convolutions share: the patches of some places as a matrix, and products
 * of arrays of either type.
 */
final class Patches {
  /** Columns that {@link Lanes#gemmInPlace} takes. */
  private static final int LANES = 16;

  private Patches() {}

  /** A new array of the type of another. */
  static Object like(Object array, int length) {
    return array instanceof float[] ? new float[length] : new double[length];
  }

  /**
   * Fills a matrix with a row for each channel and tap and a column for each of {@code cols} places
   * from {@code first} on; 0 for what lies outside the image.
   *
   * @param xAt where the image's first channel begins
   */
  static void pack(
      Object x,
      int xAt,
      int channels,
      Window[] w,
      Window.Taps[] taps,
      int first,
      int cols,
      Object y) {
    int places2 = (int) w[2].places();
    int places1 = (int) w[1].places();
    int volume = (int) (w[0].in() * w[1].in() * w[2].in());
    int row = 0;
    for (int c = 0; c < channels; c++) {
      for (int m0 = 0; m0 < taps[0].count(); m0++) {
        for (int m1 = 0; m1 < taps[1].count(); m1++) {
          for (int m2 = 0; m2 < taps[2].count(); m2++) {
            for (int t = 0; t < cols; ) {
              int j2 = (first + t) % places2;
              int n = Math.min(cols - t, places2 - j2);
              long s0 = place(w[0], taps[0], (first + t) / (places1 * places2), m0);
              long s1 = place(w[1], taps[1], (first + t) / places2 % places1, m1);
              boolean inside = s0 >= 0 && s0 < w[0].in() && s1 >= 0 && s1 < w[1].in();
              int line = xAt + c * volume + (int) ((s0 * w[1].in() + s1) * w[2].in());
              int s2 = (int) place(w[2], taps[2], j2, m2);
              int in2 = inside ? (int) w[2].in() : 0;
              copy(x, line, s2, in2, (int) w[2].mul(), y, row * cols + t, n);
              t += n;
            }
            row++;
          }
        }
      }
    }
  }

  private static long place(Window w, Window.Taps taps, int j, int m) {
    return j * w.mul() + taps.base() + (long) m * taps.step();
  }

  /** n elements of a line of size {@code in} from place s on, {@code mul} apart; 0 outside. */
  static void copy(Object x, int line, int s, int in, int mul, Object y, int to, int n) {
    int lead = s < 0 ? Math.min(n, (mul - 1 - s) / mul) : 0;
    int end = s >= in ? lead : Math.max(lead, Math.min(n, (in - s + mul - 1) / mul));
    if (y instanceof float[] floats) {
      Arrays.fill(floats, to, to + lead, 0);
      Arrays.fill(floats, to + end, to + n, 0);
      if (mul == 1 && end > lead) {
        System.arraycopy(x, line + s + lead, floats, to + lead, end - lead);
      } else {
        float[] from = (float[]) x;
        for (int t = lead; t < end; t++) {
          floats[to + t] = from[line + s + t * mul];
        }
      }
    } else {
      double[] doubles = (double[]) y;
      Arrays.fill(doubles, to, to + lead, 0);
      Arrays.fill(doubles, to + end, to + n, 0);
      double[] from = (double[]) x;
      for (int t = lead; t < end; t++) {
        doubles[to + t] = from[line + s + t * mul];
      }
    }
  }

  /** {@link Lanes#combine} of arrays of either type; the factors are of that type too. */
  static void combine(
      Lanes lanes,
      Object x,
      int xOffset,
      int[] offsets,
      Object factors,
      Object y,
      int yOffset,
      int n) {
    if (y instanceof float[] floats) {
      lanes.combine((float[]) x, xOffset, offsets, (float[]) factors, floats, yOffset, n);
    } else {
      lanes.combine((double[]) x, xOffset, offsets, (double[]) factors, (double[]) y, yOffset, n);
    }
  }

  /** A matrix of an array: where it begins and its strides. */
  record Matrix(Object array, int offset, int row, int col) {}

  /**
   * c = a b, or c += a b, c with rows side by side. Of float32, whole vectors of columns are
   * multiplied where they lie, if columns of b are neighbors: both operands are in the cache.
   */
  static void multiply(
      Lanes lanes,
      int rows,
      int cols,
      int inner,
      Matrix a,
      Matrix b,
      Matrix c,
      boolean accumulate) {
    int whole = cols / LANES * LANES;
    if (!(c.array instanceof float[] out) || b.col != 1 || whole == 0 || inner == 0) {
      copyAndMultiply(lanes, rows, cols, inner, a, b, c, accumulate);
      return;
    }
    for (int l = 0; l < inner; l += Lanes.GEMM_INNER_BLOCK) {
      lanes.gemmInPlace(
          rows,
          whole,
          Math.min(Lanes.GEMM_INNER_BLOCK, inner - l),
          (float[]) a.array,
          a.offset + l * a.col,
          a.row,
          a.col,
          (float[]) b.array,
          b.offset + l * b.row,
          b.row,
          out,
          c.offset,
          c.row,
          accumulate || l > 0,
          1,
          0,
          0,
          0);
    }
    if (whole < cols) {
      Matrix right = new Matrix(b.array, b.offset + whole, b.row, 1);
      Matrix to = new Matrix(out, c.offset + whole, c.row, 1);
      copyAndMultiply(lanes, rows, cols - whole, inner, a, right, to, accumulate);
    }
  }

  private static void copyAndMultiply(
      Lanes lanes,
      int rows,
      int cols,
      int inner,
      Matrix a,
      Matrix b,
      Matrix c,
      boolean accumulate) {
    if (c.array instanceof float[] out) {
      lanes.gemm(
          rows,
          cols,
          inner,
          (float[]) a.array,
          a.offset,
          a.row,
          a.col,
          (float[]) b.array,
          b.offset,
          b.row,
          b.col,
          out,
          c.offset,
          c.row,
          accumulate);
    } else {
      lanes.gemm(
          rows,
          cols,
          inner,
          (double[]) a.array,
          a.offset,
          a.row,
          a.col,
          (double[]) b.array,
          b.offset,
          b.row,
          b.col,
          (double[]) c.array,
          c.offset,
          c.row,
          accumulate);
    }
  }
}
