package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Attention and its gradients against loops in double, by every kernel, around their tile sizes.
 */
class AttentionTest {
  private final Random random = new Random(41);

  @AfterEach
  void chooseKernelsAgain() {
    System.clearProperty("clgrad.kernels");
  }

  private Tensor tensor(DType dtype, long... shape) {
    double[] data = random.doubles(Shape.of(shape).numel(), -1, 1).toArray();
    Tensor x = Tensor.fromArray(data, DType.FLOAT64, Shape.of(shape), Device.getDefault());
    return x.to(dtype);
  }

  /** One head: y, dq, dk and dv of row-major arrays; the mask is added, null for none. */
  private static double[][] reference(
      double[] q,
      double[] k,
      double[] v,
      double[] dy,
      double @Nullable [] mask,
      int[] sizes,
      boolean causal,
      double scale) {
    int queries = sizes[0];
    int keys = sizes[1];
    int depth = sizes[2];
    int columns = sizes[3];
    double[] y = new double[queries * columns];
    double[] dq = new double[queries * depth];
    double[] dk = new double[keys * depth];
    double[] dv = new double[keys * columns];
    for (int i = 0; i < queries; i++) {
      double[] p = new double[keys];
      double top = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < keys; j++) {
        for (int l = 0; l < depth; l++) {
          p[j] += q[i * depth + l] * k[j * depth + l] * scale;
        }
        p[j] += mask == null ? 0 : mask[i * keys + j];
        p[j] = causal && j > i ? Double.NEGATIVE_INFINITY : p[j];
        top = Math.max(top, p[j]);
      }
      double sum = 0;
      for (int j = 0; j < keys; j++) {
        p[j] = Math.exp(p[j] - top);
        sum += p[j];
      }
      double mean = 0;
      double[] dp = new double[keys];
      for (int j = 0; j < keys; j++) {
        p[j] /= sum;
        for (int l = 0; l < columns; l++) {
          y[i * columns + l] += p[j] * v[j * columns + l];
          dp[j] += dy[i * columns + l] * v[j * columns + l];
          dv[j * columns + l] += p[j] * dy[i * columns + l];
        }
        mean += p[j] * dp[j];
      }
      for (int j = 0; j < keys; j++) {
        double ds = p[j] * (dp[j] - mean) * scale;
        for (int l = 0; l < depth; l++) {
          dq[i * depth + l] += ds * k[j * depth + l];
          dk[j * depth + l] += ds * q[i * depth + l];
        }
      }
    }
    return new double[][] {y, dq, dk, dv};
  }

  private static void assertClose(double[] expected, @Nullable Tensor actual, String what) {
    assertNotNull(actual);
    double[] values = actual.toDoubleArray();
    assertEquals(expected.length, values.length);
    double tolerance = actual.dtype() == DType.FLOAT32 ? 2e-5 : 1e-12;
    for (int i = 0; i < values.length; i++) {
      double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
      assertTrue(
          Math.abs(values[i] - expected[i]) <= allowed
              || (Double.isNaN(values[i]) && Double.isNaN(expected[i])),
          what + ": element " + i + " is " + values[i] + " and not " + expected[i]);
    }
  }

  private static double[] part(Tensor x, int batch) {
    return x.detach().select(0, batch).toDoubleArray();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, false, none",
    "3, 5, 2, 7, false, bool",
    "31, 33, 16, 8, true, none",
    "32, 32, 64, 64, false, float",
    "33, 31, 65, 17, true, float",
    "64, 129, 5, 40, false, none",
    "65, 64, 33, 100, true, bool",
    "130, 140, 24, 130, true, none",
    "7, 300, 70, 256, false, float",
    "300, 7, 256, 3, false, none"
  })
  void isSoftmaxOfProductsTimesValues(
      int queries, int keys, int depth, int columns, boolean causal, String masked) {
    for (String kernels : List.of("vector", "group")) {
      if (Device.getDefault().name().equals("cpu") && kernels.equals("group")) {
        continue; // The twins know no such choice.
      }
      System.setProperty("clgrad.kernels", kernels);
      for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
        check(kernels, dtype, new int[] {queries, keys, depth, columns}, causal, masked);
      }
    }
  }

  private void check(String kernels, DType dtype, int[] sizes, boolean causal, String masked) {
    int batches = 2;
    Tensor q = tensor(dtype, batches, sizes[0], sizes[2]).requiresGrad(true);
    Tensor k = tensor(dtype, batches, sizes[1], sizes[2]).requiresGrad(true);
    Tensor v = tensor(dtype, batches, sizes[1], sizes[3]).requiresGrad(true);
    Tensor dy = tensor(dtype, batches, sizes[0], sizes[3]);
    Tensor values = tensor(dtype, sizes[0], sizes[1]);
    // Of a bool mask, a third is hidden, but never the first key.
    Tensor seen = values.gt(-0.33);
    seen.select(1, 0).fill_(1);
    Tensor mask = masked.equals("bool") ? seen : masked.equals("float") ? values : null;
    double[] added = new double[sizes[0] * sizes[1]];
    double[] shown = (mask == seen ? seen : values).to(DType.FLOAT64).toDoubleArray();
    for (int i = 0; i < added.length; i++) {
      added[i] = mask == seen ? (shown[i] == 0 ? Double.NEGATIVE_INFINITY : 0) : shown[i];
    }
    Tensor y = q.scaledDotProductAttention(k, v, mask, causal);
    List<Tensor> grads = Autograd.grad(List.of(y), List.of(q, k, v), List.of(dy), true, false);
    List<Tensor> recorded = Autograd.grad(List.of(y), List.of(q, k, v), List.of(dy), true, true);
    double scale = 1 / Math.sqrt((double) sizes[2]);
    for (int b = 0; b < batches; b++) {
      double[][] expected =
          reference(
              part(q, b),
              part(k, b),
              part(v, b),
              part(dy, b),
              mask == null ? null : added,
              sizes,
              causal,
              scale);
      String what = kernels + " of " + dtype + ", batch " + b + ":";
      assertClose(expected[0], y.detach().select(0, b), what + " y");
      for (int i = 0; i < 3; i++) {
        String gradient = what + " d" + "qkv".charAt(i);
        assertClose(expected[i + 1], grads.get(i).select(0, b), gradient);
        assertClose(expected[i + 1], recorded.get(i).detach().select(0, b), gradient + " again");
      }
    }
  }

  /** Heads that are columns of one matrix, as a layer has them; the values of one head for all. */
  @Test
  void readsHeadsWhereTheyLieAndBroadcasts() {
    Tensor x = tensor(DType.FLOAT64, 2, 9, 3, 4).requiresGrad(true);
    Tensor heads = x.transpose(1, 2);
    Tensor v = tensor(DType.FLOAT64, 1, 1, 9, 5).requiresGrad(true);
    Tensor mask = tensor(DType.FLOAT64, 3, 1, 9);
    Tensor y = heads.scaledDotProductAttention(heads, v, mask, false, 0.7);
    assertEquals(Shape.of(2, 3, 9, 5), y.shape());
    Tensor p = heads.matmul(heads.transpose(2, 3)).mul(0.7).add(mask).softmax(-1);
    assertClose(p.matmul(v).toDoubleArray(), y, "y");
    List<Tensor> grads = Autograd.grad(List.of(y.square().sum()), List.of(x, v));
    List<Tensor> expected = Autograd.grad(List.of(p.matmul(v).square().sum()), List.of(x, v));
    assertClose(expected.get(0).toDoubleArray(), grads.get(0), "dx");
    assertClose(expected.get(1).toDoubleArray(), grads.get(1), "dv");
    // Five dimensions of which none merge.
    Tensor q = tensor(DType.FLOAT64, 2, 1, 3, 4, 2);
    Tensor k = tensor(DType.FLOAT64, 1, 5, 1, 6, 2);
    Tensor same = q.matmul(k.transpose(3, 4)).mul(1 / Math.sqrt(2)).softmax(-1).matmul(k);
    assertClose(same.toDoubleArray(), q.scaledDotProductAttention(k, k), "five dimensions");
  }

  @Test
  void aQueryThatSeesNoKeyIsNan() {
    for (int keys : new int[] {5, 200}) {
      Tensor q = tensor(DType.FLOAT32, 3, 4).requiresGrad(true);
      Tensor k = tensor(DType.FLOAT32, keys, 4);
      Tensor mask = Tensor.ones(Shape.of(3, keys), DType.BOOL);
      mask.select(0, 1).fill_(0);
      // Hides a whole block of keys from another query, which sees later ones.
      mask.select(0, 2).slice(0, 0, keys - 1).fill_(0);
      Tensor y = q.scaledDotProductAttention(k, k, mask, false);
      y.sum().backward();
      Tensor dq = q.grad();
      assertNotNull(dq);
      for (int i = 0; i < 3; i++) {
        assertEquals(i == 1, Double.isNaN(y.detach().select(0, i).sum().item()), "row " + i);
        assertEquals(i == 1, Double.isNaN(dq.select(0, i).sum().item()), "gradient of " + i);
      }
      assertClose(k.select(0, keys - 1).toDoubleArray(), y.detach().select(0, 2), "the last key");
    }
  }

  @Test
  void largeScoresDoNotOverflow() {
    Tensor q = tensor(DType.FLOAT32, 40, 8).mul(300);
    Tensor k = tensor(DType.FLOAT32, 90, 8).mul(300);
    Tensor exact = q.to(DType.FLOAT64).matmul(k.to(DType.FLOAT64).t()).softmax(-1);
    Tensor y = q.scaledDotProductAttention(k, k, null, false, 1.0);
    double[] expected = exact.matmul(k.to(DType.FLOAT64)).toDoubleArray();
    double[] actual = y.toDoubleArray();
    for (int i = 0; i < actual.length; i++) {
      assertEquals(expected[i], actual[i], 10, "element " + i);
    }
  }

  @Test
  void otherSizesAreMadeOfProducts() {
    Tensor q = tensor(DType.FLOAT32, 3, 300).requiresGrad(true);
    Tensor k = tensor(DType.FLOAT32, 4, 300);
    Tensor mask = tensor(DType.FLOAT32, 3, 4).requiresGrad(true);
    Tensor p = q.matmul(k.t()).mul(1 / Math.sqrt(300)).add(mask).softmax(-1);
    Tensor y = q.scaledDotProductAttention(k, k, mask, false);
    assertClose(p.matmul(k).toDoubleArray(), y, "y");
    List<Tensor> grads = Autograd.grad(List.of(y.square().sum()), List.of(q, mask));
    List<Tensor> expected = Autograd.grad(List.of(p.matmul(k).square().sum()), List.of(q, mask));
    assertClose(expected.get(0).toDoubleArray(), grads.get(0), "dq");
    assertClose(expected.get(1).toDoubleArray(), grads.get(1), "dmask");
    Tensor none = tensor(DType.FLOAT32, 0, 4);
    assertEquals(Shape.of(0, 4), none.scaledDotProductAttention(none, none).shape());
    Tensor some = tensor(DType.FLOAT32, 2, 4);
    assertClose(new double[8], some.scaledDotProductAttention(none, none), "no keys");
    assertEquals(
        Shape.of(0, 2, 4),
        tensor(DType.FLOAT32, 0, 2, 4).scaledDotProductAttention(some, some).shape());
  }

  /** A matrix of 2048 × 2048 scores would take 16 MB; what there is besides takes less than 1. */
  @Test
  void storesNoMatrixOfScores() {
    long length = 2048;
    Device device = Device.getDefault();
    Tensor q = tensor(DType.FLOAT32, length, 8).requiresGrad(true);
    Tensor k = tensor(DType.FLOAT32, length, 8).requiresGrad(true);
    Tensor v = tensor(DType.FLOAT32, length, 8).requiresGrad(true);
    device.synchronize();
    device.emptyCache();
    device.resetPeakBytes();
    long before = device.counters().peakBytes();
    Tensor y = q.scaledDotProductAttention(k, v, null, true);
    y.sum().backward();
    device.synchronize();
    assertNotNull(v.grad());
    long more = device.counters().peakBytes() - before;
    assertTrue(more < 6 << 20, "attention took " + more + " bytes beside its inputs");
  }

  @Test
  void refusesShapesAndTypesThatDoNotFit() {
    Tensor q = tensor(DType.FLOAT32, 2, 3);
    Tensor k = tensor(DType.FLOAT32, 5, 3);
    assertMessage("the last sizes", () -> q.scaledDotProductAttention(k.t(), k));
    assertMessage("as many keys as values", () -> q.scaledDotProductAttention(k, q));
    assertMessage("at least two dimensions", () -> q.select(0, 0).scaledDotProductAttention(k, k));
    Tensor mask = tensor(DType.FLOAT32, 5, 2);
    assertMessage("mask of shape [5, 2]", () -> q.scaledDotProductAttention(k, k, mask, false));
    Tensor doubles = k.to(DType.FLOAT64);
    assertThrows(DTypeException.class, () -> q.scaledDotProductAttention(doubles, k));
    assertThrows(
        DTypeException.class,
        () -> q.scaledDotProductAttention(k, k, mask.t().to(DType.INT64), false));
  }

  private static void assertMessage(String part, Executable call) {
    ShapeException error = assertThrows(ShapeException.class, call);
    assertTrue(error.getMessage().startsWith("scaled_dot_product_attention: "), error.toString());
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
