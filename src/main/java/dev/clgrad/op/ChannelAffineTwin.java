package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.TwinCall;

/** The kernels of batch_norm for y and dx in Java. */
final class ChannelAffineTwin {
  private ChannelAffineTwin() {}

  static void forward(TwinCall call) {
    call.parallel(
        call.integer(6),
        LayerNormTwin.grain(call.integer(10)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            forwardFloat(call, begin, end);
          } else {
            forwardDouble(call, begin, end);
          }
        });
  }

  /** dx. */
  static void input(TwinCall call) {
    call.parallel(
        call.integer(7),
        LayerNormTwin.grain(call.integer(11)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            inputFloat(call, begin, end);
          } else {
            inputDouble(call, begin, end);
          }
        });
  }

  private static void forwardFloat(TwinCall call, long begin, long end) {
    int channels = (int) call.integer(7);
    long count = call.integer(8);
    long segments = call.integer(9);
    long length = call.integer(10);
    float n = (float) call.integer(11);
    float eps = (float) call.real(12);
    float[] v = new float[(int) Math.min(length, count)];
    for (long item = begin; item < end; item++) {
      long first = item % segments * length;
      long at = item / segments * count + first;
      int width = (int) Math.min(length, count - first);
      int c = (int) (item / segments % channels);
      float m = call.floats(1)[call.offset(1) + c];
      float squares = call.floats(2)[call.offset(2) + c];
      float scale = 1 / (float) Math.sqrt(squares / n + eps) * call.floats(3)[call.offset(3) + c];
      float shift = call.floats(4)[call.offset(4) + c];
      TwinCall.Segment x = call.segment(0, at, width);
      System.arraycopy(x.floats(), x.offset(), v, 0, width);
      forward(v, width, m, scale, shift);
      System.arraycopy(v, 0, call.floats(5), call.offset(5) + (int) at, width);
    }
  }

  /** Overwrites x with y: the JIT compiler makes vectors of loops over local arrays alone. */
  private static void forward(float[] x, int n, float mean, float scale, float shift) {
    for (int k = 0; k < n; k++) {
      x[k] = (x[k] - mean) * scale + shift;
    }
  }

  private static void inputFloat(TwinCall call, long begin, long end) {
    int channels = (int) call.integer(8);
    long count = call.integer(9);
    long segments = call.integer(10);
    long length = call.integer(11);
    float n = (float) call.integer(12);
    float eps = (float) call.real(13);
    float[] v = new float[(int) Math.min(length, count)];
    float[] g = new float[v.length];
    for (long item = begin; item < end; item++) {
      long first = item % segments * length;
      long at = item / segments * count + first;
      int width = (int) Math.min(length, count - first);
      int c = (int) (item / segments % channels);
      float m = call.floats(2)[call.offset(2) + c];
      float squares = call.floats(3)[call.offset(3) + c];
      float rstd = 1 / (float) Math.sqrt(squares / n + eps);
      float scale = call.floats(4)[call.offset(4) + c];
      float meanG = scale * (call.floats(5)[call.offset(5) + c] / n);
      float slope = rstd * rstd * (scale * (call.floats(5)[call.offset(5) + channels + c] / n));
      TwinCall.Segment dy = call.segment(0, at, width);
      System.arraycopy(call.floats(1), call.offset(1) + (int) at, v, 0, width);
      System.arraycopy(dy.floats(), dy.offset(), g, 0, width);
      input(g, v, width, m, rstd, scale, meanG, slope);
      System.arraycopy(v, 0, call.floats(6), call.offset(6) + (int) at, width);
    }
  }

  /** Overwrites x with dx. */
  private static void input(
      float[] dy, float[] x, int n, float mean, float rstd, float scale, float meanG, float slope) {
    for (int k = 0; k < n; k++) {
      x[k] = rstd * (dy[k] * scale - meanG - (x[k] - mean) * slope);
    }
  }

  private static void forwardDouble(TwinCall call, long begin, long end) {
    int channels = (int) call.integer(7);
    long count = call.integer(8);
    long segments = call.integer(9);
    long length = call.integer(10);
    double n = (double) call.integer(11);
    double eps = call.real(12);
    double[] v = new double[(int) Math.min(length, count)];
    for (long item = begin; item < end; item++) {
      long first = item % segments * length;
      long at = item / segments * count + first;
      int width = (int) Math.min(length, count - first);
      int c = (int) (item / segments % channels);
      double m = call.doubles(1)[call.offset(1) + c];
      double squares = call.doubles(2)[call.offset(2) + c];
      double scale = 1 / Math.sqrt(squares / n + eps) * call.doubles(3)[call.offset(3) + c];
      double shift = call.doubles(4)[call.offset(4) + c];
      TwinCall.Segment x = call.segment(0, at, width);
      System.arraycopy(x.doubles(), x.offset(), v, 0, width);
      forward(v, width, m, scale, shift);
      System.arraycopy(v, 0, call.doubles(5), call.offset(5) + (int) at, width);
    }
  }

  /** Overwrites x with y: the JIT compiler makes vectors of loops over local arrays alone. */
  private static void forward(double[] x, int n, double mean, double scale, double shift) {
    for (int k = 0; k < n; k++) {
      x[k] = (x[k] - mean) * scale + shift;
    }
  }

  private static void inputDouble(TwinCall call, long begin, long end) {
    int channels = (int) call.integer(8);
    long count = call.integer(9);
    long segments = call.integer(10);
    long length = call.integer(11);
    double n = (double) call.integer(12);
    double eps = call.real(13);
    double[] v = new double[(int) Math.min(length, count)];
    double[] g = new double[v.length];
    for (long item = begin; item < end; item++) {
      long first = item % segments * length;
      long at = item / segments * count + first;
      int width = (int) Math.min(length, count - first);
      int c = (int) (item / segments % channels);
      double m = call.doubles(2)[call.offset(2) + c];
      double squares = call.doubles(3)[call.offset(3) + c];
      double rstd = 1 / Math.sqrt(squares / n + eps);
      double scale = call.doubles(4)[call.offset(4) + c];
      double meanG = scale * (call.doubles(5)[call.offset(5) + c] / n);
      double slope = rstd * rstd * (scale * (call.doubles(5)[call.offset(5) + channels + c] / n));
      TwinCall.Segment dy = call.segment(0, at, width);
      System.arraycopy(call.doubles(1), call.offset(1) + (int) at, v, 0, width);
      System.arraycopy(dy.doubles(), dy.offset(), g, 0, width);
      input(g, v, width, m, rstd, scale, meanG, slope);
      System.arraycopy(v, 0, call.doubles(6), call.offset(6) + (int) at, width);
    }
  }

  /** Overwrites x with dx. */
  private static void input(
      double[] dy,
      double[] x,
      int n,
      double mean,
      double rstd,
      double scale,
      double meanG,
      double slope) {
    for (int k = 0; k < n; k++) {
      x[k] = rstd * (dy[k] * scale - meanG - (x[k] - mean) * slope);
    }
  }
}
