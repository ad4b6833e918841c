package dev.clgrad.schedule;

import dev.clgrad.DType;
import java.util.Arrays;

/**
 * Moves elements between arrays and tiles. A tile is {@code float[]} (float16 and bfloat16 too),
 * {@code double[]}, {@code long[]} (all integers) or {@code byte[]} (bool), which is also what a
 * dtype's arithmetic is done in on the CPU.
 */
final class Tiles {
  /** Elements of a tile: a handful of them fit the nearest cache. */
  static final int SIZE = 1024;

  private Tiles() {}

  static Object make(DType dtype) {
    return switch (dtype) {
      case FLOAT16, BFLOAT16, FLOAT32 -> new float[SIZE];
      case FLOAT64 -> new double[SIZE];
      case UINT8, INT32, INT64 -> new long[SIZE];
      case BOOL -> new byte[SIZE];
    };
  }

  /**
   * Copies {@code n} elements {@code stride} apart into a tile of type {@code to}, from {@code at}
   * on.
   */
  static void load(
      DType from, Object array, int offset, long stride, DType to, Object tile, int at, int n) {
    switch (from) {
      case FLOAT32 -> loadFloats((float[]) array, offset, (int) stride, to, tile, at, n);
      case FLOAT64 -> loadDoubles((double[]) array, offset, (int) stride, to, tile, at, n);
      case FLOAT16, BFLOAT16 ->
          loadHalves(from, (short[]) array, offset, (int) stride, to, tile, at, n);
      case INT32 -> loadInts((int[]) array, offset, (int) stride, to, tile, at, n);
      case INT64 -> loadLongs((long[]) array, offset, (int) stride, to, tile, at, n);
      case UINT8, BOOL -> loadBytes((byte[]) array, offset, (int) stride, to, tile, at, n);
    }
  }

  private static void loadFloats(
      float[] x, int offset, int stride, DType to, Object tile, int at, int n) {
    switch (to) {
      case FLOAT16, BFLOAT16, FLOAT32 -> {
        if (stride == 1) {
          System.arraycopy(x, offset, (float[]) tile, at, n);
          return;
        }
        float[] t = (float[]) tile;
        if (stride == 0) {
          Arrays.fill(t, at, at + n, x[offset]);
          return;
        }
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride];
        }
      }
      case FLOAT64 -> {
        double[] t = (double[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride];
        }
      }
      case UINT8, INT32, INT64 -> {
        long[] t = (long[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (long) x[offset + i * stride];
        }
      }
      case BOOL -> {
        byte[] t = (byte[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (byte) (x[offset + i * stride] != 0 ? 1 : 0);
        }
      }
    }
  }

  private static void loadHalves(
      DType from, short[] x, int offset, int stride, DType to, Object tile, int at, int n) {
    switch (to) {
      case FLOAT16, BFLOAT16, FLOAT32 -> {
        float[] t = (float[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = Halves.number(from, x[offset + i * stride]);
        }
      }
      case FLOAT64 -> {
        double[] t = (double[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = Halves.number(from, x[offset + i * stride]);
        }
      }
      case UINT8, INT32, INT64 -> {
        long[] t = (long[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (long) Halves.number(from, x[offset + i * stride]);
        }
      }
      case BOOL -> {
        byte[] t = (byte[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (byte) (Halves.number(from, x[offset + i * stride]) != 0 ? 1 : 0);
        }
      }
    }
  }

  private static void loadDoubles(
      double[] x, int offset, int stride, DType to, Object tile, int at, int n) {
    switch (to) {
      case FLOAT16, BFLOAT16, FLOAT32 -> {
        float[] t = (float[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (float) x[offset + i * stride];
        }
      }
      case FLOAT64 -> {
        if (stride == 1) {
          System.arraycopy(x, offset, (double[]) tile, at, n);
          return;
        }
        double[] t = (double[]) tile;
        if (stride == 0) {
          Arrays.fill(t, at, at + n, x[offset]);
          return;
        }
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride];
        }
      }
      case UINT8, INT32, INT64 -> {
        long[] t = (long[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (long) x[offset + i * stride];
        }
      }
      case BOOL -> {
        byte[] t = (byte[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (byte) (x[offset + i * stride] != 0 ? 1 : 0);
        }
      }
    }
  }

  private static void loadInts(
      int[] x, int offset, int stride, DType to, Object tile, int at, int n) {
    switch (to) {
      case FLOAT16, BFLOAT16, FLOAT32 -> {
        float[] t = (float[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (float) x[offset + i * stride];
        }
      }
      case FLOAT64 -> {
        double[] t = (double[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride];
        }
      }
      case UINT8, INT32, INT64 -> {
        long[] t = (long[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride];
        }
      }
      case BOOL -> {
        byte[] t = (byte[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (byte) (x[offset + i * stride] != 0 ? 1 : 0);
        }
      }
    }
  }

  private static void loadLongs(
      long[] x, int offset, int stride, DType to, Object tile, int at, int n) {
    switch (to) {
      case FLOAT16, BFLOAT16, FLOAT32 -> {
        float[] t = (float[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (float) x[offset + i * stride];
        }
      }
      case FLOAT64 -> {
        double[] t = (double[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (double) x[offset + i * stride];
        }
      }
      case UINT8, INT32, INT64 -> {
        long[] t = (long[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride];
        }
      }
      case BOOL -> {
        byte[] t = (byte[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (byte) (x[offset + i * stride] != 0 ? 1 : 0);
        }
      }
    }
  }

  /** Bytes are uint8 or bool: 0 to 255. */
  private static void loadBytes(
      byte[] x, int offset, int stride, DType to, Object tile, int at, int n) {
    switch (to) {
      case FLOAT16, BFLOAT16, FLOAT32 -> {
        float[] t = (float[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride] & 0xff;
        }
      }
      case FLOAT64 -> {
        double[] t = (double[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride] & 0xff;
        }
      }
      case UINT8, INT32, INT64 -> {
        long[] t = (long[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = x[offset + i * stride] & 0xff;
        }
      }
      case BOOL -> {
        byte[] t = (byte[]) tile;
        for (int i = 0; i < n; i++) {
          t[at + i] = (byte) (x[offset + i * stride] != 0 ? 1 : 0);
        }
      }
    }
  }

  /** Writes {@code n} integers {@code stride} apart, from {@code at} on. */
  static void count(long from, long stride, long[] tile, int at, int n) {
    for (int i = 0; i < n; i++) {
      tile[at + i] = from + i * stride;
    }
  }

  /** Makes of a tile's results what their type holds, as storing them would. */
  static void fit(DType dtype, Object tile, int n) {
    if (dtype.isReduced()) {
      float[] t = (float[]) tile;
      for (int i = 0; i < n; i++) {
        t[i] = Halves.number(dtype, Halves.bits(dtype, t[i]));
      }
    } else if (dtype == DType.INT32) {
      long[] t = (long[]) tile;
      for (int i = 0; i < n; i++) {
        t[i] = (int) t[i];
      }
    } else if (dtype == DType.UINT8) {
      long[] t = (long[]) tile;
      for (int i = 0; i < n; i++) {
        t[i] &= 0xff;
      }
    }
  }

  /**
   * Copies {@code n} elements of a tile, from {@code at} on, to places {@code stride} apart in an
   * array of the same dtype.
   */
  static void store(
      DType dtype, Object tile, int at, Object array, int offset, long stride, int n) {
    int step = (int) stride;
    switch (dtype) {
      case FLOAT32 -> {
        if (step == 1) {
          System.arraycopy((float[]) tile, at, (float[]) array, offset, n);
          return;
        }
        for (int i = 0; i < n; i++) {
          ((float[]) array)[offset + i * step] = ((float[]) tile)[at + i];
        }
      }
      case FLOAT64 -> {
        if (step == 1) {
          System.arraycopy((double[]) tile, at, (double[]) array, offset, n);
          return;
        }
        for (int i = 0; i < n; i++) {
          ((double[]) array)[offset + i * step] = ((double[]) tile)[at + i];
        }
      }
      case FLOAT16, BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          ((short[]) array)[offset + i * step] = Halves.bits(dtype, ((float[]) tile)[at + i]);
        }
      }
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          ((int[]) array)[offset + i * step] = (int) ((long[]) tile)[at + i];
        }
      }
      case INT64 -> {
        for (int i = 0; i < n; i++) {
          ((long[]) array)[offset + i * step] = ((long[]) tile)[at + i];
        }
      }
      case UINT8 -> {
        for (int i = 0; i < n; i++) {
          ((byte[]) array)[offset + i * step] = (byte) ((long[]) tile)[at + i];
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          ((byte[]) array)[offset + i * step] = ((byte[]) tile)[at + i];
        }
      }
    }
  }
}
