package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.TwinCall;

/**
 * The kernels of group_norm in Java. A row is worked on in arrays of its own, which stay in the
 * nearest cache.
 */
final class GroupNormTwin {
  private GroupNormTwin() {}

  static void forward(TwinCall call) {
    call.parallel(
        call.integer(6),
        LayerNormTwin.grain(call.integer(8) * call.integer(9)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            forwardFloat(call, begin, end);
          } else {
            forwardDouble(call, begin, end);
          }
        });
  }

  static void backward(TwinCall call) {
    call.parallel(
        call.integer(8),
        LayerNormTwin.grain(call.integer(10) * call.integer(11)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            backwardFloat(call, begin, end);
          } else {
            backwardDouble(call, begin, end);
          }
        });
  }

  private static void forwardFloat(TwinCall call, long begin, long end) {
    int groups = (int) call.integer(7);
    int per = (int) call.integer(8);
    int space = (int) call.integer(9);
    float eps = (float) call.real(10);
    int n = per * space;
    float[] w = LayerNormTwin.wholeFloat(call, 1, groups * per);
    float[] b = LayerNormTwin.wholeFloat(call, 2, groups * per);
    float[] v = new float[n];
    for (long row = begin; row < end; row++) {
      TwinCall.Segment x = call.segment(0, row * n, n);
      System.arraycopy(x.array(), x.offset(), v, 0, n);
      float mean = call.lanes().sum(v, 0, n) / n;
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      // Rounded like the sum of all x; the mean of what is left puts it right.
      float drift = call.lanes().sum(v, 0, n) / n;
      mean += drift;
      for (int k = 0; k < n; k++) {
        v[k] -= drift;
      }
      float squares = call.lanes().dot(v, 0, v, 0, n);
      float rstd = 1 / (float) Math.sqrt(squares / n + eps);
      int channel = (int) (row % groups) * per;
      for (int c = 0; c < per; c++) {
        affineFloat(v, c * space, space, rstd * w[channel + c], b[channel + c]);
      }
      System.arraycopy(v, 0, call.floats(3), call.offset(3) + (int) row * n, n);
      call.floats(4)[call.offset(4) + (int) row] = mean;
      call.floats(5)[call.offset(5) + (int) row] = squares;
    }
  }

  private static void affineFloat(float[] v, int from, int n, float scale, float shift) {
    for (int k = from; k < from + n; k++) {
      v[k] = v[k] * scale + shift;
    }
  }

  private static void backwardFloat(TwinCall call, long begin, long end) {
    int groups = (int) call.integer(9);
    int per = (int) call.integer(10);
    int space = (int) call.integer(11);
    float eps = (float) call.real(12);
    int n = per * space;
    float[] w = LayerNormTwin.wholeFloat(call, 2, groups * per);
    float[] dw = call.floats(6);
    float[] db = call.floats(7);
    float[] d = new float[n];
    float[] v = new float[n];
    for (long row = begin; row < end; row++) {
      TwinCall.Segment dy = call.segment(0, row * n, n);
      System.arraycopy(dy.array(), dy.offset(), d, 0, n);
      System.arraycopy(call.floats(1), call.offset(1) + (int) row * n, v, 0, n);
      float mean = call.floats(3)[call.offset(3) + (int) row];
      float squares = call.floats(4)[call.offset(4) + (int) row];
      float rstd = 1 / (float) Math.sqrt(squares / n + eps);
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      int channel = (int) (row % groups) * per;
      float sumG = 0;
      float productG = 0;
      for (int c = 0; c < per; c++) {
        float sum = call.lanes().sum(d, c * space, space);
        float product = call.lanes().dot(d, c * space, v, c * space, space);
        dw[call.offset(6) + (int) row * per + c] = product * rstd;
        db[call.offset(7) + (int) row * per + c] = sum;
        sumG += w[channel + c] * sum;
        productG += w[channel + c] * product;
      }
      float meanG = sumG / n;
      float slope = rstd * rstd * (productG / n);
      for (int c = 0; c < per; c++) {
        slopeFloat(d, v, c * space, space, w[channel + c], rstd, meanG, slope);
      }
      System.arraycopy(d, 0, call.floats(5), call.offset(5) + (int) row * n, n);
    }
  }

  private static void slopeFloat(
      float[] d, float[] v, int from, int n, float w, float rstd, float meanG, float slope) {
    for (int k = from; k < from + n; k++) {
      d[k] = rstd * (d[k] * w - meanG - v[k] * slope);
    }
  }

  private static void forwardDouble(TwinCall call, long begin, long end) {
    int groups = (int) call.integer(7);
    int per = (int) call.integer(8);
    int space = (int) call.integer(9);
    double eps = call.real(10);
    int n = per * space;
    double[] w = LayerNormTwin.wholeDouble(call, 1, groups * per);
    double[] b = LayerNormTwin.wholeDouble(call, 2, groups * per);
    double[] v = new double[n];
    for (long row = begin; row < end; row++) {
      TwinCall.Segment x = call.segment(0, row * n, n);
      System.arraycopy(x.array(), x.offset(), v, 0, n);
      double mean = call.lanes().sum(v, 0, n) / n;
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      // Rounded like the sum of all x; the mean of what is left puts it right.
      double drift = call.lanes().sum(v, 0, n) / n;
      mean += drift;
      for (int k = 0; k < n; k++) {
        v[k] -= drift;
      }
      double squares = call.lanes().dot(v, 0, v, 0, n);
      double rstd = 1 / Math.sqrt(squares / n + eps);
      int channel = (int) (row % groups) * per;
      for (int c = 0; c < per; c++) {
        affineDouble(v, c * space, space, rstd * w[channel + c], b[channel + c]);
      }
      System.arraycopy(v, 0, call.doubles(3), call.offset(3) + (int) row * n, n);
      call.doubles(4)[call.offset(4) + (int) row] = mean;
      call.doubles(5)[call.offset(5) + (int) row] = squares;
    }
  }

  private static void affineDouble(double[] v, int from, int n, double scale, double shift) {
    for (int k = from; k < from + n; k++) {
      v[k] = v[k] * scale + shift;
    }
  }

  private static void backwardDouble(TwinCall call, long begin, long end) {
    int groups = (int) call.integer(9);
    int per = (int) call.integer(10);
    int space = (int) call.integer(11);
    double eps = call.real(12);
    int n = per * space;
    double[] w = LayerNormTwin.wholeDouble(call, 2, groups * per);
    double[] dw = call.doubles(6);
    double[] db = call.doubles(7);
    double[] d = new double[n];
    double[] v = new double[n];
    for (long row = begin; row < end; row++) {
      TwinCall.Segment dy = call.segment(0, row * n, n);
      System.arraycopy(dy.array(), dy.offset(), d, 0, n);
      System.arraycopy(call.doubles(1), call.offset(1) + (int) row * n, v, 0, n);
      double mean = call.doubles(3)[call.offset(3) + (int) row];
      double squares = call.doubles(4)[call.offset(4) + (int) row];
      double rstd = 1 / Math.sqrt(squares / n + eps);
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      int channel = (int) (row % groups) * per;
      double sumG = 0;
      double productG = 0;
      for (int c = 0; c < per; c++) {
        double sum = call.lanes().sum(d, c * space, space);
        double product = call.lanes().dot(d, c * space, v, c * space, space);
        dw[call.offset(6) + (int) row * per + c] = product * rstd;
        db[call.offset(7) + (int) row * per + c] = sum;
        sumG += w[channel + c] * sum;
        productG += w[channel + c] * product;
      }
      double meanG = sumG / n;
      double slope = rstd * rstd * (productG / n);
      for (int c = 0; c < per; c++) {
        slopeDouble(d, v, c * space, space, w[channel + c], rstd, meanG, slope);
      }
      System.arraycopy(d, 0, call.doubles(5), call.offset(5) + (int) row * n, n);
    }
  }

  private static void slopeDouble(
      double[] d, double[] v, int from, int n, double w, double rstd, double meanG, double slope) {
    for (int k = from; k < from + n; k++) {
      d[k] = rstd * (d[k] * w - meanG - v[k] * slope);
    }
  }
}
