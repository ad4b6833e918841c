package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Differentiable functions of a program's own. */
class AutogradFunctionTest {
  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static double[] grad(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad.toDoubleArray();
  }

  private static Tensor given(@Nullable Tensor x) {
    assertNotNull(x);
    return x;
  }

  /** e^x, which keeps its result. */
  private static final class Exponential extends AutogradFunction {
    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      assertFalse(Autograd.isGradEnabled());
      Tensor y = inputs.get(0).exp();
      context.save(y);
      return List.of(y);
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> gradients) {
      return List.of(given(gradients.get(0)).mul(context.saved(0)));
    }
  }

  @Test
  void aResultIsSavedAndDifferentiatedAnyNumberOfTimes() {
    Tensor x = leaf(0, 1);
    Tensor y = new Exponential().apply(x);
    GradFn made = y.gradFn();
    assertNotNull(made);
    assertEquals("ExponentialBackward", made.name());
    Tensor first = Autograd.grad(List.of(y.sum()), List.of(x), null, true, true).get(0);
    Tensor second = Autograd.grad(List.of(first.sum()), List.of(x), null, true, true).get(0);
    second.sum().backward();
    assertArrayEquals(new double[] {1, Math.E}, grad(x), 1e-12);
    assertFalse(new Exponential().apply(Tensor.of(1f)).requiresGrad());
    assertFalse(Autograd.noGrad(() -> new Exponential().apply(x)).requiresGrad());
  }

  @Test
  void forwardModeGoesThroughIt() {
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor y =
          new Exponential()
              .apply(forward.dual(Tensor.of(new double[] {1}), Tensor.of(new double[] {3})));
      assertEquals(3 * Math.E, given(forward.tangent(y)).item(), 1e-12);
    }
  }

  /**
   * a scale + b, and which of both is larger: two results, one without a gradient, and a number.
   */
  private static final class ScaledSum extends AutogradFunction {
    private final double scale;

    ScaledSum(double scale) {
      super("ScaledSum");
      this.scale = scale;
    }

    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      context.put("scale", scale);
      context.setMaterializeGrads(false);
      Tensor larger = inputs.get(0).maximum(inputs.get(1));
      context.markNonDifferentiable(larger);
      return List.of(inputs.get(0).mul(scale).add(inputs.get(1)), larger, inputs.get(1).mul(1));
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> gradients) {
      double factor = context.get("scale", Double.class);
      assertNull(gradients.get(1));
      assertNull(gradients.get(2));
      Tensor dy = given(gradients.get(0));
      List<@Nullable Tensor> dx = new ArrayList<>();
      dx.add(context.needsInputGrad(0) ? dy.mul(factor) : null);
      dx.add(context.needsInputGrad(1) ? dy : null);
      return dx;
    }
  }

  @Test
  void severalResultsAndWhatIsNeeded() {
    Tensor a = leaf(1, 5);
    Tensor b = Tensor.of(new double[] {3, 4});
    List<Tensor> results = new ScaledSum(10).applyAll(List.of(a, b));
    assertArrayEquals(new double[] {13, 54}, results.get(0).toDoubleArray());
    assertArrayEquals(new double[] {3, 5}, results.get(1).toDoubleArray());
    assertFalse(results.get(1).requiresGrad());
    results.get(0).sum().backward();
    assertArrayEquals(new double[] {10, 10}, grad(a));
    assertNull(b.grad());
    assertThrows(AutogradException.class, () -> new ScaledSum(1).apply(a, b));
  }

  /** Doubles its input in place. */
  private static final class TwiceInPlace extends AutogradFunction {
    private final boolean marks;
    private final boolean returns;

    TwiceInPlace(boolean marks, boolean returns) {
      this.marks = marks;
      this.returns = returns;
    }

    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      Tensor x = inputs.get(0).mul_(2);
      if (marks) {
        context.markDirty(x);
      }
      return List.of(returns ? x : x.clone());
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> gradients) {
      return List.of(given(gradients.get(0)).mul(2));
    }
  }

  @Test
  void inputsAreChangedInPlace() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    Tensor z = new TwiceInPlace(true, true).apply(y);
    assertSame(y, z);
    assertArrayEquals(new double[] {6, 12}, y.toDoubleArray());
    y.sum().backward();
    assertArrayEquals(new double[] {6, 6}, grad(x));
    AutogradException e =
        assertThrows(AutogradException.class, () -> new TwiceInPlace(true, false).apply(x.mul(1)));
    assertTrue(e.getMessage().contains("did not return it"), e.getMessage());
    assertThrows(AutogradException.class, () -> new TwiceInPlace(true, true).apply(leaf(1)));
    assertThrows(
        AutogradException.class, () -> new TwiceInPlace(true, true).apply(x.mul(1).select(0, 0)));
  }

  /** Returns what backward is told to. */
  private static final class Wrong extends AutogradFunction {
    private final List<Tensor> gradients;

    Wrong(Tensor... gradients) {
      this.gradients = Arrays.asList(gradients);
    }

    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      return List.of(inputs.get(0));
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> dy) {
      return gradients;
    }

    @Override
    protected boolean isOnceDifferentiable() {
      return true;
    }
  }

  @Test
  void mistakesAreNamed() {
    Tensor x = leaf(1, 2);
    AutogradException count =
        assertThrows(AutogradException.class, () -> new Wrong().apply(x).sum().backward());
    assertTrue(
        count.getMessage().startsWith("WrongBackward: backward returned 0 gradients for 1 inputs"),
        count.getMessage());
    AutogradException shape =
        assertThrows(
            AutogradException.class,
            () -> new Wrong(Tensor.of(new double[] {1})).apply(x).sum().backward());
    assertTrue(
        shape.getMessage().contains("WrongBackward made a gradient of shape [1]"),
        shape.getMessage());
    assertNull(x.grad());
    // An input that is returned as it is comes out as another tensor, with a node.
    Tensor same = new Wrong(Tensor.of(new double[] {7, 8})).apply(x);
    assertFalse(same.isLeaf());
    assertTrue(x.isLeaf());
    Tensor first = Autograd.grad(List.of(same.sum()), List.of(x), null, true, true).get(0);
    assertArrayEquals(new double[] {7, 8}, first.toDoubleArray());
    Tensor y = new Wrong(x).apply(x).mul(x);
    Tensor slope = Autograd.grad(List.of(y.sum()), List.of(x), null, true, true).get(0);
    AutogradException once = assertThrows(AutogradException.class, () -> slope.sum().backward());
    assertTrue(once.getMessage().contains("once differentiable"), once.getMessage());
  }

  /** y = x, with a gradient that is what forward saved; remembers what backward was given. */
  private static final class Kept extends AutogradFunction {
    private @Nullable Tensor last;

    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      context.save(inputs.get(0).mul(2));
      return List.of(inputs.get(0).mul(1));
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> gradients) {
      last = gradients.get(0);
      return List.of(context.saved(0));
    }
  }

  @Test
  void whatWasSavedMayBeTheGradient() {
    Tensor x = leaf(3, 4);
    Kept kept = new Kept();
    Tensor y = kept.apply(x);
    y.mul(5).sum().backward();
    assertArrayEquals(new double[] {6, 8}, grad(x));
    assertArrayEquals(new double[] {5, 5}, given(kept.last).toDoubleArray());
    Tensor z = kept.apply(x);
    Tensor first = Autograd.grad(List.of(z.sum()), List.of(x), null, true, true).get(0);
    z.sum().backward();
    assertArrayEquals(new double[] {6, 8}, first.toDoubleArray());
    x.zeroGrad();
    Autograd.checkpoint(t -> kept.apply(t), x).sum().backward();
    assertArrayEquals(new double[] {6, 8}, grad(x));
  }

  @Test
  void anInputThatIsReturnedIsNotChangedInPlace() {
    Tensor a = leaf(1);
    Tensor h = a.mul(2);
    Tensor same = new Wrong(Tensor.of(new double[] {1})).apply(h);
    AutogradException e = assertThrows(AutogradException.class, () -> same.mul_(3));
    assertTrue(e.getMessage().contains("returned as it is"), e.getMessage());
    assertEquals(2, h.item());
  }

  @Test
  void whatWasSavedIsWatched() {
    Tensor x = leaf(0, 1);
    Tensor y = new Exponential().apply(x);
    y.add_(1);
    AutogradException e = assertThrows(AutogradException.class, () -> y.sum().backward());
    assertTrue(e.getMessage().contains("ExponentialBackward saved"), e.getMessage());
  }
}
