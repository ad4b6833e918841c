package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.Clgrad;
import dev.clgrad.DType;
import dev.clgrad.Device;
import dev.clgrad.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dropout against the words of the generator, on the chosen device and the CPU. */
class DropoutDrawsTest {
  /** Which elements a seed keeps, by the words that {@code random_bits} gives. */
  private static boolean[] kept(long seed, long first, double p, int n) {
    int[] words = new int[4];
    boolean[] kept = new boolean[n];
    for (int i = 0; i < n; i++) {
      Philox.block(first + i / 4, 0, seed, words, 0);
      kept[i] = Integer.toUnsignedLong(words[i % 4]) >= Math.round(p * 0x1p32);
    }
    return kept;
  }

  @Test
  void elementsAreKeptByTheSequenceOfTheSeedOnEveryDevice() {
    for (Device place : List.of(Device.getDefault(), Device.of("cpu"))) {
      for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
        for (int n : new int[] {1, 3, 17, 1000, 1025, 5003}) {
          for (double p : new double[] {0.1, 0.5, 0.999}) {
            long seed = 0x9876543210L * n;
            Clgrad.manualSeed(seed);
            Tensor x = Tensor.arange(1, n + 1, 1, dtype, place);
            double[] y = x.dropout(p).to(DType.FLOAT64).toDoubleArray();
            double[] again = x.dropout(p).to(DType.FLOAT64).toDoubleArray();
            double scale = dtype == DType.FLOAT32 ? (float) (1 / (1 - p)) : 1 / (1 - p);
            assertKept(kept(seed, 0, p, n), scale, y, dtype);
            assertKept(kept(seed, (n + 3) / 4, p, n), scale, again, dtype);
          }
        }
      }
    }
  }

  private static void assertKept(boolean[] kept, double scale, double[] y, DType dtype) {
    for (int i = 0; i < y.length; i++) {
      double full = dtype == DType.FLOAT32 ? (float) ((i + 1) * scale) : (i + 1) * scale;
      assertEquals(kept[i] ? full : 0, y[i], "at " + i);
    }
  }

  /** Beyond 2^32 elements, through the block that an index so large belongs to. */
  @Test
  void largeIndicesBelongToLargeBlocks() {
    long[] index = {0, 1, (1L << 34) + 5, (1L << 34) + 6, 7};
    byte[] out = new byte[5];
    for (int i = 0; i < 40; i++) {
      Philox.atLeast(index, i, -3L, 1L << 31, out, 5);
      for (int k = 0; k < 5; k++) {
        int[] words = new int[4];
        Philox.block(-3L + (index[k] >> 2), 0, i, words, 0);
        assertEquals(words[(int) (index[k] & 3)] < 0 ? 1 : 0, out[k]);
      }
    }
  }
}
