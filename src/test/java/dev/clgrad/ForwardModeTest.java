package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tangents beside the numbers. */
class ForwardModeTest {
  private static double[] tangent(ForwardMode forward, Tensor y) {
    Tensor tangent = forward.tangent(y);
    assertNotNull(tangent);
    return tangent.toDoubleArray();
  }

  @Test
  void everyOperationGivesItsTangent() {
    Tensor x = Tensor.of(new double[] {0.5, 2});
    Tensor t = Tensor.of(new double[] {1, 10});
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor dual = forward.dual(x, t);
      assertFalse(dual.requiresGrad());
      assertArrayEquals(new double[] {1, 10}, tangent(forward, dual));
      assertArrayEquals(
          new double[] {Math.exp(0.5), 10 * Math.exp(2)}, tangent(forward, dual.exp()), 1e-12);
      assertArrayEquals(new double[] {1, 40}, tangent(forward, dual.mul(dual)), 1e-12);
      assertArrayEquals(new double[] {11}, tangent(forward, dual.sum()), 1e-12);
      assertArrayEquals(new double[] {3, 30}, tangent(forward, dual.mul(Tensor.of(3f, 3f))), 1e-12);
      assertArrayEquals(new double[] {1, 10, 1, 10}, tangent(forward, dual.expand(2, 2)), 1e-12);
      Tensor w = Tensor.of(new double[][] {{1, 2}, {3, 4}});
      assertArrayEquals(new double[] {31, 42}, tangent(forward, dual.matmul(w)), 1e-12);
      assertNull(forward.tangent(w));
      assertNull(forward.tangent(dual.detach()));
      assertNull(forward.tangent(dual.gt(1)));
      assertNull(forward.tangent(Autograd.noGrad(() -> dual.mul(2))));
    }
  }

  @Test
  void severalResultsHaveTangentsOfTheirOwn() {
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor dual =
          forward.dual(Tensor.of(new double[] {3, 1, 2}), Tensor.of(new double[] {10, 20, 30}));
      List<Tensor> parts = dual.split(2);
      assertArrayEquals(new double[] {10, 20}, tangent(forward, parts.get(0)));
      assertArrayEquals(new double[] {30}, tangent(forward, parts.get(1)));
      ValuesAndIndices sorted = dual.sort(0);
      assertArrayEquals(new double[] {20, 30, 10}, tangent(forward, sorted.values()));
      assertNull(forward.tangent(sorted.indices()));
    }
  }

  @Test
  void tangentsAreDifferentiatedBackward() {
    Tensor x = Tensor.of(new double[] {2}).requiresGrad(true);
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor y = forward.dual(x, Tensor.of(new double[] {1})).pow(3);
      Tensor slope = forward.tangent(y);
      assertNotNull(slope);
      assertEquals(12, slope.item());
      slope.sum().backward();
    }
    Tensor second = x.grad();
    assertNotNull(second);
    assertEquals(12, second.item());
    assertFalse(second.requiresGrad());
  }

  @Test
  void gradientsHaveTangents() {
    // The Hessian of sum(x³) times v, forward over backward.
    Tensor x = Tensor.of(new double[] {2, 3}).requiresGrad(true);
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor dual = forward.dual(x, Tensor.of(new double[] {1, 10}));
      Tensor y = dual.pow(3).exp().log().sum();
      Tensor gradient = Autograd.grad(List.of(y), List.of(x)).get(0);
      assertArrayEquals(new double[] {12, 27}, gradient.toDoubleArray(), 1e-9);
      assertArrayEquals(new double[] {12, 180}, tangent(forward, gradient), 1e-9);
      assertFalse(gradient.requiresGrad());
    }
  }

  @Test
  void itEndsWithItsBlock() {
    Tensor x = Tensor.of(new double[] {2});
    Tensor y;
    ForwardMode old = ForwardMode.open();
    try (old) {
      y = old.dual(x, x).square();
      AutogradException e = assertThrows(AutogradException.class, ForwardMode::open);
      assertTrue(e.getMessage().contains("one level"), e.getMessage());
    }
    assertNull(old.tangent(y));
    try (ForwardMode forward = ForwardMode.open()) {
      assertNull(forward.tangent(y.mul(2)));
      assertThrows(ShapeException.class, () -> forward.dual(x, Tensor.of(new double[] {1, 2})));
      assertThrows(DTypeException.class, () -> forward.dual(x, Tensor.of(1f)));
      assertThrows(DTypeException.class, () -> forward.dual(Tensor.of(1L), Tensor.of(1L)));
      Tensor dual = forward.dual(x.clone(), x);
      AutogradException e = assertThrows(AutogradException.class, () -> dual.mul_(2));
      assertTrue(e.getMessage().contains("in place in forward mode"), e.getMessage());
      assertThrows(AutogradException.class, () -> x.clone().add_(dual));
    }
    assertTrue(Autograd.isGradEnabled());
    Tensor leaf = Tensor.of(new double[] {2}).requiresGrad(true);
    Tensor after;
    try (ForwardMode forward = ForwardMode.open()) {
      after = forward.dual(leaf, x);
      leaf.registerPostAccumulateGradHook(w -> assertNotNull(w.grad()));
      after.square().sum().backward();
    }
    Tensor gradient = leaf.grad();
    assertNotNull(gradient);
    assertFalse(gradient.requiresGrad());
    AutogradException leaves = assertThrows(AutogradException.class, () -> after.mul_(2));
    assertTrue(leaves.getMessage().contains("a view of a leaf"), leaves.getMessage());
  }

  @Test
  void nothingIsKeptOfThePass() throws InterruptedException {
    Device device = Device.getDefault();
    Tensor x = Tensor.ones(64, 64);
    Tensor w = Tensor.ones(64, 64).mul(1.0 / 64);
    long before = settled(device);
    Tensor slope = null;
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor y = forward.dual(x, x);
      for (int i = 0; i < 20; i++) {
        y = y.matmul(w).sin();
      }
      slope = forward.tangent(y);
      assertNotNull(slope);
      slope.toFloatArray();
    }
    long held = settled(device) - before;
    assertTrue(held <= 2L * 4 * 64 * 64, held + " bytes");
    assertEquals(64 * 64, slope.numel());
  }

  private static long settled(Device device) throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(20);
      device.emptyCache();
    }
    return device.counters().liveBytes();
  }

  @Test
  void standInsAreNeverComputed() {
    Device device = Device.getDefault();
    Tensor w = Tensor.ones(32, 32);
    Tensor x = Tensor.ones(32, 32);
    x.matmul(w).toFloatArray();
    long before = device.counters().launches();
    x.matmul(w).toFloatArray();
    final long product = device.counters().launches() - before;
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor dual = forward.dual(x, Tensor.ones(32, 32));
      device.synchronize();
      before = device.counters().launches();
      Tensor slope = forward.tangent(dual.matmul(w));
      assertNotNull(slope);
      slope.toFloatArray();
    }
    // The product of the tangent, and that of the numbers, which somebody may still ask for; not a
    // third one, of the stand-in.
    long launches = device.counters().launches() - before;
    assertTrue(launches < 3 * product, launches + " launches, " + product + " for a product");
  }
}
