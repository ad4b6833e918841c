package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.Lanes.GEMM_INNER_BLOCK;

import dev.clgrad.backend.ParallelLoop;
import dev.clgrad.backend.cpu.FloatProduct;
import dev.clgrad.backend.cpu.FusedMultiplyAdd;
import dev.clgrad.backend.cpu.PlainDots;
import java.util.Arrays;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of so few rows or columns that copying the other operand would take longer than using
 * it.
 */
final class VectorThin {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int VECTOR = F.length();

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

  private static final ThreadLocal<float[]> PARTIAL =
      ThreadLocal.withInitial(() -> new float[MOST_COMBINATIONS * COLS]);

  private VectorThin() {}

  /** Computes the product if it is that thin, and says whether it is. */
  static boolean run(ParallelLoop threads, FloatProduct p) {
    FloatProduct turned = p.transposed();
    if (combines(p)) {
      inPieces(threads, p, VectorThin::combine);
    } else if (combines(turned)) {
      inPieces(threads, turned, VectorThin::combine);
    } else if (Math.min(p.rows(), p.cols()) <= MOST_DOTS) {
      inPieces(threads, p.rows() <= p.cols() ? p : turned, PlainDots::run);
    } else {
      return false;
    }
    return true;
  }

  private static boolean combines(FloatProduct p) {
    int most = p.cols() >= COLS ? MOST_COMBINATIONS : MOST_SHORT;
    return p.rows() <= most && p.bCol() == 1 && p.cols() >= VECTOR;
  }

  private static void inPieces(ParallelLoop threads, FloatProduct p, Consumer<FloatProduct> each) {
    int width = p.rows() <= MOST_SHORT ? PIECE : COLS;
    threads.run(
        (p.cols() + width - 1) / width,
        Math.max(1, WORTH_SHARING / ((long) width * p.rows() * p.inner())),
        (begin, end) -> {
          int j = (int) begin * width;
          each.accept(p.block(0, j, p.rows(), (int) Math.min(p.cols(), end * width) - j));
        });
  }

  private static void combine(FloatProduct p) {
    float[] partial = PARTIAL.get();
    for (int j = 0; j < p.cols(); j += COLS) {
      int width = Math.min(COLS, p.cols() - j);
      for (int k = 0; k < p.inner(); k += GEMM_INNER_BLOCK) {
        Arrays.fill(partial, 0, p.rows() * COLS, 0);
        take(p, j, width, k, Math.min(p.inner(), k + GEMM_INNER_BLOCK), partial);
        put(p, j, width, p.accumulate() || k > 0, partial);
      }
    }
  }

  private static void take(FloatProduct p, int j, int width, int k, int end, float[] partial) {
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

  private static void put(FloatProduct p, int j, int width, boolean add, float[] partial) {
    for (int i = 0; i < p.rows(); i++) {
      int at = p.cOffset() + i * p.cRow() + j * p.cCol();
      for (int x = 0; x < width; x++) {
        float sum = partial[i * COLS + x];
        p.c()[at] = add ? p.c()[at] + sum : sum;
        at += p.cCol();
      }
    }
  }

  private static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sum) {
    return FusedMultiplyAdd.FAST ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  private static float multiplyAdd(float a, float b, float sum) {
    return FusedMultiplyAdd.FAST ? Math.fma(a, b, sum) : a * b + sum;
  }

  private static void eight(
      int width,
      float[] a,
      int aAt,
      int aStride,
      float[] b,
      int bAt,
      int bStride,
      float[] sum,
      int to) {
    int end = F.loopBound(width);
    vectors(end, a, aAt, aStride, b, bAt, bStride, sum, to);
    for (int x = end; x < width; x++) {
      float s = sum[to + x];
      for (int l = 0; l < TERMS; l++) {
        s = multiplyAdd(a[aAt + l * aStride], b[bAt + l * bStride + x], s);
      }
      sum[to + x] = s;
    }
  }

  private static void vectors(
      int end,
      float[] a,
      int aAt,
      int aStride,
      float[] b,
      int bAt,
      int bStride,
      float[] sum,
      int to) {
    FloatVector a0 = FloatVector.broadcast(F, a[aAt]);
    FloatVector a1 = FloatVector.broadcast(F, a[aAt + aStride]);
    FloatVector a2 = FloatVector.broadcast(F, a[aAt + 2 * aStride]);
    FloatVector a3 = FloatVector.broadcast(F, a[aAt + 3 * aStride]);
    FloatVector a4 = FloatVector.broadcast(F, a[aAt + 4 * aStride]);
    FloatVector a5 = FloatVector.broadcast(F, a[aAt + 5 * aStride]);
    FloatVector a6 = FloatVector.broadcast(F, a[aAt + 6 * aStride]);
    FloatVector a7 = FloatVector.broadcast(F, a[aAt + 7 * aStride]);
    int b1 = bAt + bStride;
    int b2 = bAt + 2 * bStride;
    int b3 = bAt + 3 * bStride;
    int b4 = bAt + 4 * bStride;
    int b5 = bAt + 5 * bStride;
    int b6 = bAt + 6 * bStride;
    int b7 = bAt + 7 * bStride;
    for (int x = 0; x < end; x += VECTOR) {
      FloatVector s = FloatVector.fromArray(F, sum, to + x);
      s = multiplyAdd(a0, FloatVector.fromArray(F, b, bAt + x), s);
      s = multiplyAdd(a1, FloatVector.fromArray(F, b, b1 + x), s);
      s = multiplyAdd(a2, FloatVector.fromArray(F, b, b2 + x), s);
      s = multiplyAdd(a3, FloatVector.fromArray(F, b, b3 + x), s);
      s = multiplyAdd(a4, FloatVector.fromArray(F, b, b4 + x), s);
      s = multiplyAdd(a5, FloatVector.fromArray(F, b, b5 + x), s);
      s = multiplyAdd(a6, FloatVector.fromArray(F, b, b6 + x), s);
      s = multiplyAdd(a7, FloatVector.fromArray(F, b, b7 + x), s);
      s.intoArray(sum, to + x);
    }
  }

  private static void one(int width, float a, float[] b, int bAt, float[] sum, int to) {
    int end = F.loopBound(width);
    FloatVector factor = FloatVector.broadcast(F, a);
    for (int x = 0; x < end; x += VECTOR) {
      FloatVector s = FloatVector.fromArray(F, sum, to + x);
      multiplyAdd(factor, FloatVector.fromArray(F, b, bAt + x), s).intoArray(sum, to + x);
    }
    for (int x = end; x < width; x++) {
      sum[to + x] = multiplyAdd(a, b[bAt + x], sum[to + x]);
    }
  }
}
