package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Grad modes, inference mode, anomaly detection, and walking the graph. */
class AutogradModesTest {
  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  @Test
  void modesNestAndEnd() {
    Tensor x = leaf(1);
    assertTrue(Autograd.isGradEnabled());
    try (var off = Autograd.noGrad()) {
      assertFalse(Autograd.isGradEnabled());
      assertFalse(x.mul(2).requiresGrad());
      try (var on = Autograd.enableGrad()) {
        assertTrue(x.mul(2).requiresGrad());
      }
      try (var on = Autograd.setGradEnabled(true)) {
        assertTrue(x.mul(2).requiresGrad());
      }
      assertFalse(x.mul(2).requiresGrad());
    }
    assertTrue(Autograd.isGradEnabled());
    assertFalse(Autograd.noGrad(() -> x.mul(2)).requiresGrad());
    assertThrows(
        IllegalStateException.class,
        () ->
            Autograd.noGrad(
                () -> {
                  throw new IllegalStateException("of the program");
                }));
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void whatIsMadeInNoGradCanStillBeTrained() {
    Tensor x = Autograd.noGrad(() -> Tensor.of(new double[] {1, 2}).mul(2)).requiresGrad(true);
    x.square().sum().backward();
    assertEquals("tensor([4., 8.], dtype=float64)", grad(x).toString().replace("torch.", ""));
  }

  @Test
  void inferenceTensorsTakePartInNoGraph() {
    Tensor w = leaf(3);
    Tensor x = Autograd.inferenceMode(() -> w.mul(2));
    assertTrue(x.isInference());
    assertFalse(x.requiresGrad());
    assertFalse(Autograd.isInferenceModeEnabled());
    AutogradException saved = assertThrows(AutogradException.class, () -> w.mul(x));
    assertTrue(saved.getMessage().contains("inference mode"), saved.getMessage());
    assertTrue(saved.getMessage().contains("clone()"), saved.getMessage());
    assertThrows(AutogradException.class, () -> x.requiresGrad(true));
    assertThrows(AutogradException.class, () -> x.add_(w));
    // What nothing is saved of may be used, and a clone is like any other tensor.
    assertTrue(w.add(x).requiresGrad());
    Tensor usual = x.clone();
    assertFalse(usual.isInference());
    w.mul(usual).sum().backward();
    assertEquals(6, grad(w).item());
    try (var mode = Autograd.inferenceMode()) {
      x.add_(1);
      assertTrue(Autograd.isInferenceModeEnabled());
    }
    assertEquals(7, x.item());
  }

  private static Tensor grad(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad;
  }

  @Test
  void modesAreOfOneThread() throws InterruptedException {
    AtomicBoolean seen = new AtomicBoolean();
    try (var mode = Autograd.inferenceMode();
        var anomaly = Autograd.detectAnomaly()) {
      Thread other =
          new Thread(
              () -> seen.set(Autograd.isGradEnabled() && !Autograd.isInferenceModeEnabled()));
      other.start();
      other.join();
    }
    assertTrue(seen.get());
  }

  @Test
  void theFirstGradientThatIsNotFiniteIsNamed() {
    Tensor x = leaf(4, 0, 1);
    try (var anomaly = Autograd.detectAnomaly()) {
      Tensor y = x.sqrt();
      Tensor z = y.mul(3);
      AutogradException e = assertThrows(AutogradException.class, () -> z.sum().backward());
      assertTrue(
          e.getMessage()
              .matches(
                  "backward: SqrtBackward0, whose result was float64\\[3\\], made a gradient with an infinity at \\[1\\] for its"
                      + " input 0 of shape \\[3\\]; its forward call was at"
                      + " .*AutogradModesTest.theFirstGradientThatIsNotFiniteIsNamed\\(AutogradModesTest.java:\\d+\\)"),
          e.getMessage());
      assertNotNull(e.getCause());
    }
    assertNull(x.grad());
    Tensor y = x.sqrt();
    try (var anomaly = Autograd.detectAnomaly()) {
      AutogradException e = assertThrows(AutogradException.class, () -> y.sum().backward());
      assertTrue(e.getMessage().contains("its forward call is not known"), e.getMessage());
    }
    Tensor nan = x.mul(0).log().mul(0);
    try (var anomaly = Autograd.detectAnomaly()) {
      AutogradException e = assertThrows(AutogradException.class, () -> nan.sum().backward());
      assertTrue(e.getMessage().contains("a NaN at [0]"), e.getMessage());
    }
    try (var anomaly = Autograd.detectAnomaly(false)) {
      x.sqrt().sum().backward();
    }
    assertEquals(Double.POSITIVE_INFINITY, grad(x).toDoubleArray()[1]);
  }

  @Test
  void theGraphIsWalked() {
    Tensor a = leaf(1);
    Tensor b = Tensor.of(new double[] {2});
    Tensor y = a.mul(b).add(a);
    assertTrue(a.isLeaf() && b.isLeaf() && !y.isLeaf());
    assertNull(a.gradFn());
    GradFn add = y.gradFn();
    assertNotNull(add);
    assertEquals("<AddBackward0>", add.toString());
    List<GradFn.Next> next = List.copyOf(add.nextFunctions());
    GradFn mul = next.get(0).function();
    assertEquals("MulBackward0", mul.name());
    GradFn accumulate = next.get(1).function();
    assertEquals("AccumulateGrad", accumulate.name());
    assertEquals(0, next.get(1).output());
    Tensor leaf = accumulate.variable();
    assertNotNull(leaf);
    leaf.square().backward();
    assertEquals(2, grad(a).item());
    assertEquals(accumulate, mul.nextFunctions().get(0).function());
    assertNull(mul.nextFunctions().get(1));
    assertEquals(add, y.gradFn());
  }

  @Test
  void requiresGradHasItsRules() {
    assertThrows(DTypeException.class, () -> Tensor.of(1L).requiresGrad(true));
    assertThrows(DTypeException.class, () -> Tensor.of(true).requiresGrad(true));
    Tensor x = leaf(1);
    Tensor y = x.mul(2);
    assertThrows(AutogradException.class, () -> y.requiresGrad(false));
    assertTrue(y.requiresGrad(true).requiresGrad());
    assertFalse(x.requiresGrad(false).requiresGrad());
    // Conversions to integers end the graph.
    Tensor z = leaf(1.5);
    assertFalse(z.to(DType.INT64).requiresGrad());
    assertFalse(z.gt(1).requiresGrad());
    assertFalse(z.argmax().requiresGrad());
  }

  @Test
  void gradientsOfSomeTensorsAlone() {
    Tensor a = leaf(2);
    Tensor b = leaf(3);
    Tensor c = a.mul(b);
    Tensor d = c.square();
    Autograd.backward(List.of(d, c), null, true, false, List.of(a));
    assertEquals(2 * 6 * 3 + 3, grad(a).item());
    assertNull(b.grad());
    Autograd.backward(List.of(d), null, true, false, List.of(c));
    assertEquals(12, grad(c).item());
    Autograd.backward(List.of(c, d));
    assertEquals(2 * 6 * 2 + 2, grad(b).item());
    assertThrows(
        AutogradException.class,
        () -> Autograd.backward(List.of(a.mul(2)), List.of(), false, false, null));
  }

  @Test
  void inferenceModeIsStrongerThanEnableGrad() {
    Tensor w = leaf(2);
    assertFalse(Autograd.inferenceMode(() -> Autograd.enableGrad(() -> w.add(1))).requiresGrad());
  }

  @Test
  void inputsOfBackwardAreNamedOnceEach() {
    Tensor w = leaf(2);
    Autograd.backward(List.of(w.mul(3)), null, false, false, List.of(w, w));
    assertEquals(3, grad(w).item());
    assertThrows(
        AutogradException.class,
        () -> Autograd.backward(List.of(w.mul(3)), null, false, false, List.of()));
  }

  @Test
  void anomalyDetectionEndsOnce() {
    Autograd.Mode outer = Autograd.detectAnomaly();
    Autograd.Mode mode = Autograd.detectAnomaly();
    mode.close();
    mode.close();
    Tensor x = leaf(0);
    Tensor y = x.sqrt();
    AutogradException e = assertThrows(AutogradException.class, () -> y.sum().backward());
    assertTrue(e.getMessage().contains("its forward call was at"), e.getMessage());
    outer.close();
    x.sqrt().sum().backward();
    assertEquals(Double.POSITIVE_INFINITY, grad(x).item());
  }

  @Test
  void capturedStepsAreNotRepeatedWhileAnomaliesAreDetected() {
    Tensor w = leaf(1);
    CapturedStep step =
        CapturedStep.of(
            (Tensor x) -> {
              w.zeroGrad();
              Tensor loss = w.mul(x).sqrt().sum();
              loss.backward();
              return loss;
            });
    Tensor one = Tensor.of(new double[] {1});
    for (int i = 0; i < 4; i++) {
      step.run(one);
    }
    try (var anomaly = Autograd.detectAnomaly()) {
      step.run(one);
      Tensor zero = Tensor.of(new double[] {0});
      assertThrows(AutogradException.class, () -> step.run(zero));
    }
  }

  @Test
  void unusedInputsAreToldOrAllowed() {
    Tensor a = leaf(2);
    Tensor b = leaf(3);
    Tensor y = a.mul(2);
    AutogradException e =
        assertThrows(
            AutogradException.class,
            () -> Autograd.grad(List.of(y), List.of(a, b), null, true, false));
    assertTrue(e.getMessage().contains("input 1"), e.getMessage());
    List<Tensor> some = Autograd.gradAllowingUnused(List.of(y), List.of(a, b), null, false, false);
    assertEquals(2, some.get(0).item());
    assertNull(some.get(1));
  }

  @Test
  void aGradientIsSetByHand() {
    Tensor x = leaf(1, 2);
    x.setGrad(Tensor.of(new double[] {10, 20}));
    x.sum().backward();
    assertEquals(11, grad(x).toDoubleArray()[0]);
    x.setGrad(null);
    assertNull(x.grad());
    assertThrows(ShapeException.class, () -> x.setGrad(Tensor.of(new double[] {1})));
    assertThrows(DTypeException.class, () -> x.setGrad(Tensor.of(1f, 2f)));
  }
}
