package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** How many launches losses take, and what they refuse. */
class LossesTest {
  private final Device device = Device.getDefault();
  private boolean before;

  @BeforeEach
  void fuse() {
    before = device.scheduler().isFused();
    device.scheduler().setFused(true);
  }

  @AfterEach
  void restore() {
    device.scheduler().setFused(before);
  }

  private static Tensor stored(Tensor x) {
    x.toFloatArray();
    return x.detach();
  }

  private static Tensor numbers(double scale) {
    return stored(Tensor.arange(400).to(DType.FLOAT32).mul(scale).sub(1).reshape(50, 8));
  }

  private long launches(Runnable program) {
    device.synchronize();
    long start = device.counters().launches();
    program.run();
    device.synchronize();
    return device.counters().launches() - start;
  }

  private void assertLaunches(
      int forward, int backward, Tensor input, Function<Tensor, Tensor> loss) {
    Tensor x = input.requiresGrad(true);
    Tensor[] y = new Tensor[1];
    assertEquals(forward, launches(() -> y[0] = loss.apply(x)), "forward");
    assertEquals(backward, launches(() -> y[0].backward()), "backward");
  }

  @Test
  void lossesOfElementsAreOneLaunchAndTheirGradientsAnother() {
    Tensor t = numbers(0.004);
    assertLaunches(1, 1, numbers(0.01), x -> x.mseLoss(t));
    assertLaunches(1, 1, numbers(0.01), x -> x.mseLoss(t, LossReduction.SUM));
    assertLaunches(1, 1, numbers(0.01), x -> x.l1Loss(t));
    assertLaunches(1, 1, numbers(0.01), x -> x.huberLoss(t));
    assertLaunches(1, 1, numbers(0.01), x -> x.smoothL1Loss(t));
    assertLaunches(1, 1, numbers(0.01), x -> x.hingeEmbeddingLoss(t));
    assertLaunches(1, 1, numbers(0.01), x -> x.binaryCrossEntropyWithLogits(t));
    assertLaunches(1, 1, numbers(0.01), x -> x.klDiv(t));
    Tensor other = numbers(0.02);
    assertLaunches(1, 1, numbers(0.01), x -> x.marginRankingLoss(other, t));
  }

  @Test
  void probabilitiesAreLookedAtInALaunchOfTheirOwn() {
    Tensor t = stored(numbers(0.01).sigmoid());
    assertLaunches(2, 1, stored(numbers(0.004).sigmoid()), x -> x.binaryCrossEntropy(t));
  }

  @Test
  void allAreTheirDefinitions() {
    Tensor x = Tensor.of(0.25f, 0.5f, 0.75f);
    Tensor t = Tensor.of(1f, 0f, 0.5f);
    double[] d = {-0.75, 0.5, 0.25};
    assertArrayEquals(
        new double[] {d[0] * d[0], d[1] * d[1], d[2] * d[2]},
        x.mseLoss(t, LossReduction.NONE).toDoubleArray());
    assertEquals(1.5, x.l1Loss(t, LossReduction.SUM).item());
    assertEquals(0.5, x.l1Loss(t).item());
    assertArrayEquals(
        new double[] {0.5 * (0.75 - 0.25), 0.125, 0.03125},
        x.huberLoss(t, 0.5, LossReduction.NONE).toDoubleArray());
    assertArrayEquals(
        new double[] {0.75 - 0.25, 0.25, 0.0625},
        x.smoothL1Loss(t, 0.5, LossReduction.NONE).toDoubleArray());
    assertEquals(
        x.binaryCrossEntropy(t).item(),
        x.log().sub(x.rsub(1).log()).binaryCrossEntropyWithLogits(t).item(),
        1e-6);
    Tensor scores = numbers(0.01);
    Tensor classes = Tensor.arange(50).remainder(8);
    assertEquals(
        scores.crossEntropy(classes).item(), scores.logSoftmax(1).nllLoss(classes).item(), 1e-5);
  }

  private static void assertRefused(
      Class<? extends ClgradException> type, Executable call, String... parts) {
    String message = String.valueOf(assertThrows(type, call).getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
    }
  }

  @Test
  void whatIsNoProbabilityIsNamed() {
    Tensor t = Tensor.of(1f, 0f, 1f);
    for (float wrong : new float[] {-0.5f, 1.5f, Float.NaN}) {
      Tensor x = Tensor.of(0.5f, 0.25f, wrong);
      assertRefused(
          ClgradException.class,
          () -> x.binaryCrossEntropy(t).item(),
          "binary_cross_entropy: ",
          "element 2",
          "binaryCrossEntropyWithLogits");
    }
    assertRefused(
        ShapeException.class,
        () -> t.binaryCrossEntropy(Tensor.of(1f)),
        "binary_cross_entropy: ",
        "[1]",
        "[3]");
    assertRefused(
        ShapeException.class,
        () -> t.binaryCrossEntropy(t, Tensor.ones(2, 3), LossReduction.MEAN),
        "binary_cross_entropy: ",
        "weight",
        "[2, 3]",
        "[3]");
  }

  @Test
  void wrongClassesAreNamed() {
    Tensor x = Tensor.zeros(2, 3);
    assertRefused(
        IndexException.class,
        () -> x.nllLoss(Tensor.of(0L, 3L)).item(),
        "nll_loss: ",
        "3",
        "0 to 2");
    assertRefused(
        DTypeException.class, () -> x.nllLoss(Tensor.of(0f, 1f)), "nll_loss: ", "float32", "int64");
    assertRefused(
        ShapeException.class,
        () -> x.nllLoss(Tensor.of(0L, 1L), Tensor.ones(2), -100, LossReduction.MEAN),
        "nll_loss: ",
        "[2]",
        "[3]");
    assertRefused(
        AutogradException.class,
        () ->
            x.nllLoss(
                Tensor.of(0L, 1L), Tensor.ones(3).requiresGrad(true), -100, LossReduction.MEAN),
        "nll_loss: ",
        "detach()");
  }

  @Test
  void wrongArgumentsAreNamed() {
    Tensor x = Tensor.zeros(2, 3);
    Tensor whole = Tensor.of(1L, 2L, 3L);
    assertRefused(DTypeException.class, () -> whole.mseLoss(x), "mse_loss: ", "int64", "to(");
    assertRefused(ShapeException.class, () -> x.mseLoss(Tensor.ones(2)), "mse_loss: ", "[2]");
    assertRefused(
        ClgradException.class,
        () -> x.smoothL1Loss(x, -1, LossReduction.MEAN),
        "smooth_l1_loss: ",
        "-1");
    assertRefused(
        ClgradException.class,
        () -> x.mseLoss(x, LossReduction.BATCHMEAN),
        "mse_loss: ",
        "batchmean",
        "kl_div");
    assertRefused(
        ClgradException.class,
        () -> x.crossEntropy(x, CrossEntropyOptions.DEFAULT.withReduction(LossReduction.BATCHMEAN)),
        "cross_entropy: ",
        "batchmean");
    assertRefused(ClgradException.class, () -> LossReduction.of("average"), "average", "mean");
    assertRefused(
        ShapeException.class,
        () -> x.cosineEmbeddingLoss(x, Tensor.ones(2, 3)),
        "cosine_embedding_loss: ",
        "[2, 3]");
    assertRefused(ShapeException.class, () -> x.normalize(2, 2, 1e-12), "normalize: ", "[2, 3]");
    assertEquals(LossReduction.MEAN, LossReduction.of("mean"));
  }

  @Test
  void allTargetsIgnoredGiveNoGradient() {
    Tensor x = Tensor.of(new float[][] {{-1, -2}, {-3, -4}}).requiresGrad(true);
    Tensor loss = x.nllLoss(Tensor.of(-100L, -100L));
    assertTrue(Double.isNaN(loss.item()));
    loss.backward();
    Tensor grad = x.grad();
    assertTrue(grad != null);
    assertArrayEquals(new float[4], grad.toFloatArray());
  }

  @Test
  void theZeroVectorHasANorm() {
    for (double p : new double[] {0.5, 1, 2, 3, Double.POSITIVE_INFINITY}) {
      Tensor x = Tensor.zeros(2, 3).requiresGrad(true);
      x.pairwiseDistance(Tensor.zeros(2, 3), p, 0, false).sum().backward();
      Tensor grad = x.grad();
      assertTrue(grad != null);
      assertArrayEquals(new float[6], grad.toFloatArray(), "p = " + p);
    }
  }
}
