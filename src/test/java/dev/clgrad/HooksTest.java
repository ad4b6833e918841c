package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What programs see and change of gradients on their way. */
class HooksTest {
  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static double[] grad(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad.toDoubleArray();
  }

  @Test
  void aHookSeesTheWholeGradientOnce() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    List<Tensor> seen = new ArrayList<>();
    y.registerHook(
        g -> {
          seen.add(g);
          return null;
        });
    y.add(y.square()).sum().backward();
    assertEquals(1, seen.size());
    assertArrayEquals(new double[] {7, 13}, seen.get(0).toDoubleArray());
    assertArrayEquals(new double[] {21, 39}, grad(x));
    // It is the program's now, and stays.
    seen.get(0).add_(1);
    assertArrayEquals(new double[] {8, 14}, seen.get(0).toDoubleArray());
    assertArrayEquals(new double[] {21, 39}, grad(x));
  }

  @Test
  void hooksChangeGradientsInTheirOrder() {
    Tensor x = leaf(1);
    x.registerHook(g -> g.add(1));
    RemovableHandle twice = x.registerHook(g -> g.mul(2));
    x.mul(5).backward();
    assertArrayEquals(new double[] {12}, grad(x));
    twice.remove();
    twice.remove();
    x.zeroGrad();
    x.mul(5).backward();
    assertArrayEquals(new double[] {6}, grad(x));
    x.zeroGrad();
    try (RemovableHandle inBlock = x.registerHook(g -> g.mul(10))) {
      x.mul(5).backward();
    }
    x.mul(5).backward();
    assertArrayEquals(new double[] {66}, grad(x));
  }

  @Test
  void hooksRunForGradientsAsValuesToo() {
    Tensor x = leaf(2);
    Tensor y = x.square();
    y.registerHook(g -> g.mul(3));
    Tensor first = Autograd.grad(List.of(y), List.of(x), null, true, true).get(0);
    assertEquals(12, first.item());
    assertEquals(6, Autograd.grad(List.of(first), List.of(x)).get(0).item());
    x.registerHook(g -> g.neg());
    assertEquals(-12, Autograd.grad(List.of(y), List.of(x)).get(0).item());
  }

  @Test
  void whatAHookReturnsMustFit() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(1);
    y.registerHook(g -> g.sum());
    AutogradException e = assertThrows(AutogradException.class, () -> y.sum().backward());
    assertTrue(e.getMessage().contains("a hook before MulBackward0"), e.getMessage());
    assertNull(x.grad());
    assertThrows(AutogradException.class, () -> Tensor.of(1f).registerHook(g -> g));
  }

  @Test
  void anErrorInAHookLeavesGradientsAsTheyWere() {
    Tensor x = leaf(1);
    Tensor w = leaf(2);
    Tensor y = x.mul(w);
    Tensor z = y.add(w);
    RemovableHandle broken =
        y.registerHook(
            g -> {
              throw new IllegalStateException("broken");
            });
    assertThrows(IllegalStateException.class, () -> z.backward(null, true, false));
    assertNull(x.grad());
    assertNull(w.grad());
    broken.remove();
    z.backward();
    assertArrayEquals(new double[] {2}, grad(w));
  }

  @Test
  void tensorsInTheMiddleRetainTheirGradient() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    assertSame(y, y.retainGrad());
    assertTrue(y.retainsGrad());
    y.registerHook(g -> g.mul(2));
    Tensor loss = y.square().sum();
    loss.backward(null, true, false);
    // The hook comes first, though it was registered later.
    assertArrayEquals(new double[] {12, 24}, grad(y));
    loss.backward();
    assertArrayEquals(new double[] {24, 48}, grad(y));
    assertArrayEquals(new double[] {72, 144}, grad(x));
    x.retainGrad();
    assertTrue(!x.retainsGrad());
    assertThrows(AutogradException.class, () -> Tensor.of(1f).retainGrad());
  }

  @Test
  void whatIsRetainedFollowsAChangeInPlace() {
    Tensor x = leaf(1);
    Tensor y = x.mul(3).retainGrad();
    y.mul_(2);
    y.mul(5).backward();
    assertArrayEquals(new double[] {5}, grad(y));
    assertArrayEquals(new double[] {30}, grad(x));
  }

  @Test
  void leavesTellWhenTheirGradientIsThere() {
    Tensor a = leaf(1);
    Tensor b = leaf(2);
    List<String> order = new ArrayList<>();
    a.registerPostAccumulateGradHook(
        t -> {
          assertSame(a, t);
          order.add("a " + grad(t)[0] + " " + (b.grad() == null));
          // An optimizer within backward: use the gradient and forget it.
          Autograd.noGrad(() -> t.sub_(gradOf(t), 0.5));
          t.zeroGrad();
        });
    a.mul(b).mul(3).backward();
    assertEquals(List.of("a 6.0 true"), order);
    assertNull(a.grad());
    assertEquals(1 - 3, a.item());
    assertArrayEquals(new double[] {3}, grad(b));
    Tensor y = a.mul(2);
    assertThrows(
        AutogradException.class, () -> y.registerPostAccumulateGradHook(t -> order.add("y")));
  }

  private static Tensor gradOf(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad;
  }

  @Test
  void nodesHaveHooksBeforeAndAfter() {
    Tensor a = leaf(2);
    Tensor b = leaf(3);
    Tensor y = a.mul(b);
    GradFn mul = y.gradFn();
    assertNotNull(mul);
    List<String> order = new ArrayList<>();
    mul.registerHook(
        (inputs, outputs) -> {
          order.add(
              "after "
                  + item(inputs.get(0))
                  + " "
                  + item(inputs.get(1))
                  + " "
                  + item(outputs.get(0)));
          List<@Nullable Tensor> changed = new ArrayList<>(inputs);
          changed.set(0, Tensor.scalar(100.0).reshape(1));
          return changed;
        });
    mul.registerPrehook(
        outputs -> {
          order.add("before " + item(outputs.get(0)));
          Tensor g = outputs.get(0);
          assertNotNull(g);
          return new ArrayList<@Nullable Tensor>(List.of(g.mul(10)));
        });
    y.registerHook(
        g -> {
          order.add("tensor " + g.item());
          return null;
        });
    y.sum().backward();
    assertEquals(List.of("tensor 1.0", "before 1.0", "after 30.0 20.0 10.0"), order);
    assertArrayEquals(new double[] {100}, grad(a));
    assertArrayEquals(new double[] {20}, grad(b));
    GradFn.Next toLeaf = mul.nextFunctions().get(0);
    assertNotNull(toLeaf);
    assertThrows(AutogradException.class, () -> toLeaf.function().registerHook((i, o) -> null));
    Tensor again = a.mul(b);
    GradFn other = again.gradFn();
    assertNotNull(other);
    other.registerPrehook(outputs -> List.of());
    AutogradException e = assertThrows(AutogradException.class, () -> again.sum().backward());
    assertTrue(e.getMessage().contains("returned 0 gradients for the 1"), e.getMessage());
  }

  private static double item(@Nullable Tensor x) {
    assertNotNull(x);
    return x.item();
  }

  @Test
  void aHookMayGoBackwardItself() {
    Tensor x = leaf(2);
    Tensor w = leaf(5);
    Tensor y = x.square();
    y.registerHook(
        g -> {
          Autograd.enableGrad(() -> w.square().mul(3)).backward();
          return null;
        });
    y.backward();
    assertArrayEquals(new double[] {30}, grad(w));
    assertArrayEquals(new double[] {4}, grad(x));
  }

  @Test
  void capturedStepsSeeHooksThatComeAndGo() {
    Tensor w = leaf(1, 2);
    CapturedStep step =
        CapturedStep.of(
            (Tensor input) -> {
              w.zeroGrad();
              Tensor loss = w.mul(input).sum();
              loss.backward();
              return loss;
            });
    Tensor x = Tensor.of(new double[] {3, 4});
    for (int i = 0; i < 4; i++) {
      step.run(x);
      assertArrayEquals(new double[] {3, 4}, grad(w));
    }
    RemovableHandle hook = w.registerHook(g -> g.mul(2));
    for (int i = 0; i < 4; i++) {
      step.run(x);
      assertArrayEquals(new double[] {6, 8}, grad(w));
    }
    hook.remove();
    for (int i = 0; i < 4; i++) {
      step.run(x);
      assertArrayEquals(new double[] {3, 4}, grad(w));
    }
  }
}
