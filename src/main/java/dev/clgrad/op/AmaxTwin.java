package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/** The kernels of amax in Java. */
final class AmaxTwin {
  /** Columns taken together. */
  private static final int TILE = 512;

  private AmaxTwin() {}

  static void forward(TwinCall call) {
    int inner = (int) call.integer(5);
    long length = call.integer(6);
    int tiles = (inner + TILE - 1) / TILE;
    call.parallel(
        call.integer(2) / inner * tiles,
        Math.max(1, 32768 / Math.max(length * Math.min(inner, TILE), 1)),
        (begin, end) -> {
          for (long task = begin; task < end; task++) {
            segment(call, task / tiles, (int) (task % tiles) * TILE);
          }
        });
  }

  private static void segment(TwinCall call, long item, int column) {
    long segments = call.integer(3);
    int count = (int) call.integer(4);
    int inner = (int) call.integer(5);
    int length = (int) call.integer(6);
    int width = Math.min(TILE, inner - column);
    int from = (int) (item % segments) * length;
    int rows = Math.min(length, count - from);
    long at = ((item / segments) * count + from) * inner + column;
    int to = call.offset(1) + (int) item * inner + column;
    TwinCall.Segment x = call.segment(0, at, inner == 1 ? rows : width);
    switch (call.dtype(0)) {
      case FLOAT32 -> {
        float[] y = call.floats(1);
        if (inner == 1) {
          y[to] = call.lanes().max(x.floats(), x.offset(), rows);
          return;
        }
        System.arraycopy(x.floats(), x.offset(), y, to, width);
        for (int k = 1; k < rows; k++) {
          x = call.segment(0, at + (long) k * inner, width);
          call.lanes().maxInto(y, to, x.floats(), x.offset(), width);
        }
      }
      case FLOAT64 -> {
        double[] y = call.doubles(1);
        if (inner == 1) {
          y[to] = call.lanes().max(x.doubles(), x.offset(), rows);
          return;
        }
        System.arraycopy(x.doubles(), x.offset(), y, to, width);
        for (int k = 1; k < rows; k++) {
          x = call.segment(0, at + (long) k * inner, width);
          call.lanes().maxInto(y, to, x.doubles(), x.offset(), width);
        }
      }
      default -> {
        long[] y = call.longs(1);
        if (inner == 1) {
          long top = Long.MIN_VALUE;
          for (int k = 0; k < rows; k++) {
            top = Math.max(top, x.longs()[x.offset() + k]);
          }
          y[to] = top;
          return;
        }
        System.arraycopy(x.longs(), x.offset(), y, to, width);
        for (int k = 1; k < rows; k++) {
          x = call.segment(0, at + (long) k * inner, width);
          for (int j = 0; j < width; j++) {
            y[to + j] = Math.max(y[to + j], x.longs()[x.offset() + j]);
          }
        }
      }
    }
  }

  static void ties(TwinCall call) {
    call.parallel(
        call.integer(3),
        Math.max(1, 16384 / Math.max(call.integer(7), 1)),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            tiesOf(call, item);
          }
        });
  }

  private static void tiesOf(TwinCall call, long item) {
    long segments = call.integer(4);
    int count = (int) call.integer(5);
    int inner = (int) call.integer(6);
    long length = call.integer(7);
    long o = item / inner / segments;
    int i = (int) (item % inner);
    int begin = (int) (item / inner % segments * length);
    int end = (int) Math.min(begin + length, count);
    int at = call.offset(0) + (int) o * count * inner + i;
    int line = call.offset(1) + (int) o * inner + i;
    int found = 0;
    switch (call.dtype(0)) {
      case FLOAT32 -> {
        float top = call.floats(1)[line];
        for (int k = begin; k < end; k++) {
          found += call.floats(0)[at + k * inner] == top ? 1 : 0;
        }
        call.floats(2)[call.offset(2) + (int) item] = found;
      }
      default -> {
        double top = call.doubles(1)[line];
        for (int k = begin; k < end; k++) {
          found += call.doubles(0)[at + k * inner] == top ? 1 : 0;
        }
        call.doubles(2)[call.offset(2) + (int) item] = found;
      }
    }
  }

  static void backward(TwinCall call) {
    int count = (int) call.integer(6);
    int inner = (int) call.integer(7);
    call.parallel(
        call.integer(5),
        16384,
        (begin, end) -> {
          for (int i = (int) begin; i < end; i++) {
            int line = i / inner / count * inner + i % inner;
            switch (call.dtype(0)) {
              case FLOAT32 -> {
                float top = call.floats(2)[call.offset(2) + line];
                float part =
                    call.floats(0)[call.offset(0) + line] / call.floats(3)[call.offset(3) + line];
                float x = call.floats(1)[call.offset(1) + i];
                call.floats(4)[call.offset(4) + i] = Float.isNaN(top) ? top : x == top ? part : 0;
              }
              default -> {
                double top = call.doubles(2)[call.offset(2) + line];
                double part =
                    call.doubles(0)[call.offset(0) + line] / call.doubles(3)[call.offset(3) + line];
                double x = call.doubles(1)[call.offset(1) + i];
                call.doubles(4)[call.offset(4) + i] = Double.isNaN(top) ? top : x == top ? part : 0;
              }
            }
          }
        });
  }
}
