package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.TwinCall;
import java.util.Arrays;

/** The kernels of cross_entropy in Java. */
final class CrossEntropyTwin {
  private static final int MEAN = CrossEntropy.Mode.MEAN.ordinal();
  private static final int NONE = CrossEntropy.Mode.NONE.ordinal();

  private CrossEntropyTwin() {}

  static void forward(TwinCall call) {
    int count = (int) call.integer(7);
    call.parallel(
        call.integer(6),
        Math.max(1, 4096 / Math.max(count, 1)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            forwardFloat(call, begin, end);
          } else {
            forwardDouble(call, begin, end);
          }
        });
  }

  static void backward(TwinCall call) {
    int count = (int) call.integer(8);
    call.parallel(
        call.integer(7),
        Math.max(1, 4096 / Math.max(count, 1)),
        (begin, end) -> {
          if (call.dtype(1) == DType.FLOAT32) {
            backwardFloat(call, begin, end);
          } else {
            backwardDouble(call, begin, end);
          }
        });
  }

  static void target(TwinCall call) {
    call.parallel(
        call.integer(4),
        16384,
        (begin, end) -> {
          if (call.dtype(3) == DType.FLOAT32) {
            targetFloat(call, begin, end);
          } else {
            targetDouble(call, begin, end);
          }
        });
  }

  static void mean(TwinCall call) {
    if (call.dtype(0) == DType.FLOAT32) {
      float[] totals = call.floats(0);
      call.floats(1)[call.offset(1)] = totals[call.offset(0)] / totals[call.offset(0) + 1];
    } else {
      double[] totals = call.doubles(0);
      call.doubles(1)[call.offset(1)] = totals[call.offset(0)] / totals[call.offset(0) + 1];
    }
  }

  private static boolean isClass(long t, int count, long ignoreIndex) {
    return t != ignoreIndex && t >= 0 && t < count;
  }

  private static void forwardFloat(TwinCall call, long begin, long end) {
    int positions = (int) call.integer(6);
    int count = (int) call.integer(7);
    long ignoreIndex = call.integer(9);
    boolean weighted = call.integer(10) != 0;
    float smoothing = (float) call.real(11);
    float[] weight = call.floats(2);
    int weightAt = call.offset(2);
    float[] stats = call.floats(3);
    float[] terms = call.floats(4);
    float[] scratch = new float[count];
    FloatLines x = new FloatLines(call, 0, count, (int) call.integer(8));
    for (int p = (int) begin; p < end; p++) {
      x.load(p);
      float top = call.lanes().max(x.array, x.at, count);
      float logSum =
          (float) Math.log(call.lanes().expShifted(x.array, x.at, top, scratch, 0, count));
      stats[call.offset(3) + p] = top;
      stats[call.offset(3) + positions + p] = logSum;
      long t = call.longs(1)[call.offset(1) + p];
      float loss = 0;
      float w = 0;
      if (isClass(t, count, ignoreIndex)) {
        w = weighted ? weight[weightAt + (int) t] : 1;
        loss = w * (logSum - (x.array[x.at + (int) t] - top));
        if (smoothing != 0) {
          for (int c = 0; c < count; c++) {
            scratch[c] =
                (logSum - (x.array[x.at + c] - top)) * (weighted ? weight[weightAt + c] : 1);
          }
          float smooth = call.lanes().sum(scratch, 0, count);
          loss = (1 - smoothing) * loss + smoothing / count * smooth;
        }
      } else if (t != ignoreIndex) {
        call.fail(5, t);
      }
      terms[call.offset(4) + p] = loss;
      terms[call.offset(4) + positions + p] = w;
    }
  }

  private static void backwardFloat(TwinCall call, long begin, long end) {
    int positions = (int) call.integer(7);
    int count = (int) call.integer(8);
    int inner = (int) call.integer(9);
    boolean weighted = call.integer(11) != 0;
    float smoothing = (float) call.real(12);
    int reduction = (int) call.integer(13);
    float[] weight = call.floats(3);
    int weightAt = call.offset(3);
    float[] stats = call.floats(4);
    int statsAt = call.offset(4);
    float allWeights = weighted ? call.lanes().sum(weight, weightAt, count) : count;
    FloatLines x = new FloatLines(call, 1, count, inner);
    FloatLines dx = new FloatLines(call, 6, count, inner);
    for (int p = (int) begin; p < end; p++) {
      x.load(p);
      dx.seek(p);
      long t = call.longs(2)[call.offset(2) + p];
      if (!isClass(t, count, call.integer(10))) {
        Arrays.fill(dx.array, dx.at, dx.at + count, 0);
        dx.store();
        continue;
      }
      float g = call.floats(0)[call.offset(0) + (reduction == NONE ? p : 0)];
      if (reduction == MEAN) {
        g /= call.floats(5)[call.offset(5) + 1];
      }
      float own = g * (1 - smoothing) * (weighted ? weight[weightAt + (int) t] : 1);
      float share = g * smoothing / count;
      float scale = smoothing != 0 ? own + share * allWeights : own;
      float top = stats[statsAt + p];
      float logSum = stats[statsAt + positions + p];
      for (int c = 0; c < count; c++) {
        dx.array[dx.at + c] = x.array[x.at + c] - top;
      }
      call.lanes().expShifted(dx.array, dx.at, logSum, dx.array, dx.at, count);
      for (int c = 0; c < count; c++) {
        dx.array[dx.at + c] *= scale;
      }
      if (smoothing != 0) {
        for (int c = 0; c < count; c++) {
          dx.array[dx.at + c] -= share * (weighted ? weight[weightAt + c] : 1);
        }
      }
      dx.array[dx.at + (int) t] -= own;
      dx.store();
    }
  }

  private static void targetFloat(TwinCall call, long begin, long end) {
    int count = (int) call.integer(5);
    int inner = (int) call.integer(6);
    boolean weighted = call.integer(8) != 0;
    float smoothing = (float) call.real(9);
    float divisor = call.integer(10) == MEAN ? call.floats(2)[call.offset(2) + 1] : 1;
    for (int i = (int) begin; i < end; i++) {
      int c = i / inner % count;
      long t = call.longs(0)[call.offset(0) + i / inner / count * inner + i % inner];
      float w = weighted ? call.floats(1)[call.offset(1) + c] : 1;
      float part = (c == t ? (1 - smoothing) * w : 0) + smoothing / count * w;
      call.floats(3)[call.offset(3) + i] = isClass(t, count, call.integer(7)) ? part / divisor : 0;
    }
  }

  private static void forwardDouble(TwinCall call, long begin, long end) {
    int positions = (int) call.integer(6);
    int count = (int) call.integer(7);
    long ignoreIndex = call.integer(9);
    boolean weighted = call.integer(10) != 0;
    double smoothing = call.real(11);
    double[] weight = call.doubles(2);
    int weightAt = call.offset(2);
    double[] stats = call.doubles(3);
    double[] terms = call.doubles(4);
    double[] scratch = new double[count];
    DoubleLines x = new DoubleLines(call, 0, count, (int) call.integer(8));
    for (int p = (int) begin; p < end; p++) {
      x.load(p);
      double top = call.lanes().max(x.array, x.at, count);
      double logSum = Math.log(call.lanes().expShifted(x.array, x.at, top, scratch, 0, count));
      stats[call.offset(3) + p] = top;
      stats[call.offset(3) + positions + p] = logSum;
      long t = call.longs(1)[call.offset(1) + p];
      double loss = 0;
      double w = 0;
      if (isClass(t, count, ignoreIndex)) {
        w = weighted ? weight[weightAt + (int) t] : 1;
        loss = w * (logSum - (x.array[x.at + (int) t] - top));
        if (smoothing != 0) {
          for (int c = 0; c < count; c++) {
            scratch[c] =
                (logSum - (x.array[x.at + c] - top)) * (weighted ? weight[weightAt + c] : 1);
          }
          double smooth = call.lanes().sum(scratch, 0, count);
          loss = (1 - smoothing) * loss + smoothing / count * smooth;
        }
      } else if (t != ignoreIndex) {
        call.fail(5, t);
      }
      terms[call.offset(4) + p] = loss;
      terms[call.offset(4) + positions + p] = w;
    }
  }

  private static void backwardDouble(TwinCall call, long begin, long end) {
    int positions = (int) call.integer(7);
    int count = (int) call.integer(8);
    int inner = (int) call.integer(9);
    boolean weighted = call.integer(11) != 0;
    double smoothing = call.real(12);
    int reduction = (int) call.integer(13);
    double[] weight = call.doubles(3);
    int weightAt = call.offset(3);
    double[] stats = call.doubles(4);
    int statsAt = call.offset(4);
    double allWeights = weighted ? call.lanes().sum(weight, weightAt, count) : count;
    DoubleLines x = new DoubleLines(call, 1, count, inner);
    DoubleLines dx = new DoubleLines(call, 6, count, inner);
    for (int p = (int) begin; p < end; p++) {
      x.load(p);
      dx.seek(p);
      long t = call.longs(2)[call.offset(2) + p];
      if (!isClass(t, count, call.integer(10))) {
        Arrays.fill(dx.array, dx.at, dx.at + count, 0);
        dx.store();
        continue;
      }
      double g = call.doubles(0)[call.offset(0) + (reduction == NONE ? p : 0)];
      if (reduction == MEAN) {
        g /= call.doubles(5)[call.offset(5) + 1];
      }
      double own = g * (1 - smoothing) * (weighted ? weight[weightAt + (int) t] : 1);
      double share = g * smoothing / count;
      double scale = smoothing != 0 ? own + share * allWeights : own;
      double top = stats[statsAt + p];
      double logSum = stats[statsAt + positions + p];
      for (int c = 0; c < count; c++) {
        dx.array[dx.at + c] = x.array[x.at + c] - top;
      }
      call.lanes().expShifted(dx.array, dx.at, logSum, dx.array, dx.at, count);
      for (int c = 0; c < count; c++) {
        dx.array[dx.at + c] *= scale;
      }
      if (smoothing != 0) {
        for (int c = 0; c < count; c++) {
          dx.array[dx.at + c] -= share * (weighted ? weight[weightAt + c] : 1);
        }
      }
      dx.array[dx.at + (int) t] -= own;
      dx.store();
    }
  }

  private static void targetDouble(TwinCall call, long begin, long end) {
    int count = (int) call.integer(5);
    int inner = (int) call.integer(6);
    boolean weighted = call.integer(8) != 0;
    double smoothing = call.real(9);
    double divisor = call.integer(10) == MEAN ? call.doubles(2)[call.offset(2) + 1] : 1;
    for (int i = (int) begin; i < end; i++) {
      int c = i / inner % count;
      long t = call.longs(0)[call.offset(0) + i / inner / count * inner + i % inner];
      double w = weighted ? call.doubles(1)[call.offset(1) + c] : 1;
      double part = (c == t ? (1 - smoothing) * w : 0) + smoothing / count * w;
      call.doubles(3)[call.offset(3) + i] = isClass(t, count, call.integer(7)) ? part / divisor : 0;
    }
  }
}
