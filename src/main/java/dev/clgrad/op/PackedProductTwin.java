package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/**
 * The kernels around packed and split matrix products in Java. The CPU backend does not choose
 * them: its own product packs by itself. They show that the kernels' arguments mean what they say.
 */
final class PackedProductTwin {
  private PackedProductTwin() {}

  private static double get(TwinCall call, int arg, int index) {
    return call.array(arg) instanceof float[] floats ? floats[index] : call.doubles(arg)[index];
  }

  private static void set(TwinCall call, int arg, int index, double value) {
    if (call.array(arg) instanceof float[] floats) {
      floats[index] = (float) value;
    } else {
      call.doubles(arg)[index] = value;
    }
  }

  /** Steps of {@code depth} of all rows, one after another; the last row is repeated. */
  static void packRows(TwinCall call, int multiple, int depth) {
    int matrices = (int) call.integer(2);
    int innerBatches = (int) call.integer(3);
    int size = (int) call.integer(4);
    int k = (int) call.integer(5);
    int across = (int) call.integer(8);
    int along = (int) call.integer(9);
    int pitch = depth + MatrixProductBlocks.PITCH_BEYOND_DEPTH;
    int all = (size + multiple - 1) / multiple * multiple;
    int chunks = (k + depth - 1) / depth;
    for (int p = 0; p < matrices; p++) {
      int from = matrix(call, 0, p, innerBatches, 6);
      for (int i = 0; i < all; i++) {
        int row = from + Math.min(i, size - 1) * across;
        for (int l = 0; l < k; l++) {
          int to = ((p * chunks + l / depth) * all + i) * pitch + l % depth;
          set(call, 1, call.offset(1) + to, get(call, 0, row + l * along));
        }
      }
    }
  }

  /** Panels of columns, 0 beyond the last. */
  static void packColumns(TwinCall call, int panel) {
    int matrices = (int) call.integer(2);
    int innerBatches = (int) call.integer(3);
    int size = (int) call.integer(4);
    int k = (int) call.integer(5);
    int across = (int) call.integer(8);
    int along = (int) call.integer(9);
    int panels = (size + panel - 1) / panel;
    for (int p = 0; p < matrices; p++) {
      int from = matrix(call, 0, p, innerBatches, 6);
      for (int j = 0; j < panels * panel; j++) {
        int to = call.offset(1) + (p * panels + j / panel) * k * panel + j % panel;
        for (int l = 0; l < k; l++) {
          double value = j < size ? get(call, 0, from + j * across + l * along) : 0;
          set(call, 1, to + l * panel, value);
        }
      }
    }
  }

  /** Where the matrix of number p of an operand begins, whose batch strides are at {@code at}. */
  private static int matrix(TwinCall call, int operand, int p, int innerBatches, int at) {
    return call.offset(operand)
        + p / innerBatches * (int) call.integer(at)
        + p % innerBatches * (int) call.integer(at + 1);
  }

  /** The product of packed rows and panels. */
  static void panels(TwinCall call, int multiple, int panel, int depth) {
    int batches = (int) call.integer(3);
    int innerBatches = (int) call.integer(4);
    int m = (int) call.integer(5);
    int n = (int) call.integer(6);
    int k = (int) call.integer(7);
    int pitch = depth + MatrixProductBlocks.PITCH_BEYOND_DEPTH;
    int all = (m + multiple - 1) / multiple * multiple;
    for (int p = 0; p < batches; p++) {
      int a = matrix(call, 0, p, innerBatches, 8);
      int b = matrix(call, 1, p, innerBatches, 10);
      for (int j = 0; j < n; j += panel) {
        int to = call.offset(2) + p * m * n + j;
        for (int l = 0; l < k; l += depth) {
          int[] sizes = {m, Math.min(panel, n - j), Math.min(depth, k - l)};
          int left = a + l / depth * all * pitch;
          int right = b + j * k + l * panel;
          multiply(call, sizes, left, pitch, 1, right, panel, 1, to, n, l > 0);
        }
      }
    }
  }

  /** One product for each part of k, one after another. */
  static void tiles(TwinCall call) {
    int batches = (int) call.integer(3);
    int innerBatches = (int) call.integer(4);
    int m = (int) call.integer(5);
    int n = (int) call.integer(6);
    int k = (int) call.integer(7);
    int rowA = (int) call.integer(10);
    int colA = (int) call.integer(11);
    int rowB = (int) call.integer(14);
    int colB = (int) call.integer(15);
    int splits = (int) call.integer(16);
    int splitK = (int) call.integer(17);
    for (int s = 0; s < splits; s++) {
      int begin = s * splitK;
      int[] sizes = {m, n, Math.min(splitK, k - begin)};
      for (int p = 0; p < batches; p++) {
        int a = matrix(call, 0, p, innerBatches, 8) + begin * colA;
        int b = matrix(call, 1, p, innerBatches, 12) + begin * rowB;
        int to = call.offset(2) + (s * batches + p) * m * n;
        multiply(call, sizes, a, rowA, colA, b, rowB, colB, to, n, false);
      }
    }
  }

  /** Adds up the parts, in their order. */
  static void splits(TwinCall call) {
    int splits = (int) call.integer(2);
    int numel = (int) call.integer(3);
    for (int i = 0; i < numel; i++) {
      double sum = get(call, 0, call.offset(0) + i);
      for (int s = 1; s < splits; s++) {
        double part = get(call, 0, call.offset(0) + s * numel + i);
        sum = call.array(1) instanceof float[] ? (float) (sum + part) : sum + part;
      }
      set(call, 1, call.offset(1) + i, sum);
    }
  }

  private static void multiply(
      TwinCall call,
      int[] mnk,
      int a,
      int rowA,
      int colA,
      int b,
      int rowB,
      int colB,
      int to,
      int rowY,
      boolean add) {
    if (call.array(2) instanceof float[] out) {
      float[] left = call.floats(0);
      float[] right = call.floats(1);
      call.lanes()
          .gemm(
              mnk[0], mnk[1], mnk[2], left, a, rowA, colA, right, b, rowB, colB, out, to, rowY,
              add);
    } else {
      double[] left = call.doubles(0);
      double[] right = call.doubles(1);
      double[] out = call.doubles(2);
      call.lanes()
          .gemm(
              mnk[0], mnk[1], mnk[2], left, a, rowA, colA, right, b, rowB, colB, out, to, rowY,
              add);
    }
  }
}
