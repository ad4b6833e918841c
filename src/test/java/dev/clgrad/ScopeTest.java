package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.optim.Adam;
import dev.clgrad.optim.Optimizer;
import dev.clgrad.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What scopes close, what lives on, and what is said about it. */
class ScopeTest {
  private static void assertClosed(Tensor tensor, String by) {
    DeviceException e = assertThrows(DeviceException.class, tensor::toFloatArray);
    assertContains(e, by);
  }

  private static void assertContains(Exception e, String text) {
    assertTrue(e.getMessage().contains(text), e.getMessage());
  }

  private static Tensor gradOf(Tensor leaf) {
    Tensor grad = leaf.grad();
    assertNotNull(grad);
    return grad;
  }

  @Test
  void closesWhatWasMadeWithinIt() {
    Tensor outer = Tensor.of(1f, 2f);
    Tensor made;
    Tensor view;
    try (Scope scope = Scope.open("step")) {
      made = outer.add(1);
      view = made.reshape(1, 2);
      assertArrayEquals(new float[] {2, 3}, made.toFloatArray());
    }
    assertClosed(made, "scope \"step\" of thread " + Thread.currentThread().getName());
    assertClosed(made, "scope.keep(tensor)");
    assertClosed(view, "scope \"step\"");
    assertThrows(DeviceException.class, () -> outer.add(made));
    assertArrayEquals(new float[] {1, 2}, outer.toFloatArray());
  }

  @Test
  void namesAnUnnamedScopeByItsThread() {
    Tensor made;
    try (Scope scope = Scope.open()) {
      made = Tensor.ones(2);
    }
    assertClosed(made, "an unnamed scope of thread");
  }

  @Test
  void aClosedTensorDoesNotBlameAScope() {
    Tensor made;
    try (Scope scope = Scope.open("step")) {
      made = Tensor.ones(2);
      made.close();
      made.close();
      assertClosed(made, "was closed; use it before close()");
    }
    assertClosed(made, "was closed; use it before close()");
  }

  @Test
  void keepsForTheScopeAround() {
    Tensor kept;
    Tensor twice;
    try (Scope outer = Scope.open("outer")) {
      try (Scope inner = Scope.open("inner")) {
        kept = inner.keep(Tensor.of(1f).add(1));
        twice = Tensor.of(2f).mul(2);
        assertSame(twice, outer.keep(twice));
      }
      assertEquals(2, kept.item());
    }
    assertClosed(kept, "scope \"outer\"");
    assertEquals(4, twice.item());
  }

  @Test
  void keepsTheMemoryThatViewsShare() {
    Tensor view;
    try (Scope scope = Scope.open()) {
      Tensor whole = Tensor.of(new float[][] {{1, 2}, {3, 4}});
      view = scope.keep(whole.select(0, 1));
    }
    assertArrayEquals(new float[] {3, 4}, view.toFloatArray());
  }

  @Test
  void leavesWhatWasMadeOutsideAlone() {
    Tensor outer = Tensor.of(1f, 2f);
    try (Scope scope = Scope.open()) {
      outer.add_(1);
      scope.keep(outer);
      outer.mul_(Tensor.of(2f, 3f));
    }
    assertArrayEquals(new float[] {4, 9}, outer.toFloatArray());
  }

  @Test
  void gradientsLiveAsLongAsTheirLeaf() {
    Tensor outer = Tensor.of(1f, 2f).requiresGrad(true);
    Tensor inner;
    Tensor innerGrad;
    try (Scope around = Scope.open("around")) {
      Tensor middle = Tensor.of(3f, 4f).requiresGrad(true);
      try (Scope scope = Scope.open("step")) {
        inner = Tensor.of(5f, 6f).requiresGrad(true);
        outer.mul(middle).mul(inner).sum().backward();
        innerGrad = gradOf(inner);
      }
      assertArrayEquals(new float[] {5, 12}, gradOf(middle).toFloatArray());
      assertClosed(innerGrad, "scope \"step\"");
      try (Scope scope = Scope.open("second")) {
        outer.mul(middle).sum().backward();
      }
      assertArrayEquals(new float[] {6, 14}, gradOf(middle).toFloatArray());
      innerGrad = gradOf(middle);
    }
    assertClosed(innerGrad, "scope \"around\"");
    assertArrayEquals(new float[] {15 + 3, 24 + 4}, gradOf(outer).toFloatArray());
  }

  @Test
  void keepsAGradientWithItsLeaf() {
    Tensor leaf;
    try (Scope scope = Scope.open()) {
      leaf = Tensor.of(1f, 2f).requiresGrad(true);
      leaf.mul(leaf).sum().backward();
      scope.keep(leaf);
    }
    assertArrayEquals(new float[] {2, 4}, gradOf(leaf).toFloatArray());
  }

  @Test
  void backwardThroughWhatAScopeClosedSaysSo() {
    Tensor leaf = Tensor.of(1f, 2f).requiresGrad(true);
    Tensor loss;
    try (Scope scope = Scope.open("step")) {
      loss = scope.keep(leaf.mul(leaf).sum());
    }
    assertEquals(5, loss.item());
    AutogradException e = assertThrows(AutogradException.class, loss::backward);
    assertContains(e, "MulBackward0");
    assertContains(e, "scope \"step\"");
    assertContains(e, "call backward within the scope");
  }

  @Test
  void optimizersRememberAcrossScopes() {
    for (int kind = 0; kind < 2; kind++) {
      Tensor weight = Tensor.of(1f, -2f).requiresGrad(true);
      Tensor plain = Tensor.of(1f, -2f).requiresGrad(true);
      Optimizer scoped = optimizer(kind, weight);
      Optimizer unscoped = optimizer(kind, plain);
      for (int step = 0; step < 4; step++) {
        Scope.run(() -> step(scoped, weight));
        step(unscoped, plain);
      }
      assertArrayEquals(plain.toFloatArray(), weight.toFloatArray());
    }
  }

  private static Optimizer optimizer(int kind, Tensor weight) {
    return kind == 0
        ? new Adam(List.of(weight), 0.1)
        : new Sgd(List.of(weight), 0.1, Sgd.options().momentum(0.9));
  }

  private static void step(Optimizer optimizer, Tensor weight) {
    optimizer.zeroGrad();
    weight.mul(weight).sum().backward();
    optimizer.step();
  }

  @Test
  void aForgottenGradientThatWasHandedOutGoesWithTheScope() {
    Tensor leaf = Tensor.of(1f, 2f).requiresGrad(true);
    leaf.mul(leaf).sum().backward();
    Tensor grad = gradOf(leaf);
    leaf.zeroGrad();
    assertArrayEquals(new float[] {2, 4}, grad.toFloatArray());
    leaf.mul(leaf).sum().backward();
    Tensor kept = gradOf(leaf);
    try (Scope scope = Scope.open("step")) {
      leaf.zeroGrad();
      assertArrayEquals(new float[] {2, 4}, kept.toFloatArray());
      scope.keep(kept);
      leaf.mul(leaf).sum().backward();
      grad = gradOf(leaf);
      leaf.zeroGrad();
      assertArrayEquals(new float[] {2, 4}, grad.toFloatArray());
    }
    assertClosed(grad, "scope \"step\"");
    assertArrayEquals(new float[] {2, 4}, kept.toFloatArray());
  }

  @Test
  void resultsOfLambdasEscape() {
    Tensor x = Tensor.of(1f, 2f);
    List<Tensor> made = new ArrayList<>();
    Tensor y =
        Scope.compute(
            () -> {
              Tensor inner = x.add(1);
              made.add(inner);
              return inner.mul(10);
            });
    assertArrayEquals(new float[] {20, 30}, y.toFloatArray());
    assertClosed(made.get(0), "an unnamed scope");
    List<Tensor> many = Scope.compute(() -> List.of(x.add(1), x.add(2)));
    assertArrayEquals(new float[] {3, 4}, many.get(1).toFloatArray());
    Tensor[] array = Scope.compute(() -> new Tensor[] {x.mul(3)});
    assertArrayEquals(new float[] {3, 6}, array[0].toFloatArray());
    Map<String, Tensor> map = Scope.compute(() -> Map.of("x", x.mul(4)));
    assertArrayEquals(new float[] {4, 8}, map.get("x").toFloatArray());
    assertEquals(3.0, Scope.compute(() -> x.sum().item()));
  }

  @Test
  void closesAlsoWhereTheBodyFails() {
    List<Tensor> made = new ArrayList<>();
    assertThrows(
        IllegalStateException.class,
        () ->
            Scope.run(
                () -> {
                  made.add(Tensor.ones(3));
                  throw new IllegalStateException("the body");
                }));
    assertClosed(made.get(0), "an unnamed scope");
    Tensor after = Tensor.ones(3);
    assertEquals(3, after.sum().item());
  }

  @Test
  void closingInTheWrongOrderIsExplained() {
    Scope outer = Scope.open("outer");
    Scope inner = Scope.open("inner");
    Tensor made = Tensor.ones(2);
    ClgradException e = assertThrows(ClgradException.class, outer::close);
    assertContains(e, "scope \"outer\"");
    assertContains(e, "before scope \"inner\"");
    assertClosed(made, "scope \"inner\"");
    inner.close();
    outer.close();
    Tensor free = Tensor.ones(2);
    ClgradException late = assertThrows(ClgradException.class, () -> inner.keep(free));
    assertContains(late, "closed already");
    assertEquals(2, free.sum().item());
  }

  @Test
  void belongsToItsThread() throws InterruptedException {
    AtomicReference<Tensor> elsewhere = new AtomicReference<>();
    AtomicReference<Exception> refusal = new AtomicReference<>();
    Tensor mine;
    try (Scope scope = Scope.open("mine")) {
      mine = Tensor.ones(2);
      Thread other =
          new Thread(
              () -> {
                elsewhere.set(Tensor.ones(3));
                try {
                  scope.close();
                } catch (ClgradException e) {
                  refusal.set(e);
                }
              },
              "other");
      other.start();
      other.join();
      assertEquals(2, mine.sum().item());
    }
    assertContains(refusal.get(), "was closed on thread other");
    assertEquals(3, elsewhere.get().sum().item());
    assertClosed(mine, "scope \"mine\"");
  }

  @Test
  void refusesToKeepWhatIsClosed() {
    try (Scope scope = Scope.open()) {
      Tensor made = Tensor.ones(2);
      made.close();
      assertThrows(DeviceException.class, () -> scope.keep(made));
    }
  }
}
