package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.nn.Embedding;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Sums at repeated indices: the same bits each time and on each device, close to the sums in
 * double, for every way the kernels add them up.
 */
class IndexSumsTest {
  private static final int COLUMNS = 7;

  private final Random random = new Random(4);

  private long[] indices(int count, long bound) {
    return random.longs(count, 0, bound).toArray();
  }

  private float[] normal(int count) {
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static Tensor grad(Tensor x) {
    return Objects.requireNonNull(x.grad());
  }

  private static float[] embeddingGradient(
      long[] index, int rows, float[] upstream, Device device) {
    Tensor weight = Tensor.zeros(Shape.of(rows, COLUMNS), DType.FLOAT32, device).requiresGrad(true);
    Tensor places = Tensor.of(index, Shape.of(index.length), device);
    Tensor y = places.embedding(weight);
    y.backward(Tensor.of(upstream, Shape.of(index.length, COLUMNS), device));
    return grad(weight).toFloatArray();
  }

  /** Each row's sums in double, and how far float may lie from them. */
  private static void assertSums(float[] found, long[] index, int rows, float[] upstream) {
    double[] sum = new double[rows * COLUMNS];
    double[] size = new double[rows * COLUMNS];
    int[] count = new int[rows];
    for (int k = 0; k < index.length; k++) {
      for (int i = 0; i < COLUMNS; i++) {
        int at = (int) index[k] * COLUMNS + i;
        sum[at] += upstream[k * COLUMNS + i];
        size[at] += Math.abs(upstream[k * COLUMNS + i]);
      }
      count[(int) index[k]]++;
    }
    for (int at = 0; at < sum.length; at++) {
      // Blocks of 32 and their sum: no element takes part in more additions than this.
      double additions = 32 + count[at / COLUMNS] / 32.0;
      assertEquals(sum[at], found[at], additions * 0x1p-24 * size[at], "at " + at);
    }
  }

  @Test
  void aHundredThousandIndicesIntoAHundredRows() {
    long[] index = indices(100_000, 100);
    float[] upstream = normal(index.length * COLUMNS);
    float[] first = embeddingGradient(index, 100, upstream, Device.getDefault());
    assertArrayEquals(first, embeddingGradient(index, 100, upstream, Device.getDefault()));
    assertArrayEquals(first, embeddingGradient(index, 100, upstream, Device.of("cpu")));
    assertSums(first, index, 100, upstream);
  }

  @Test
  void moreRowsThanADigitHasValues() {
    long[] index = indices(3000, 70_000);
    index[17] = index[2999];
    index[5] = 0;
    index[6] = 69_999;
    float[] upstream = normal(index.length * COLUMNS);
    float[] found = embeddingGradient(index, 70_000, upstream, Device.getDefault());
    assertArrayEquals(found, embeddingGradient(index, 70_000, upstream, Device.of("cpu")));
    assertSums(found, index, 70_000, upstream);
  }

  @Test
  void fewAndManyIndicesGiveTheSame() {
    // 16 are looked through, 17 are ordered: the last row takes the difference.
    long[] few = indices(16, 3);
    long[] more = java.util.Arrays.copyOf(few, 17);
    more[16] = 3;
    float[] upstream = normal(17 * COLUMNS);
    float[] fromFew =
        embeddingGradient(
            few, 3, java.util.Arrays.copyOf(upstream, 16 * COLUMNS), Device.getDefault());
    float[] fromMore = embeddingGradient(more, 4, upstream, Device.getDefault());
    assertArrayEquals(fromFew, java.util.Arrays.copyOf(fromMore, 3 * COLUMNS));
    assertSums(fromMore, more, 4, upstream);
  }

  @Test
  void alongAMiddleDimension() {
    long[] index = indices(1000, 5);
    float[] source = normal(2 * 1000 * 3);
    Tensor places = Tensor.of(index);
    Tensor x = Tensor.zeros(2, 5, 3);
    float[] found = x.indexAdd(1, places, Tensor.of(source, 2, 1000, 3), 2).toFloatArray();
    double[] expected = new double[30];
    for (int o = 0; o < 2; o++) {
      for (int k = 0; k < 1000; k++) {
        for (int i = 0; i < 3; i++) {
          expected[(o * 5 + (int) index[k]) * 3 + i] += 2.0 * source[(o * 1000 + k) * 3 + i];
        }
      }
    }
    for (int at = 0; at < 30; at++) {
      assertEquals(expected[at], found[at], 1e-3, "at " + at);
    }
    long[] counts =
        Tensor.zeros(Shape.of(5), DType.INT64)
            .indexAdd(0, places, Tensor.ones(Shape.of(1000), DType.INT64))
            .toLongArray();
    long[] counted = new long[5];
    for (long j : index) {
      counted[(int) j]++;
    }
    assertArrayEquals(counted, counts);
  }

  @Test
  void gatherOfOneLongLine() {
    long[] index = indices(5000, 50);
    Tensor x = Tensor.zeros(50).requiresGrad(true);
    float[] upstream = normal(5000);
    x.gather(0, Tensor.of(index)).backward(Tensor.of(upstream));
    float[] scattered =
        Tensor.zeros(50).scatterAdd(0, Tensor.of(index), Tensor.of(upstream)).toFloatArray();
    double[] expected = new double[50];
    for (int k = 0; k < 5000; k++) {
      expected[(int) index[k]] += upstream[k];
    }
    float[] found = grad(x).toFloatArray();
    for (int j = 0; j < 50; j++) {
      assertEquals(expected[j], found[j], 1e-4, "at " + j);
    }
    assertArrayEquals(found, scattered);
  }

  @Test
  void ofSeveralScatteredTheLastStays() {
    long[] index = indices(2000, 30);
    float[] source = normal(2000);
    Tensor src = Tensor.of(source).requiresGrad(true);
    Tensor y = Tensor.zeros(30).scatter(0, Tensor.of(index), src);
    float[] expected = new float[30];
    int[] last = new int[30];
    for (int k = 0; k < 2000; k++) {
      expected[(int) index[k]] = source[k];
      last[(int) index[k]] = k;
    }
    assertArrayEquals(expected, y.toFloatArray());
    y.sum().backward();
    float[] gradient = new float[2000];
    for (int k : last) {
      gradient[k] = 1;
    }
    assertArrayEquals(gradient, grad(src).toFloatArray());
  }

  @Test
  void noIndicesAndNoRows() {
    Tensor none = Tensor.of(new long[0]);
    Tensor weight = Tensor.ones(4, 3).requiresGrad(true);
    Tensor y = none.embedding(weight);
    assertEquals(Shape.of(0, 3), y.shape());
    y.sum().backward();
    assertArrayEquals(new float[12], grad(weight).toFloatArray());
    assertEquals(Shape.of(0, 3), Tensor.ones(0, 3).indexSelect(0, none).shape());
    assertEquals(Shape.of(2, 0), Tensor.ones(2, 4).indexSelect(1, none).shape());
    assertArrayEquals(
        new float[] {1, 1}, Tensor.ones(2).indexAdd(0, none, Tensor.ones(0)).toFloatArray());
    assertArrayEquals(
        new float[] {1, 1}, Tensor.ones(2).scatterAdd(0, none, Tensor.ones(0)).toFloatArray());
    assertEquals(Shape.of(0, 2), Tensor.ones(0, 3).nonzero().shape());
    assertEquals(
        0, Tensor.ones(0).indexPut(java.util.List.of(Index.of(none)), Tensor.ones(0)).numel());
  }

  @Test
  void theModuleTrainsAllButItsPadding() {
    Clgrad.manualSeed(3);
    Embedding table = new Embedding(10, 4, -1L);
    assertEquals("Embedding(10, 4, padding_idx=9)", table.toString());
    assertArrayEquals(new float[4], table.weight().get(9).toFloatArray());
    Tensor y = table.forward(Tensor.of(new long[][] {{1, 9, 1}, {9, 0, 2}}));
    assertEquals(Shape.of(2, 3, 4), y.shape());
    y.sum().backward();
    float[] rows = grad(table.weight()).sum(1).toFloatArray();
    assertArrayEquals(new float[] {4, 8, 4, 0, 0, 0, 0, 0, 0, 0}, rows);
  }
}
