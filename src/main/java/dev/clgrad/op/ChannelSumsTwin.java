package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.TwinCall;
import java.util.Arrays;

/** The kernels of batch_norm in Java. */
final class ChannelSumsTwin {
  /** Channels taken together where they lie side by side. */
  private static final int TILE = 512;

  private ChannelSumsTwin() {}

  /** Where a channel's elements lie side by side. */
  static void rows(TwinCall call) {
    call.parallel(
        call.integer(4),
        LayerNormTwin.grain(call.integer(9)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            rowsFloat(call, begin, end);
          } else {
            rowsDouble(call, begin, end);
          }
        });
  }

  /** Where channels lie side by side. */
  static void columns(TwinCall call) {
    int channels = (int) call.integer(5);
    int tiles = (channels + TILE - 1) / TILE;
    call.parallel(
        call.integer(8) * tiles,
        LayerNormTwin.grain(call.integer(9) * Math.min(channels, TILE)),
        (begin, end) -> {
          if (call.dtype(0) == DType.FLOAT32) {
            columnsFloat(call, begin, end);
          } else {
            columnsDouble(call, begin, end);
          }
        });
  }

  private static void rowsFloat(TwinCall call, long begin, long end) {
    float[] sums = call.floats(3);
    int items = (int) call.integer(4);
    long channels = call.integer(5);
    long per = call.integer(6);
    long count = call.integer(7);
    long segments = call.integer(8);
    long length = call.integer(9);
    float[] v = new float[(int) Math.min(length, count)];
    for (long item = begin; item < end; item++) {
      long from = item % segments * length;
      int n = (int) Math.min(length, count - from);
      long at = item / segments * count + from;
      TwinCall.Segment dy = call.segment(0, at, n);
      float mean = call.floats(2)[call.offset(2) + (int) (item / segments % channels / per)];
      System.arraycopy(call.floats(1), call.offset(1) + (int) at, v, 0, n);
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      int to = call.offset(3) + (int) item;
      sums[to] = call.lanes().sum(dy.floats(), dy.offset(), n);
      sums[to + items] = call.lanes().dot(dy.floats(), dy.offset(), v, 0, n);
    }
  }

  private static void columnsFloat(TwinCall call, long begin, long end) {
    float[] sums = call.floats(3);
    int items = (int) call.integer(4);
    int channels = (int) call.integer(5);
    int per = (int) call.integer(6);
    long count = call.integer(7);
    long length = call.integer(9);
    int tiles = (channels + TILE - 1) / TILE;
    for (long task = begin; task < end; task++) {
      int channel = (int) (task % tiles) * TILE;
      int width = Math.min(TILE, channels - channel);
      long first = task / tiles * length;
      float[] mean = new float[width];
      for (int j = 0; j < width; j++) {
        mean[j] = call.floats(2)[call.offset(2) + (channel + j) / per];
      }
      float[] x = new float[width];
      int to = call.offset(3) + (int) (task / tiles) * channels + channel;
      Arrays.fill(sums, to, to + width, 0);
      Arrays.fill(sums, to + items, to + items + width, 0);
      for (long k = first; k < Math.min(first + length, count); k++) {
        long at = k * channels + channel;
        TwinCall.Segment dy = call.segment(0, at, width);
        System.arraycopy(call.floats(1), call.offset(1) + (int) at, x, 0, width);
        call.lanes().addInto(sums, to, dy.floats(), dy.offset(), width);
        productsFloat(x, mean, dy.floats(), dy.offset());
        call.lanes().addInto(sums, to + items, x, 0, width);
      }
    }
  }

  private static void productsFloat(float[] x, float[] mean, float[] dy, int from) {
    for (int j = 0; j < x.length; j++) {
      x[j] = dy[from + j] * (x[j] - mean[j]);
    }
  }

  private static void rowsDouble(TwinCall call, long begin, long end) {
    double[] sums = call.doubles(3);
    int items = (int) call.integer(4);
    long channels = call.integer(5);
    long per = call.integer(6);
    long count = call.integer(7);
    long segments = call.integer(8);
    long length = call.integer(9);
    double[] v = new double[(int) Math.min(length, count)];
    for (long item = begin; item < end; item++) {
      long from = item % segments * length;
      int n = (int) Math.min(length, count - from);
      long at = item / segments * count + from;
      TwinCall.Segment dy = call.segment(0, at, n);
      double mean = call.doubles(2)[call.offset(2) + (int) (item / segments % channels / per)];
      System.arraycopy(call.doubles(1), call.offset(1) + (int) at, v, 0, n);
      for (int k = 0; k < n; k++) {
        v[k] -= mean;
      }
      int to = call.offset(3) + (int) item;
      sums[to] = call.lanes().sum(dy.doubles(), dy.offset(), n);
      sums[to + items] = call.lanes().dot(dy.doubles(), dy.offset(), v, 0, n);
    }
  }

  private static void columnsDouble(TwinCall call, long begin, long end) {
    double[] sums = call.doubles(3);
    int items = (int) call.integer(4);
    int channels = (int) call.integer(5);
    int per = (int) call.integer(6);
    long count = call.integer(7);
    long length = call.integer(9);
    int tiles = (channels + TILE - 1) / TILE;
    for (long task = begin; task < end; task++) {
      int channel = (int) (task % tiles) * TILE;
      int width = Math.min(TILE, channels - channel);
      long first = task / tiles * length;
      double[] mean = new double[width];
      for (int j = 0; j < width; j++) {
        mean[j] = call.doubles(2)[call.offset(2) + (channel + j) / per];
      }
      double[] x = new double[width];
      int to = call.offset(3) + (int) (task / tiles) * channels + channel;
      Arrays.fill(sums, to, to + width, 0);
      Arrays.fill(sums, to + items, to + items + width, 0);
      for (long k = first; k < Math.min(first + length, count); k++) {
        long at = k * channels + channel;
        TwinCall.Segment dy = call.segment(0, at, width);
        System.arraycopy(call.doubles(1), call.offset(1) + (int) at, x, 0, width);
        call.lanes().addInto(sums, to, dy.doubles(), dy.offset(), width);
        productsDouble(x, mean, dy.doubles(), dy.offset());
        call.lanes().addInto(sums, to + items, x, 0, width);
      }
    }
  }

  private static void productsDouble(double[] x, double[] mean, double[] dy, int from) {
    for (int j = 0; j < x.length; j++) {
      x[j] = dy[from + j] * (x[j] - mean[j]);
    }
  }
}
