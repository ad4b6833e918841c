package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.TwinCall;

/** The kernels of var in Java: two passes over each row or tile, which stays in cache. */
final class MomentsTwin {
  /** Columns taken together. */
  private static final int TILE = 512;

  /** Sums side by side. */
  private static final int LANES = 8;

  private MomentsTwin() {}

  static void forward(TwinCall call) {
    int inner = (int) call.integer(6);
    long length = call.integer(7);
    int tiles = (inner + TILE - 1) / TILE;
    call.parallel(
        call.integer(3) / inner * tiles,
        Math.max(1, 16384 / Math.max(length * Math.min(inner, TILE), 1)),
        (begin, end) -> {
          for (long task = begin; task < end; task++) {
            if (inner == 1) {
              row(call, task);
            } else {
              columns(call, task / tiles, (int) (task % tiles) * TILE);
            }
          }
        });
  }

  private static void row(TwinCall call, long item) {
    long segments = call.integer(4);
    long count = call.integer(5);
    long length = call.integer(7);
    long from = item % segments * length;
    int n = (int) Math.min(length, count - from);
    TwinCall.Segment x = call.segment(0, item / segments * count + from, n);
    if (call.dtype(0) == DType.FLOAT32) {
      float mean = call.lanes().sum(x.floats(), x.offset(), n) / n;
      call.floats(1)[call.offset(1) + (int) item] = mean;
      call.floats(2)[call.offset(2) + (int) item] = squares(x.floats(), x.offset(), n, mean);
    } else {
      double mean = call.lanes().sum(x.doubles(), x.offset(), n) / n;
      call.doubles(1)[call.offset(1) + (int) item] = mean;
      call.doubles(2)[call.offset(2) + (int) item] = squares(x.doubles(), x.offset(), n, mean);
    }
  }

  private static float squares(float[] x, int at, int n, float mean) {
    // In double, the squares of so many floats lose nothing that a float would show.
    double[] sums = new double[LANES];
    int whole = n / LANES * LANES;
    for (int k = 0; k < whole; k += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        double d = (double) x[at + k + lane] - mean;
        sums[lane] += d * d;
      }
    }
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    for (int k = whole; k < n; k++) {
      double d = (double) x[at + k] - mean;
      total += d * d;
    }
    return (float) total;
  }

  private static double squares(double[] x, int at, int n, double mean) {
    double[] sums = new double[LANES];
    int whole = n / LANES * LANES;
    for (int k = 0; k < whole; k += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        double d = x[at + k + lane] - mean;
        sums[lane] += d * d;
      }
    }
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    for (int k = whole; k < n; k++) {
      double d = x[at + k] - mean;
      total += d * d;
    }
    return total;
  }

  /** Columns side by side, each row read once: Welford's update. */
  private static void columns(TwinCall call, long item, int column) {
    long segments = call.integer(4);
    long count = call.integer(5);
    int inner = (int) call.integer(6);
    long length = call.integer(7);
    int width = Math.min(TILE, inner - column);
    long from = item % segments * length;
    int rows = (int) Math.min(length, count - from);
    long at = (item / segments * count + from) * inner + column;
    int to = (int) item * inner + column;
    double[] mean = new double[width];
    double[] squares = new double[width];
    for (int k = 0; k < rows; k++) {
      TwinCall.Segment x = call.segment(0, at + (long) k * inner, width);
      double share = 1.0 / (k + 1);
      if (call.dtype(0) == DType.FLOAT32) {
        float[] values = x.floats();
        for (int j = 0; j < width; j++) {
          double d = values[x.offset() + j] - mean[j];
          mean[j] += d * share;
          squares[j] += d * (values[x.offset() + j] - mean[j]);
        }
      } else {
        double[] values = x.doubles();
        for (int j = 0; j < width; j++) {
          double d = values[x.offset() + j] - mean[j];
          mean[j] += d * share;
          squares[j] += d * (values[x.offset() + j] - mean[j]);
        }
      }
    }
    for (int j = 0; j < width; j++) {
      // The mean of no elements is not a number.
      store(call, 1, to + j, rows == 0 ? Double.NaN : mean[j]);
      store(call, 2, to + j, squares[j]);
    }
  }

  private static void store(TwinCall call, int arg, int at, double value) {
    if (call.dtype(arg) == DType.FLOAT32) {
      call.floats(arg)[call.offset(arg) + at] = (float) value;
    } else {
      call.doubles(arg)[call.offset(arg) + at] = value;
    }
  }

  private static double load(TwinCall call, int arg, int at) {
    return call.dtype(arg) == DType.FLOAT32
        ? call.floats(arg)[call.offset(arg) + at]
        : call.doubles(arg)[call.offset(arg) + at];
  }

  static void merge(TwinCall call) {
    long segments = call.integer(5);
    long count = call.integer(6);
    int inner = (int) call.integer(7);
    long length = call.integer(8);
    double n = call.integer(9);
    double last = call.integer(10);
    call.parallel(
        call.integer(4),
        Math.max(1, 4096 / Math.max(length, 1)),
        (first, stop) -> {
          for (long item = first; item < stop; item++) {
            long begin = item / inner % segments * length;
            long end = Math.min(begin + length, count);
            long line = item / inner / segments * count * inner + item % inner;
            double seen = 0;
            double mean = count == 0 ? Double.NaN : 0;
            double squares = 0;
            for (long k = begin; k < end; k++) {
              int at = (int) (line + k * inner);
              double more = k == count - 1 ? last : n;
              double all = seen + more;
              double d = load(call, 0, at) - mean;
              mean += d * (more / all);
              squares += load(call, 1, at) + d * d * (seen * (more / all));
              seen = all;
            }
            store(call, 2, (int) item, mean);
            store(call, 3, (int) item, squares);
          }
        });
  }
}
