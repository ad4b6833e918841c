package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.TwinCall;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of layer_norm in Java. A row is worked on in arrays of its own, from index 0 on:
 * loops over them become vector code, and it stays in the nearest cache.
 */
final class LayerNormTwin {
  /** Fewer elements than this are not worth another thread. */
  private static final long GRAIN = 8192;

  private LayerNormTwin() {}

  static void forward(TwinCall call) {
    call.parallel(
        call.integer(6),
        grain(call.integer(7)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            forwardFloat(call, begin, end);
          } else {
            forwardDouble(call, begin, end);
          }
        });
  }

  /** dx alone. */
  static void backwardInput(TwinCall call) {
    int n = (int) call.integer(7);
    call.parallel(
        call.integer(6),
        grain(n),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            backwardFloat(call, n, begin, end, null, new float[0], call.integer(8) != 0);
          } else {
            backwardDouble(call, n, begin, end, null, new double[0], call.integer(8) != 0);
          }
        });
  }

  /** dw and db alone, of each segment. */
  static void backwardColumns(TwinCall call) {
    call.parallel(
        call.integer(9),
        grain(call.integer(7) * call.integer(8)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            columnsFloat(call, begin, end);
          } else {
            columnsDouble(call, begin, end);
          }
        });
  }

  /** dx, and dw and db of each segment. */
  static void backward(TwinCall call) {
    call.parallel(
        call.integer(11),
        grain(call.integer(9) * call.integer(10)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            segmentsFloat(call, begin, end);
          } else {
            segmentsDouble(call, begin, end);
          }
        });
  }

  /** The fewest rows of so many elements that are worth another thread. */
  static long grain(long elements) {
    return Math.max(1, GRAIN / Math.max(elements, 1));
  }

  private static void forwardFloat(TwinCall call, long begin, long end) {
    int n = (int) call.integer(7);
    float[] w = wholeFloat(call, 1, n);
    float[] b = wholeFloat(call, 2, n);
    float[] v = new float[n];
    float eps = (float) call.real(8);
    boolean centered = call.integer(9) != 0;
    for (long row = begin; row < end; row++) {
      TwinCall.Segment x = call.segment(0, row * n, n);
      System.arraycopy(x.array(), x.offset(), v, 0, n);
      float mean = centered ? call.lanes().sum(v, 0, n) / n : 0;
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      float variance = call.lanes().dot(v, 0, v, 0, n) / n;
      float rstd = 1 / (float) Math.sqrt(variance + eps);
      for (int k = 0; k < n; k++) {
        v[k] = v[k] * rstd * w[k] + b[k];
      }
      System.arraycopy(v, 0, call.floats(3), call.offset(3) + (int) row * n, n);
      call.floats(4)[call.offset(4) + (int) row] = mean;
      call.floats(5)[call.offset(5) + (int) row] = rstd;
    }
  }

  /** Rows of dx, and where {@code dw} is not null, their sums for it and {@code db}. */
  private static void backwardFloat(
      TwinCall call,
      int n,
      long begin,
      long end,
      float @Nullable [] dw,
      float[] db,
      boolean centered) {
    float[] w = wholeFloat(call, 2, n);
    float[] d = new float[n];
    float[] h = new float[n];
    float[] g = new float[n];
    for (long row = begin; row < end; row++) {
      TwinCall.Segment dy = call.segment(0, row * n, n);
      System.arraycopy(dy.array(), dy.offset(), d, 0, n);
      float rstd = normalizedFloat(call, 1, 3, row, h);
      for (int k = 0; k < n; k++) {
        g[k] = d[k] * w[k];
      }
      float meanG = centered ? call.lanes().sum(g, 0, n) / n : 0;
      float meanGh = call.lanes().dot(g, 0, h, 0, n) / n;
      if (dw != null) {
        sumsFloat(call.lanes(), d, h, dw, db);
      }
      for (int k = 0; k < n; k++) {
        g[k] = rstd * (g[k] - meanG - h[k] * meanGh);
      }
      System.arraycopy(g, 0, call.floats(5), call.offset(5) + (int) row * n, n);
    }
  }

  private static void segmentsFloat(TwinCall call, long begin, long end) {
    int n = (int) call.integer(9);
    long length = call.integer(10);
    for (long segment = begin; segment < end; segment++) {
      float[] dw = new float[n];
      float[] db = new float[n];
      long first = segment * length;
      long behind = Math.min(first + length, call.integer(8));
      backwardFloat(call, n, first, behind, dw, db, call.integer(12) != 0);
      System.arraycopy(dw, 0, call.floats(6), call.offset(6) + (int) segment * n, n);
      System.arraycopy(db, 0, call.floats(7), call.offset(7) + (int) segment * n, n);
    }
  }

  private static void columnsFloat(TwinCall call, long begin, long end) {
    int n = (int) call.integer(7);
    long length = call.integer(8);
    float[] d = new float[n];
    float[] h = new float[n];
    for (long segment = begin; segment < end; segment++) {
      float[] dw = new float[n];
      float[] db = new float[n];
      long behind = Math.min((segment + 1) * length, call.integer(6));
      for (long row = segment * length; row < behind; row++) {
        TwinCall.Segment dy = call.segment(0, row * n, n);
        System.arraycopy(dy.array(), dy.offset(), d, 0, n);
        normalizedFloat(call, 1, 2, row, h);
        sumsFloat(call.lanes(), d, h, dw, db);
      }
      System.arraycopy(dw, 0, call.floats(4), call.offset(4) + (int) segment * n, n);
      System.arraycopy(db, 0, call.floats(5), call.offset(5) + (int) segment * n, n);
    }
  }

  /** Adds dy h to dw, and dy to db; {@code dy} is overwritten. */
  private static void sumsFloat(Lanes lanes, float[] dy, float[] h, float[] dw, float[] db) {
    int n = dy.length;
    lanes.addInto(db, 0, dy, 0, n);
    for (int k = 0; k < n; k++) {
      dy[k] *= h[k];
    }
    lanes.addInto(dw, 0, dy, 0, n);
  }

  /** Makes h of a row of the saved x; its 1 / standard deviation, which lies behind the mean. */
  private static float normalizedFloat(TwinCall call, int x, int mean, long row, float[] h) {
    int n = h.length;
    System.arraycopy(call.floats(x), call.offset(x) + (int) row * n, h, 0, n);
    float m = call.floats(mean)[call.offset(mean) + (int) row];
    float rstd = call.floats(mean + 1)[call.offset(mean + 1) + (int) row];
    for (int k = 0; k < n; k++) {
      h[k] = (h[k] - m) * rstd;
    }
    return rstd;
  }

  /** The first n elements of an argument. */
  static float[] wholeFloat(TwinCall call, int arg, int n) {
    int from = call.offset(arg);
    return Arrays.copyOfRange(call.floats(arg), from, from + n);
  }

  private static void forwardDouble(TwinCall call, long begin, long end) {
    int n = (int) call.integer(7);
    double[] w = wholeDouble(call, 1, n);
    double[] b = wholeDouble(call, 2, n);
    double[] v = new double[n];
    double eps = call.real(8);
    boolean centered = call.integer(9) != 0;
    for (long row = begin; row < end; row++) {
      TwinCall.Segment x = call.segment(0, row * n, n);
      System.arraycopy(x.array(), x.offset(), v, 0, n);
      double mean = centered ? call.lanes().sum(v, 0, n) / n : 0;
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      double variance = call.lanes().dot(v, 0, v, 0, n) / n;
      double rstd = 1 / Math.sqrt(variance + eps);
      for (int k = 0; k < n; k++) {
        v[k] = v[k] * rstd * w[k] + b[k];
      }
      System.arraycopy(v, 0, call.doubles(3), call.offset(3) + (int) row * n, n);
      call.doubles(4)[call.offset(4) + (int) row] = mean;
      call.doubles(5)[call.offset(5) + (int) row] = rstd;
    }
  }

  /** Rows of dx, and where {@code dw} is not null, their sums for it and {@code db}. */
  private static void backwardDouble(
      TwinCall call,
      int n,
      long begin,
      long end,
      double @Nullable [] dw,
      double[] db,
      boolean centered) {
    double[] w = wholeDouble(call, 2, n);
    double[] d = new double[n];
    double[] h = new double[n];
    double[] g = new double[n];
    for (long row = begin; row < end; row++) {
      TwinCall.Segment dy = call.segment(0, row * n, n);
      System.arraycopy(dy.array(), dy.offset(), d, 0, n);
      double rstd = normalizedDouble(call, 1, 3, row, h);
      for (int k = 0; k < n; k++) {
        g[k] = d[k] * w[k];
      }
      double meanG = centered ? call.lanes().sum(g, 0, n) / n : 0;
      double meanGh = call.lanes().dot(g, 0, h, 0, n) / n;
      if (dw != null) {
        sumsDouble(call.lanes(), d, h, dw, db);
      }
      for (int k = 0; k < n; k++) {
        g[k] = rstd * (g[k] - meanG - h[k] * meanGh);
      }
      System.arraycopy(g, 0, call.doubles(5), call.offset(5) + (int) row * n, n);
    }
  }

  private static void segmentsDouble(TwinCall call, long begin, long end) {
    int n = (int) call.integer(9);
    long length = call.integer(10);
    for (long segment = begin; segment < end; segment++) {
      double[] dw = new double[n];
      double[] db = new double[n];
      long first = segment * length;
      long behind = Math.min(first + length, call.integer(8));
      backwardDouble(call, n, first, behind, dw, db, call.integer(12) != 0);
      System.arraycopy(dw, 0, call.doubles(6), call.offset(6) + (int) segment * n, n);
      System.arraycopy(db, 0, call.doubles(7), call.offset(7) + (int) segment * n, n);
    }
  }

  private static void columnsDouble(TwinCall call, long begin, long end) {
    int n = (int) call.integer(7);
    long length = call.integer(8);
    double[] d = new double[n];
    double[] h = new double[n];
    for (long segment = begin; segment < end; segment++) {
      double[] dw = new double[n];
      double[] db = new double[n];
      long behind = Math.min((segment + 1) * length, call.integer(6));
      for (long row = segment * length; row < behind; row++) {
        TwinCall.Segment dy = call.segment(0, row * n, n);
        System.arraycopy(dy.array(), dy.offset(), d, 0, n);
        normalizedDouble(call, 1, 2, row, h);
        sumsDouble(call.lanes(), d, h, dw, db);
      }
      System.arraycopy(dw, 0, call.doubles(4), call.offset(4) + (int) segment * n, n);
      System.arraycopy(db, 0, call.doubles(5), call.offset(5) + (int) segment * n, n);
    }
  }

  /** Adds dy h to dw, and dy to db; {@code dy} is overwritten. */
  private static void sumsDouble(Lanes lanes, double[] dy, double[] h, double[] dw, double[] db) {
    int n = dy.length;
    lanes.addInto(db, 0, dy, 0, n);
    for (int k = 0; k < n; k++) {
      dy[k] *= h[k];
    }
    lanes.addInto(dw, 0, dy, 0, n);
  }

  /** Makes h of a row of the saved x; its 1 / standard deviation, which lies behind the mean. */
  private static double normalizedDouble(TwinCall call, int x, int mean, long row, double[] h) {
    int n = h.length;
    System.arraycopy(call.doubles(x), call.offset(x) + (int) row * n, h, 0, n);
    double m = call.doubles(mean)[call.offset(mean) + (int) row];
    double rstd = call.doubles(mean + 1)[call.offset(mean + 1) + (int) row];
    for (int k = 0; k < n; k++) {
      h[k] = (h[k] - m) * rstd;
    }
    return rstd;
  }

  /** The first n elements of an argument. */
  static double[] wholeDouble(TwinCall call, int arg, int n) {
    int from = call.offset(arg);
    return Arrays.copyOfRange(call.doubles(arg), from, from + n);
  }
}
