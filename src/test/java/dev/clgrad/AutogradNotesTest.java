package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * What PyTorch's notes on autograd and its tutorials promise, one promise a test; the more special
 * ones stand in the tests of their feature.
 */
class AutogradNotesTest {
  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static double[] grad(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad.toDoubleArray();
  }

  private static double slopeAt(UnaryOperator<Tensor> f, double at) {
    Tensor x = leaf(at);
    f.apply(x).sum().backward();
    return grad(x)[0];
  }

  @Test
  void gradientsAccumulateUntilTheyAreCleared() {
    Tensor w = leaf(2);
    for (int i = 1; i <= 3; i++) {
      w.mul(3).backward();
      assertArrayEquals(new double[] {3 * i}, grad(w));
    }
    w.zeroGrad();
    assertNull(w.grad());
  }

  @Test
  void aGradientThatWasTakenIsChangedByTheNextBackward() {
    // As in PyTorch, where accumulation is in place.
    Tensor w = leaf(2);
    w.mul(3).backward();
    Tensor first = w.grad();
    assertNotNull(first);
    w.mul(4).backward();
    assertEquals(7, first.item());
  }

  @Test
  void aGraphIsUsedOnceUnlessItIsRetained() {
    Tensor x = leaf(3);
    Tensor y = x.square();
    y.backward(null, true, false);
    y.backward();
    assertArrayEquals(new double[] {12}, grad(x));
    AutogradException e = assertThrows(AutogradException.class, y::backward);
    assertTrue(e.getMessage().contains("retainGraph"), e.getMessage());
    assertArrayEquals(new double[] {12}, grad(x));
    // Another branch of a graph that was given back in part.
    Tensor shared = x.exp();
    Tensor a = shared.mul(2);
    Tensor b = shared.mul(3);
    a.backward();
    assertThrows(AutogradException.class, b::backward);
  }

  @Test
  void everyOutputOfAnOperationIsARoot() {
    Tensor x = leaf(1, 2);
    List<Tensor> parts = x.split(1);
    parts.get(0).backward();
    parts.get(1).backward();
    assertArrayEquals(new double[] {1, 1}, grad(x));
    Tensor y = x.square().sum();
    assertEquals(1, Autograd.grad(List.of(y), List.of(y)).get(0).item());
    y.backward();
    assertArrayEquals(new double[] {3, 5}, grad(x));
  }

  @Test
  void oneTensorUsedTwiceGetsBothGradients() {
    Tensor x = leaf(5);
    x.mul(x).add(x).backward();
    assertArrayEquals(new double[] {11}, grad(x));
    List<Tensor> twice = Autograd.grad(List.of(x.square()), List.of(x, x));
    assertEquals(10, twice.get(0).item());
    assertEquals(10, twice.get(1).item());
  }

  @Test
  void resultsRequireGradientsIfAnInputDoes() {
    Tensor x = Tensor.of(new double[] {1});
    Tensor w = leaf(1);
    assertFalse(x.add(x).requiresGrad());
    assertTrue(x.add(w).requiresGrad());
    assertFalse(x.add(w).isLeaf());
    assertTrue(x.add(x).isLeaf());
    assertNull(x.add(x).gradFn());
  }

  @Test
  void freezingAParameterIsRequiringNoGradient() {
    Tensor frozen = leaf(2).requiresGrad(false);
    Tensor trained = leaf(3);
    frozen.mul(trained).backward();
    assertNull(frozen.grad());
    assertArrayEquals(new double[] {2}, grad(trained));
  }

  @Test
  void onlyLeavesGetTheirGradientUnlessRetained() {
    Tensor x = leaf(1);
    Tensor y = x.mul(2);
    Tensor z = y.mul(3).retainGrad();
    z.mul(4).backward();
    assertNull(y.grad());
    assertArrayEquals(new double[] {4}, grad(z));
  }

  @Test
  void aVectorNeedsAnUpstreamGradient() {
    Tensor x = leaf(1, 2, 3);
    Tensor y = x.mul(2);
    AutogradException e = assertThrows(AutogradException.class, y::backward);
    assertTrue(e.getMessage().contains("one element"), e.getMessage());
    y.backward(Tensor.of(new double[] {0.1, 1, 0.0001}));
    assertArrayEquals(new double[] {0.2, 2, 0.0002}, grad(x), 1e-15);
  }

  @Test
  void functionsWithoutADerivativeHaveTheirConventions() {
    // The least subgradient in norm, the mean at a maximum's ties, infinity where it is.
    assertEquals(0, slopeAt(Tensor::abs, 0));
    assertEquals(0, slopeAt(Tensor::relu, 0));
    assertEquals(0, slopeAt(Tensor::sign, 2));
    assertEquals(0, slopeAt(Tensor::round, 2.5));
    assertEquals(Double.POSITIVE_INFINITY, slopeAt(Tensor::sqrt, 0));
    assertEquals(0, slopeAt(x -> x.norm(), 0));
    Tensor tie = leaf(2, 2, 1);
    tie.amax(0).backward();
    assertArrayEquals(new double[] {0.5, 0.5, 0}, grad(tie));
    Tensor one = leaf(2, 2, 1);
    one.maximum(Tensor.of(new double[] {2, 0, 4})).sum().backward();
    assertArrayEquals(new double[] {0.5, 1, 0}, grad(one));
    assertTrue(Double.isNaN(slopeAt(x -> x.mul(0).div(x), 0)));
  }

  @Test
  void aMaskKeepsNanOutOfTheResultAndNotOutOfTheGradient() {
    // PyTorch's notes warn of it: where() selects, but 0 times infinity is NaN in backward.
    Tensor x = leaf(0, 4);
    Tensor y = Tensor.where(x.gt(0), x.sqrt(), Tensor.zerosLike(x));
    y.sum().backward();
    assertTrue(Double.isNaN(grad(x)[0]));
    assertEquals(0.25, grad(x)[1]);
  }

  @Test
  void detachCutsAndSharesMemory() {
    Tensor x = leaf(2);
    Tensor y = x.mul(3);
    y.detach().mul(x).backward();
    assertArrayEquals(new double[] {6}, grad(x));
    assertEquals(y.variable().storage(), y.detach().variable().storage());
  }

  @Test
  void derivativesOfAnyOrder() {
    Tensor x = leaf(0.7);
    Tensor y = x.sin().mul(x.exp());
    double[] expected = {
      Math.exp(0.7) * (Math.sin(0.7) + Math.cos(0.7)),
      2 * Math.exp(0.7) * Math.cos(0.7),
      2 * Math.exp(0.7) * (Math.cos(0.7) - Math.sin(0.7)),
      -4 * Math.exp(0.7) * Math.sin(0.7)
    };
    for (double derivative : expected) {
      y = Autograd.grad(List.of(y), List.of(x), null, true, true).get(0);
      assertEquals(derivative, y.item(), 1e-12);
    }
  }

  @Test
  void thirdDerivativesOfKernelsOfTheirOwn() {
    // f along a line x + s v, three times: against a difference of second derivatives.
    List<UnaryOperator<Tensor>> functions =
        List.of(
            x -> x.softmax(0).mul(x).sum(),
            x -> x.logSoftmax(0).square().sum(),
            x -> x.reshape(2, 2).matmul(x.reshape(2, 2)).tanh().sum(),
            x -> x.layerNorm(4).pow(3).sum(),
            x -> x.cumsum(0).exp().sum(),
            x -> x.logsumexp(0),
            x -> x.var(0).square(),
            x -> x.prod(0).mul(x.select(0, 1)),
            x -> x.reshape(1, 1, 2, 2).conv2d(x.reshape(1, 1, 2, 2).sin()).square().sum(),
            x -> x.gelu().mul(x.erf()).sum());
    double[] at = {0.3, -0.5, 0.9, 1.4};
    Tensor v = Tensor.of(new double[] {0.2, 0.7, -0.4, 0.5});
    double h = 1e-4;
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < functions.size(); i++) {
      UnaryOperator<Tensor> f = functions.get(i);
      double third = along(f, at, v, 0, 3);
      double difference = (along(f, at, v, h, 2) - along(f, at, v, -h, 2)) / (2 * h);
      if (!(Math.abs(third - difference) <= 1e-5 * (1 + Math.abs(third)))) {
        wrong.add(i + ": " + third + " and " + difference);
      }
    }
    assertEquals(List.of(), wrong);
  }

  /** A derivative of f(x + s v) with respect to s. */
  private static double along(UnaryOperator<Tensor> f, double[] at, Tensor v, double s, int order) {
    Tensor step = Tensor.scalar(s).requiresGrad(true);
    Tensor y = f.apply(Tensor.of(at).add(v.mul(step)));
    for (int i = 0; i < order; i++) {
      y = Autograd.grad(List.of(y), List.of(step), null, true, true).get(0);
    }
    return y.item();
  }

  @Test
  void aGraphGoesWithItsResult() throws InterruptedException {
    Tensor x = leaf(1, 2);
    WeakReference<Object> node = nodeOf(x);
    for (int i = 0; i < 50 && node.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(node.get());
    // Also one that was retained, has hooks that refer to its own tensors, and gradients of
    // gradients.
    WeakReference<Object> knotted = knotted(x);
    for (int i = 0; i < 50 && knotted.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(knotted.get());
  }

  private static WeakReference<Object> nodeOf(Tensor x) {
    Tensor y = x.exp().mul(x);
    y.sum().backward();
    return new WeakReference<>(y.variable().node());
  }

  private static WeakReference<Object> knotted(Tensor x) {
    Tensor y = x.exp().mul(2).retainGrad();
    y.registerHook(g -> g.mul(y));
    Tensor view = y.select(0, 0);
    y.mul_(3);
    y.sum().add(view).backward(null, true, true);
    x.zeroGrad();
    return new WeakReference<>(y.variable().node());
  }
}
