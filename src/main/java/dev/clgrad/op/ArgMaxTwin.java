package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/** The kernels of argmax in Java. */
final class ArgMaxTwin {
  /** Columns taken together. */
  private static final int TILE = 512;

  private ArgMaxTwin() {}

  static void forward(TwinCall call) {
    int inner = (int) call.integer(5);
    long length = call.integer(6);
    int tiles = (inner + TILE - 1) / TILE;
    call.parallel(
        call.integer(2) / inner * tiles,
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
    long segments = call.integer(3);
    long count = call.integer(4);
    long length = call.integer(6);
    long from = item % segments * length;
    int n = (int) Math.min(length, count - from);
    TwinCall.Segment x = call.segment(0, item / segments * count + from, n);
    int found =
        switch (call.dtype(0)) {
          case FLOAT32 -> find(x.floats(), x.offset(), n);
          case FLOAT64 -> find(x.doubles(), x.offset(), n);
          default -> find(x.longs(), x.offset(), n);
        };
    call.longs(1)[call.offset(1) + (int) item] = from + found;
  }

  private static int find(float[] x, int at, int n) {
    int found = 0;
    float top = x[at];
    for (int k = 1; k < n && !Float.isNaN(top); k++) {
      float value = x[at + k];
      if (value > top || Float.isNaN(value)) {
        top = value;
        found = k;
      }
    }
    return found;
  }

  private static int find(double[] x, int at, int n) {
    int found = 0;
    double top = x[at];
    for (int k = 1; k < n && !Double.isNaN(top); k++) {
      double value = x[at + k];
      if (value > top || Double.isNaN(value)) {
        top = value;
        found = k;
      }
    }
    return found;
  }

  private static int find(long[] x, int at, int n) {
    int found = 0;
    for (int k = 1; k < n; k++) {
      if (x[at + k] > x[at + found]) {
        found = k;
      }
    }
    return found;
  }

  /** Columns side by side. A float is compared as the double it is. */
  private static void columns(TwinCall call, long item, int column) {
    long segments = call.integer(3);
    long count = call.integer(4);
    int inner = (int) call.integer(5);
    long length = call.integer(6);
    int width = Math.min(TILE, inner - column);
    int to = call.offset(1) + (int) item * inner + column;
    long from = item % segments * length;
    long end = Math.min(from + length, count);
    long line = item / segments * count;
    double[] tops = new double[width];
    long[] exact = new long[width];
    long[] found = call.longs(1);
    for (long k = from; k < end; k++) {
      TwinCall.Segment x = call.segment(0, (line + k) * inner + column, width);
      for (int j = 0; j < width; j++) {
        boolean beats =
            switch (call.dtype(0)) {
              case FLOAT32 -> beats(x.floats()[x.offset() + j], tops, j);
              case FLOAT64 -> beats(x.doubles()[x.offset() + j], tops, j);
              default -> beats(x.longs()[x.offset() + j], exact, j);
            };
        if (k == from || beats) {
          found[to + j] = k;
          keep(call, x, j, tops, exact);
        }
      }
    }
  }

  private static void keep(TwinCall call, TwinCall.Segment x, int j, double[] tops, long[] exact) {
    switch (call.dtype(0)) {
      case FLOAT32 -> tops[j] = x.floats()[x.offset() + j];
      case FLOAT64 -> tops[j] = x.doubles()[x.offset() + j];
      default -> exact[j] = x.longs()[x.offset() + j];
    }
  }

  private static boolean beats(double value, double[] tops, int j) {
    return value > tops[j] || (Double.isNaN(value) && !Double.isNaN(tops[j]));
  }

  private static boolean beats(long value, long[] tops, int j) {
    return value > tops[j];
  }

  static void merge(TwinCall call) {
    long segments = call.integer(4);
    long count = call.integer(5);
    long inner = call.integer(6);
    call.parallel(
        call.integer(3),
        Math.max(1, 1024 / segments),
        (begin, end) -> {
          double[] top = new double[1];
          long[] exact = new long[1];
          for (long item = begin; item < end; item++) {
            long line = item / inner * count * inner + item % inner;
            long first = item / inner * segments * inner + item % inner;
            long found = -1;
            for (long s = 0; s < segments; s++) {
              long place = call.longs(1)[call.offset(1) + (int) (first + s * inner)];
              TwinCall.Segment x = call.segment(0, line + place * inner, 1);
              boolean beats =
                  switch (call.dtype(0)) {
                    case FLOAT32 -> beats(x.floats()[x.offset()], top, 0);
                    case FLOAT64 -> beats(x.doubles()[x.offset()], top, 0);
                    default -> beats(x.longs()[x.offset()], exact, 0);
                  };
              if (found < 0 || beats) {
                found = place;
                keep(call, x, 0, top, exact);
              }
            }
            call.longs(2)[call.offset(2) + (int) item] = found;
          }
        });
  }
}
