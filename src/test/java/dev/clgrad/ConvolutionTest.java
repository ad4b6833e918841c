package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions beyond PyTorch's cases: derivatives, layouts, fusion, bits and errors. */
class ConvolutionTest {
  private final Random random = new Random(9);
  private final Device device = Device.getDefault();
  private final boolean fused = device.scheduler().isFused();

  @AfterEach
  void restore() {
    System.clearProperty("clgrad.kernels");
    System.clearProperty("clgrad.winograd");
    device.scheduler().setFused(fused);
  }

  private Tensor numbers(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] values = random.doubles(shape.numel(), -1, 1).toArray();
    return Tensor.fromArray(values, DType.FLOAT64, shape, device).to(dtype);
  }

  private Tensor doubles(long... sizes) {
    return numbers(DType.FLOAT64, sizes);
  }

  private void check(UnaryOperator<Tensor> function, long... sizes) {
    Shape shape = Shape.of(sizes);
    FiniteDifferences.check(function, shape, random.doubles(shape.numel(), -1, 1).toArray());
  }

  @Test
  void gradientsAreTheDerivatives() {
    ConvOptions options = ConvOptions.of().stride(2, 1).padding(1, 2).dilation(1, 2).groups(2);
    Tensor x = doubles(2, 4, 5, 4);
    Tensor w = doubles(6, 2, 3, 2);
    Tensor b = doubles(6);
    // Squares make the first derivative depend on everything.
    check(t -> t.conv2d(w, b, options).pow(2), 2, 4, 5, 4);
    check(t -> x.conv2d(t, b, options).pow(2), 6, 2, 3, 2);
    check(t -> x.conv2d(w, t, options).pow(2), 6);
    check(t -> t.conv2d(t, null, ConvOptions.of().padding(1)), 2, 2, 3, 3);
    Tensor v = doubles(4, 3, 3, 2);
    check(t -> t.convTranspose2d(v, null, options.outputPadding(1, 0)).pow(2), 4, 3, 3);
    check(t -> x.convTranspose2d(t, b, options.outputPadding(1, 0)).pow(2), 4, 3, 3, 2);
  }

  @Test
  void gradientsInOtherDimensions() {
    Tensor w1 = doubles(2, 3, 2);
    check(t -> t.conv1d(w1, null, ConvOptions.of().padding("same")).pow(2), 1, 3, 4);
    check(t -> t.convTranspose1d(w1.transpose(0, 1)).pow(2), 1, 3, 4);
    Tensor w3 = doubles(2, 1, 2, 2, 1);
    ConvOptions options = ConvOptions.of().stride(1, 2, 1).groups(2);
    check(t -> t.conv3d(w3, null, options).pow(2), 1, 2, 3, 4, 2);
    check(t -> t.convTranspose3d(w3, null, options.outputPadding(0, 1, 0)).pow(2), 2, 2, 2, 2);
  }

  /**
   * A transposed convolution undoes no convolution, but is its adjoint: (conv x, y) = (x, convT y).
   */
  @Test
  void transposedIsTheAdjoint() {
    ConvOptions options = ConvOptions.of().stride(2, 1, 3).padding(1).groups(2);
    Tensor x = doubles(2, 4, 5, 4, 7);
    Tensor w = doubles(6, 2, 3, 2, 3);
    Tensor y = x.conv3d(w, null, options);
    Tensor u = doubles(y.shape().toArray());
    Tensor back = u.convTranspose3d(w, null, options);
    assertEquals(x.shape(), back.shape());
    assertEquals(y.mul(u).sum().item(), x.mul(back).sum().item(), 1e-9);
  }

  @Test
  void layoutsDoNotMatter() {
    Tensor x = numbers(DType.FLOAT32, 5, 2, 6, 4);
    Tensor w = numbers(DType.FLOAT32, 3, 3, 4, 5);
    Tensor turned = x.transpose(1, 3).slice(0, 1, 4, 2);
    Tensor weight = w.transpose(1, 2);
    ConvOptions options = ConvOptions.of().padding(2, 4);
    assertArrayEquals(
        turned.clone().conv2d(weight.clone(), null, options).toFloatArray(),
        turned.conv2d(weight, null, options).toFloatArray());
  }

  /** The same bits each time, and with fusion as without. */
  @ParameterizedTest
  @ValueSource(strings = {"vector", "group"})
  void bitsDoNotChange(String kernels) {
    System.setProperty("clgrad.kernels", kernels);
    Tensor x = numbers(DType.FLOAT32, 9, 5, 13, 14);
    Tensor w = numbers(DType.FLOAT32, 17, 5, 3, 3);
    Tensor b = numbers(DType.FLOAT32, 17);
    ConvOptions options = ConvOptions.of().padding(1);
    float[][] first = results(x, w, b, options);
    for (boolean together : new boolean[] {true, false, true}) {
      device.scheduler().setFused(together);
      float[][] again = results(x, w, b, options);
      for (int i = 0; i < first.length; i++) {
        assertArrayEquals(first[i], again[i], "result " + i);
      }
    }
  }

  private static float[][] results(Tensor x, Tensor w, Tensor b, ConvOptions options) {
    Tensor leaf = x.detach().requiresGrad(true);
    Tensor weight = w.detach().requiresGrad(true);
    Tensor bias = b.detach().requiresGrad(true);
    Tensor y = leaf.conv2d(weight, bias, options).relu();
    y.pow(2).sum().backward();
    return new float[][] {
      y.toFloatArray(),
      leaf.grad().toFloatArray(),
      weight.grad().toFloatArray(),
      bias.grad().toFloatArray()
    };
  }

  /** Bias and activation are computed before the result is stored. */
  @Test
  void whatFollowsIsPartOfTheLaunch() {
    device.scheduler().setFused(true);
    Tensor x = numbers(DType.FLOAT32, 2, 8, 9, 10);
    Tensor w = numbers(DType.FLOAT32, 16, 8, 3, 3);
    Tensor b = numbers(DType.FLOAT32, 16);
    device.synchronize();
    long alone = launches(() -> x.conv2d(w).toFloatArray());
    long before = device.counters().launches();
    x.conv2d(w, b, ConvOptions.of()).relu().toFloatArray();
    assertEquals(alone, device.counters().launches() - before);
  }

  private long launches(Runnable program) {
    long before = device.counters().launches();
    program.run();
    device.synchronize();
    return device.counters().launches() - before;
  }

  @Test
  void anEmptyBatchGivesEmptyResultsAndZeroGradients() {
    for (String kernels : List.of("vector", "group")) {
      System.setProperty("clgrad.kernels", kernels);
      Tensor x = Tensor.zeros(0, 3, 8, 8).requiresGrad(true);
      Tensor w = Tensor.ones(20, 3, 3, 3).requiresGrad(true);
      Tensor b = Tensor.ones(20).requiresGrad(true);
      Tensor y = x.conv2d(w, b, ConvOptions.of());
      assertEquals(Shape.of(0, 20, 6, 6), y.shape());
      y.sum().backward();
      assertEquals(x.shape(), x.grad().shape());
      assertArrayEquals(new float[540], w.grad().toFloatArray());
      assertArrayEquals(new float[20], b.grad().toFloatArray());
    }
  }

  /** Winograd's transforms and the product without them, of sizes that leave parts of tiles. */
  @Test
  void winogradGivesTheSame() {
    for (int trial = 0; trial < 12; trial++) {
      long batch = trial % 3 == 0 ? 1 : 1L + random.nextInt(4);
      long channels = 1L + random.nextInt(40);
      Tensor x =
          numbers(DType.FLOAT32, batch, channels, 3L + random.nextInt(20), 3L + random.nextInt(20));
      Tensor w = numbers(DType.FLOAT32, 1L + random.nextInt(70), channels, 3, 3);
      Tensor b = numbers(DType.FLOAT32, w.shape().size(0));
      ConvOptions options = ConvOptions.of().padding(trial % 3);
      System.setProperty("clgrad.winograd", "off");
      float[][] expected = results(x, w, b, options);
      System.setProperty("clgrad.winograd", "on");
      device.scheduler().setFused(true);
      float[][] fusedResults = results(x, w, b, options);
      device.scheduler().setFused(false);
      float[][] alone = results(x, w, b, options);
      for (int i = 0; i < expected.length; i++) {
        float scale = 1;
        for (float value : expected[i]) {
          scale = Math.max(scale, Math.abs(value));
        }
        String what = "result " + i + " of " + x.shape() + " * " + w.shape();
        // The later results are of other numbers, those before.
        assertArrayEquals(expected[i], fusedResults[i], (i == 0 ? 4e-6f : 1e-5f) * scale, what);
        assertArrayEquals(fusedResults[i], alone[i], what);
      }
    }
  }

  @Test
  void winogradHasDerivativesOfAnyOrder() {
    System.setProperty("clgrad.winograd", "on");
    ConvOptions options = ConvOptions.of().padding(1);
    Tensor x = doubles(1, 2, 5, 6);
    Tensor w = doubles(3, 2, 3, 3);
    check(t -> t.conv2d(w, null, options).pow(2), 1, 2, 5, 6);
    check(t -> x.conv2d(t, null, options).pow(2), 3, 2, 3, 3);
    check(t -> t.convTranspose2d(w, null, options).pow(2), 1, 3, 5, 6);
  }

  /** An infinite element reaches the weights whose tap meets it, and no others. */
  @Test
  void infinityStaysWhereItIs() {
    Tensor x = numbers(DType.FLOAT32, 1, 2, 6, 9);
    float[] values = x.toFloatArray();
    values[8] = Float.POSITIVE_INFINITY;
    Tensor last = Tensor.fromArray(values, DType.FLOAT32, x.shape(), device);
    Tensor w = numbers(DType.FLOAT32, 2, 1, 3, 3).requiresGrad(true);
    last.conv2d(w, null, ConvOptions.of().groups(2)).sum().backward();
    float[] dw = w.grad().toFloatArray();
    for (int k = 0; k < 18; k++) {
      assertEquals(k == 2, Float.isInfinite(dw[k]), "tap " + k);
      assertEquals(k != 2, Float.isFinite(dw[k]), "tap " + k);
    }
  }

  /** Groups of one channel: as many convolutions of one channel each. */
  @Test
  void depthwiseIsAConvolutionOfEachChannel() {
    for (ConvOptions options :
        List.of(
            ConvOptions.of().padding(1),
            ConvOptions.of().padding(2).stride(2, 3),
            ConvOptions.of().dilation(2))) {
      Tensor x = numbers(DType.FLOAT64, 1, 3, 19, 33);
      Tensor w = numbers(DType.FLOAT64, 3, 1, 3, 3);
      Tensor together = x.conv2d(w, null, options.groups(3));
      for (int c = 0; c < 3; c++) {
        Tensor alone = x.slice(1, c, c + 1, 1).conv2d(w.slice(0, c, c + 1, 1), null, options);
        assertArrayEquals(
            alone.toDoubleArray(), together.slice(1, c, c + 1, 1).toDoubleArray(), 1e-13);
      }
      check(t -> t.conv2d(w, null, options.groups(3)).pow(2), 1, 3, 7, 8);
      Tensor small = doubles(1, 3, 7, 8);
      check(t -> small.conv2d(t, null, options.groups(3)).pow(2), 3, 1, 3, 3);
    }
  }

  @Test
  void onlyWhatIsAskedForGetsGradients() {
    Tensor x = numbers(DType.FLOAT32, 1, 2, 4, 4);
    Tensor w = numbers(DType.FLOAT32, 2, 2, 3, 3).requiresGrad(true);
    Tensor y = x.conv2d(w, Tensor.ones(2), ConvOptions.of());
    assertEquals("ConvolutionBackward0", y.gradFn().name());
    y.sum().backward();
    assertNull(x.grad());
    assertEquals(w.shape(), w.grad().shape());
    assertNull(x.conv2d(w.detach()).gradFn());
  }

  @Test
  void wrongCallsAreToldWhatIsWrong() {
    Tensor x = Tensor.ones(1, 4, 5, 5);
    Tensor w = Tensor.ones(6, 4, 3, 3);
    ConvOptions none = ConvOptions.of();
    assertMessage("conv2d: an input of shape [4, 5]", () -> Tensor.ones(4, 5).conv2d(w));
    assertMessage("with 4 channels", () -> x.conv2d(Tensor.ones(6, 3, 3, 3)));
    assertMessage("a multiple of groups", () -> x.conv2d(w, null, none.groups(2)));
    assertMessage("groups = 0", () -> x.conv2d(w, null, none.groups(0)));
    assertMessage("conv2d: stride [0]", () -> x.conv2d(w, null, none.stride(0)));
    assertMessage("dilation [1, 0]", () -> x.conv2d(w, null, none.dilation(1, 0)));
    assertMessage("padding [-1]", () -> x.conv2d(w, null, none.padding(-1)));
    assertMessage("has 3 numbers", () -> x.conv2d(w, null, none.padding(1, 2, 3)));
    assertMessage("reaches over 9 places", () -> x.conv2d(w, null, none.dilation(4)));
    assertMessage("it must be [6]", () -> x.conv2d(w, Tensor.ones(4), none));
    assertMessage("\"same\"", () -> x.conv2d(w, null, none.padding("same").stride(2)));
    assertMessage("no padding \"full\"", () -> none.padding("full"));
    assertMessage("for transposed", () -> x.conv2d(w, null, none.outputPadding(1)));
    Tensor v = Tensor.ones(4, 3, 3, 3);
    assertMessage(
        "conv_transpose2d: output padding [1, 1]",
        () -> x.convTranspose2d(v, null, none.outputPadding(1)));
    assertMessage("pad less", () -> x.convTranspose2d(v, null, none.padding(9)));
    assertMessage("\"same\"", () -> x.convTranspose2d(v, null, none.padding("same")));
    assertMessage("it must be [3]", () -> x.convTranspose2d(v, Tensor.ones(4), none));
    assertMessage("[channels, out / groups, kernel…]", () -> x.convTranspose2d(w));
    String types =
        assertThrows(DTypeException.class, () -> x.conv2d(w.to(DType.FLOAT64))).getMessage();
    assertTrue(types.contains("the weight of float64"), types);
    assertThrows(DTypeException.class, () -> x.to(DType.INT64).conv2d(w.to(DType.INT64)));
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(ShapeException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }
}
