package dev.clgrad.backend.cpu;

import static dev.clgrad.backend.Lanes.SUM_BLOCK;

/**
 * Sums in the order that {@link dev.clgrad.backend.Lanes#sum(float[], int, int)} lays down, shared
 * with the SIMD form: both differ only in how they fill the 32 accumulators of a block.
 */
public final class PlainSums {
  /** Sums of fewer elements use 4 accumulators. */
  public static final int SHORT = 64;

  /** Accumulators of a block. */
  public static final int ACCUMULATORS = 32;

  private PlainSums() {}

  static float sum(float[] x, int offset, int n) {
    if (n < SHORT) {
      return sumShort(x, offset, n);
    }
    float[] lanes = new float[ACCUMULATORS];
    float[] partial = new float[(n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = offset + block * SUM_BLOCK;
      int length = Math.min(SUM_BLOCK, offset + n - from);
      if (length < SHORT) {
        partial[block] = sumShort(x, from, length);
        continue;
      }
      int whole = length - length % ACCUMULATORS;
      for (int lane = 0; lane < ACCUMULATORS; lane += 8) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        for (int i = from + lane; i < from + whole; i += ACCUMULATORS) {
          s0 += x[i];
          s1 += x[i + 1];
          s2 += x[i + 2];
          s3 += x[i + 3];
          s4 += x[i + 4];
          s5 += x[i + 5];
          s6 += x[i + 6];
          s7 += x[i + 7];
        }
        lanes[lane] = s0;
        lanes[lane + 1] = s1;
        lanes[lane + 2] = s2;
        lanes[lane + 3] = s3;
        lanes[lane + 4] = s4;
        lanes[lane + 5] = s5;
        lanes[lane + 6] = s6;
        lanes[lane + 7] = s7;
      }
      for (int i = whole; i < length; i++) {
        lanes[i - whole] += x[from + i];
      }
      partial[block] = fold(lanes);
    }
    return pairwise(partial, partial.length);
  }

  /** The sum of fewer than {@link #SHORT} elements. */
  public static float sumShort(float[] x, int offset, int n) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = offset;
    int end = offset + n;
    for (; i < end - 3; i += 4) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
    }
    if (i < end) {
      s0 += x[i];
    }
    if (i + 1 < end) {
      s1 += x[i + 1];
    }
    if (i + 2 < end) {
      s2 += x[i + 2];
    }
    return (s0 + s2) + (s1 + s3);
  }

  /**
   * The sum of products in the order of {@link dev.clgrad.backend.Lanes#sum(float[], int, int)}.
   */
  public static float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    float[] products = new float[Math.min(n, SUM_BLOCK)];
    float[] partial = new float[n == 0 ? 0 : (n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = block * SUM_BLOCK;
      int length = Math.min(SUM_BLOCK, n - from);
      for (int i = 0; i < length; i++) {
        products[i] = a[aOffset + from + i] * b[bOffset + from + i];
      }
      partial[block] = sum(products, 0, length);
    }
    return pairwise(partial, partial.length);
  }

  /** Adds 32 accumulators by halving; overwrites them. */
  public static float fold(float[] lanes) {
    for (int half = ACCUMULATORS / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }

  /** Adds partial sums pairwise; overwrites them. */
  public static float pairwise(float[] x, int n) {
    for (int left = n; left > 1; left = (left + 1) / 2) {
      for (int i = 0; i < left / 2; i++) {
        x[i] = x[2 * i] + x[2 * i + 1];
      }
      if (left % 2 != 0) {
        x[left / 2] = x[left - 1];
      }
    }
    return n == 0 ? 0 : x[0];
  }

  static double sum(double[] x, int offset, int n) {
    if (n < SHORT) {
      return sumShort(x, offset, n);
    }
    double[] lanes = new double[ACCUMULATORS];
    double[] partial = new double[(n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = offset + block * SUM_BLOCK;
      int length = Math.min(SUM_BLOCK, offset + n - from);
      if (length < SHORT) {
        partial[block] = sumShort(x, from, length);
        continue;
      }
      int whole = length - length % ACCUMULATORS;
      for (int lane = 0; lane < ACCUMULATORS; lane += 8) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        for (int i = from + lane; i < from + whole; i += ACCUMULATORS) {
          s0 += x[i];
          s1 += x[i + 1];
          s2 += x[i + 2];
          s3 += x[i + 3];
          s4 += x[i + 4];
          s5 += x[i + 5];
          s6 += x[i + 6];
          s7 += x[i + 7];
        }
        lanes[lane] = s0;
        lanes[lane + 1] = s1;
        lanes[lane + 2] = s2;
        lanes[lane + 3] = s3;
        lanes[lane + 4] = s4;
        lanes[lane + 5] = s5;
        lanes[lane + 6] = s6;
        lanes[lane + 7] = s7;
      }
      for (int i = whole; i < length; i++) {
        lanes[i - whole] += x[from + i];
      }
      partial[block] = fold(lanes);
    }
    return pairwise(partial, partial.length);
  }

  /** The sum of fewer than {@link #SHORT} elements. */
  public static double sumShort(double[] x, int offset, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = offset;
    int end = offset + n;
    for (; i < end - 3; i += 4) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
    }
    if (i < end) {
      s0 += x[i];
    }
    if (i + 1 < end) {
      s1 += x[i + 1];
    }
    if (i + 2 < end) {
      s2 += x[i + 2];
    }
    return (s0 + s2) + (s1 + s3);
  }

  /**
   * The sum of products in the order of {@link dev.clgrad.backend.Lanes#sum(double[], int, int)}.
   */
  public static double dot(double[] a, int aOffset, double[] b, int bOffset, int n) {
    double[] products = new double[Math.min(n, SUM_BLOCK)];
    double[] partial = new double[n == 0 ? 0 : (n - 1) / SUM_BLOCK + 1];
    for (int block = 0; block < partial.length; block++) {
      int from = block * SUM_BLOCK;
      int length = Math.min(SUM_BLOCK, n - from);
      for (int i = 0; i < length; i++) {
        products[i] = a[aOffset + from + i] * b[bOffset + from + i];
      }
      partial[block] = sum(products, 0, length);
    }
    return pairwise(partial, partial.length);
  }

  /** Adds 32 accumulators by halving; overwrites them. */
  public static double fold(double[] lanes) {
    for (int half = ACCUMULATORS / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }

  /** Adds partial sums pairwise; overwrites them. */
  public static double pairwise(double[] x, int n) {
    for (int left = n; left > 1; left = (left + 1) / 2) {
      for (int i = 0; i < left / 2; i++) {
        x[i] = x[2 * i] + x[2 * i + 1];
      }
      if (left % 2 != 0) {
        x[left / 2] = x[left - 1];
      }
    }
    return n == 0 ? 0 : x[0];
  }
}
