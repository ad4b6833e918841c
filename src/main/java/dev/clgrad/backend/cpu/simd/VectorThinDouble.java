package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import dev.clgrad.backend.ParallelLoop;
import dev.clgrad.backend.cpu.DoubleProduct;
import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import dev.clgrad.backend.cpu.PlainDotsDouble;
import java.util.Arrays;
import java.util.function.Consumer;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of doubles with so few rows or columns that copying the other operand would take longer
 * than using it.
 */
final class VectorThinDouble {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int VECTOR = D.length();

  /** The most rows that are taken as linear combinations of the rows of B, if these are long. */
  private static final int MOST_COMBINATIONS = 12;

  /** The most rows that are taken so if the rows of B are short. */
  private static final int MOST_SHORT = 4;

  /** The most rows that are taken as dot products, with the columns of B. */
  private static final int MOST_DOTS = 2;

  /**
   * Columns at a time: so much of eight rows of B and of the result stays in the first-level cache.
   */
  private static final int COLS = 256;

  /** Columns worth a thread's while if there are few rows: some cache lines. */
  private static final int PIECE = 64;

  /** Multiplications worth handing to another thread. */
  private static final long WORTH_SHARING = 65536;

  /** Rows of B at a time. */
  private static final int TERMS = 8;

  private static final ThreadLocal<double[]> PARTIAL =
      ThreadLocal.withInitial(() -> new double[MOST_COMBINATIONS * COLS]);

  private VectorThinDouble() {}

  /** Computes the product if it is that thin, and says whether it is. */
  static boolean run(ParallelLoop threads, DoubleProduct p) {
    DoubleProduct turned = p.transposed();
    if (combines(p)) {
      inPieces(threads, p, VectorThinDouble::combine);
    } else if (combines(turned)) {
      inPieces(threads, turned, VectorThinDouble::combine);
    } else if (Math.min(p.rows(), p.cols()) <= MOST_DOTS) {
      inPieces(threads, p.rows() <= p.cols() ? p : turned, PlainDotsDouble::run);
    } else {
      return false;
    }
    return true;
  }

  private static boolean combines(DoubleProduct p) {
    int most = p.cols() >= COLS ? MOST_COMBINATIONS : MOST_SHORT;
    return p.rows() <= most && p.bCol() == 1 && p.cols() >= VECTOR;
  }

  private static void inPieces(
      ParallelLoop threads, DoubleProduct p, Consumer<DoubleProduct> each) {
    int width = p.rows() <= MOST_SHORT ? PIECE : COLS;
    threads.run(
        (p.cols() + width - 1) / width,
        Math.max(1, WORTH_SHARING / ((long) width * p.rows() * p.inner())),
        (begin, end) -> {
          int j = (int) begin * width;
          each.accept(p.block(0, j, p.rows(), (int) Math.min(p.cols(), end * width) - j));
        });
  }

  private static void combine(DoubleProduct p) {
    double[] partial = PARTIAL.get();
    for (int j = 0; j < p.cols(); j += COLS) {
      int width = Math.min(COLS, p.cols() - j);
      for (int k = 0; k < p.inner(); k += GEMM_INNER_BLOCK) {
        Arrays.fill(partial, 0, p.rows() * COLS, 0);
        take(p, j, width, k, Math.min(p.inner(), k + GEMM_INNER_BLOCK), partial);
        put(p, j, width, p.accumulate() || k > 0, partial);
      }
    }
  }

  private static void take(DoubleProduct p, int j, int width, int k, int end, double[] partial) {
    int at = k;
    for (; at <= end - TERMS; at += TERMS) {
      for (int i = 0; i < p.rows(); i++) {
        int a = p.aOffset() + i * p.aRow() + at * p.aCol();
        int b = p.bOffset() + at * p.bRow() + j;
        eight(width, p.a(), a, p.aCol(), p.b(), b, p.bRow(), partial, i * COLS);
      }
    }
    for (; at < end; at++) {
      for (int i = 0; i < p.rows(); i++) {
        int b = p.bOffset() + at * p.bRow() + j;
        one(width, p.a()[p.aOffset() + i * p.aRow() + at * p.aCol()], p.b(), b, partial, i * COLS);
      }
    }
  }

  private static void put(DoubleProduct p, int j, int width, boolean add, double[] partial) {
    for (int i = 0; i < p.rows(); i++) {
      int at = p.cOffset() + i * p.cRow() + j * p.cCol();
      for (int x = 0; x < width; x++) {
        double sum = partial[i * COLS + x];
        p.c()[at] = add ? p.c()[at] + sum : sum;
        at += p.cCol();
      }
    }
  }

  private static DoubleVector multiplyAdd(DoubleVector a, DoubleVector b, DoubleVector sum) {
    return FusedMultiplyAdd.FAST ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  private static double multiplyAdd(double a, double b, double sum) {
    return FusedMultiplyAdd.FAST ? Math.fma(a, b, sum) : a * b + sum;
  }

  private static void eight(
      int width,
      double[] a,
      int aAt,
      int aStride,
      double[] b,
      int bAt,
      int bStride,
      double[] sum,
      int to) {
    int end = D.loopBound(width);
    vectors(end, a, aAt, aStride, b, bAt, bStride, sum, to);
    for (int x = end; x < width; x++) {
      double s = sum[to + x];
      for (int l = 0; l < TERMS; l++) {
        s = multiplyAdd(a[aAt + l * aStride], b[bAt + l * bStride + x], s);
      }
      sum[to + x] = s;
    }
  }

  private static void vectors(
      int end,
      double[] a,
      int aAt,
      int aStride,
      double[] b,
      int bAt,
      int bStride,
      double[] sum,
      int to) {
    DoubleVector a0 = DoubleVector.broadcast(D, a[aAt]);
    DoubleVector a1 = DoubleVector.broadcast(D, a[aAt + aStride]);
    DoubleVector a2 = DoubleVector.broadcast(D, a[aAt + 2 * aStride]);
    DoubleVector a3 = DoubleVector.broadcast(D, a[aAt + 3 * aStride]);
    DoubleVector a4 = DoubleVector.broadcast(D, a[aAt + 4 * aStride]);
    DoubleVector a5 = DoubleVector.broadcast(D, a[aAt + 5 * aStride]);
    DoubleVector a6 = DoubleVector.broadcast(D, a[aAt + 6 * aStride]);
    DoubleVector a7 = DoubleVector.broadcast(D, a[aAt + 7 * aStride]);
    int b1 = bAt + bStride;
    int b2 = bAt + 2 * bStride;
    int b3 = bAt + 3 * bStride;
    int b4 = bAt + 4 * bStride;
    int b5 = bAt + 5 * bStride;
    int b6 = bAt + 6 * bStride;
    int b7 = bAt + 7 * bStride;
    for (int x = 0; x < end; x += VECTOR) {
      DoubleVector s = DoubleVector.fromArray(D, sum, to + x);
      s = multiplyAdd(a0, DoubleVector.fromArray(D, b, bAt + x), s);
      s = multiplyAdd(a1, DoubleVector.fromArray(D, b, b1 + x), s);
      s = multiplyAdd(a2, DoubleVector.fromArray(D, b, b2 + x), s);
      s = multiplyAdd(a3, DoubleVector.fromArray(D, b, b3 + x), s);
      s = multiplyAdd(a4, DoubleVector.fromArray(D, b, b4 + x), s);
      s = multiplyAdd(a5, DoubleVector.fromArray(D, b, b5 + x), s);
      s = multiplyAdd(a6, DoubleVector.fromArray(D, b, b6 + x), s);
      s = multiplyAdd(a7, DoubleVector.fromArray(D, b, b7 + x), s);
      s.intoArray(sum, to + x);
    }
  }

  private static void one(int width, double a, double[] b, int bAt, double[] sum, int to) {
    int end = D.loopBound(width);
    DoubleVector factor = DoubleVector.broadcast(D, a);
    for (int x = 0; x < end; x += VECTOR) {
      DoubleVector s = DoubleVector.fromArray(D, sum, to + x);
      multiplyAdd(factor, DoubleVector.fromArray(D, b, bAt + x), s).intoArray(sum, to + x);
    }
    for (int x = end; x < width; x++) {
      sum[to + x] = multiplyAdd(a, b[bAt + x], sum[to + x]);
    }
  }
}
