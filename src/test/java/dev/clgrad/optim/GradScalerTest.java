package dev.clgrad.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.AutogradException;
import dev.clgrad.Clgrad;
import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GradScalerTest {
  @Test
  void aScaledStepIsTheStep() {
    Tensor plain = Tensor.of(1f, -2f).requiresGrad(true);
    Tensor scaled = Tensor.of(1f, -2f).requiresGrad(true);
    Optimizer plainSgd = new Sgd(List.of(plain), 0.25);
    Optimizer scaledSgd = new Sgd(List.of(scaled), 0.25);
    GradScaler scaler = new GradScaler();
    plain.square().sum().backward();
    plainSgd.step();
    scaler.scale(scaled.square().sum()).backward();
    assertEquals(65536 * 2f, Objects.requireNonNull(scaled.grad()).toFloatArray()[0]);
    assertTrue(scaler.step(scaledSgd));
    scaler.update();
    assertArrayEquals(plain.toFloatArray(), scaled.toFloatArray());
    assertEquals(65536, scaler.scale());
  }

  @Test
  void aStepThatOverflowsIsLeftOutAndTheScaleShrinks() {
    Tensor p = Tensor.of(1f, 2f).requiresGrad(true);
    Optimizer sgd = new Sgd(List.of(p), 1);
    GradScaler scaler =
        new GradScaler(GradScaler.options().initialScale(1 << 20).growthInterval(2));
    scaler.scale(p.to(DType.FLOAT16).mul(3).sum()).backward();
    assertFalse(scaler.step(sgd));
    assertArrayEquals(new float[] {1, 2}, p.toFloatArray());
    scaler.update();
    assertEquals(1 << 19, scaler.scale());
    double[] scales = {1 << 19, 1 << 20};
    for (double expected : scales) {
      p.zeroGrad();
      scaler.scale(p.sum()).backward();
      assertTrue(scaler.step(sgd));
      scaler.update();
      assertEquals(expected, scaler.scale());
    }
    assertArrayEquals(new float[] {-1, 0}, p.toFloatArray());
  }

  @Test
  void gradientsAreUnscaledOnce() {
    Tensor p = Tensor.of(1f).requiresGrad(true);
    Optimizer sgd = new Sgd(List.of(p), 1);
    GradScaler scaler = new GradScaler();
    scaler.scale(p.mul(5).sum()).backward();
    assertTrue(scaler.unscale(sgd));
    assertArrayEquals(new float[] {5}, Objects.requireNonNull(p.grad()).toFloatArray());
    assertThrows(AutogradException.class, () -> scaler.unscale(sgd));
    assertTrue(scaler.step(sgd));
    assertArrayEquals(new float[] {-4}, p.toFloatArray());
    assertThrows(ClgradException.class, () -> GradScaler.options().backoffFactor(2));
  }

  /** Gradients of 2^-20 are zero in float16, and with a scale they are not. */
  @Test
  void smallGradientsSurvive() {
    Tensor w = Tensor.of(1f).requiresGrad(true);
    Tensor x = Tensor.of(0x1p-10f).to(DType.FLOAT16);
    Tensor y = w.to(DType.FLOAT16).mul(x);
    y.to(DType.FLOAT32).mul(0x1p-18f).sum().backward();
    assertEquals(0, Objects.requireNonNull(w.grad()).item());
    w.zeroGrad();
    GradScaler scaler = new GradScaler();
    Optimizer sgd = new Sgd(List.of(w), 1);
    scaler.scale(w.to(DType.FLOAT16).mul(x).to(DType.FLOAT32).mul(0x1p-18f).sum()).backward();
    assertTrue(scaler.unscale(sgd));
    assertEquals(0x1p-28, Objects.requireNonNull(w.grad()).item());
  }

  /** Weights in float32, activations and products in float16: the loss falls as in float32. */
  @Test
  void mixedPrecisionTrains() {
    for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
      Clgrad.manualSeed(3);
      Tensor x = Tensor.randn(64, 8);
      Tensor t = x.narrow(1, 0, 1).mul(2).sub(x.narrow(1, 3, 1)).tanh().detach();
      Tensor w1 = Tensor.randn(8, 16).mul(0.3).detach().requiresGrad(true);
      Tensor w2 = Tensor.randn(16, 1).mul(0.3).detach().requiresGrad(true);
      Optimizer adam = new Adam(List.of(w1, w2), 0.02);
      GradScaler scaler = new GradScaler();
      double first = 0;
      double last = 0;
      for (int step = 0; step < 60; step++) {
        adam.zeroGrad();
        Tensor hidden = x.to(dtype).matmul(w1.to(dtype)).tanh();
        Tensor y = hidden.matmul(w2.to(dtype));
        assertEquals(dtype, y.dtype());
        Tensor loss = y.to(DType.FLOAT32).sub(t).square().mean();
        scaler.scale(loss).backward();
        scaler.step(adam);
        scaler.update();
        last = loss.item();
        first = step == 0 ? last : first;
      }
      assertTrue(last < 0.1 * first, dtype + ": from " + first + " to " + last);
      assertEquals(Shape.of(8, 16), w1.shape());
      assertEquals(DType.FLOAT32, w1.dtype());
    }
  }
}
