package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of Jacobians that are computed together, against one backward pass for each. */
class VectorizedJacobianTest {
  private static final FunctionalCall CALL = new FunctionalCall("jacobian", false, false);

  record Case(String name, List<Tensor> inputs, Function<List<Tensor>, Tensor> function) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static @Nullable List<@Nullable Tensor> together(
      Tensor output, List<Tensor> inputs, boolean last) {
    return VectorizedJacobian.of(output, inputs, last, VectorizedJacobian.BLOCK_BYTES);
  }

  private static Tensor numbers(long... sizes) {
    long n = LongStream.of(sizes).reduce(1, (a, b) -> a * b);
    Tensor t = Tensor.arange(0, n, 1, DType.FLOAT32, Device.getDefault());
    return t.mul(0.7).sin().mul(1.3).reshape(sizes);
  }

  private static Case of(String name, Tensor x, UnaryOperator<Tensor> function) {
    return new Case(name, List.of(x), in -> function.apply(in.get(0)));
  }

  private static Case of(String name, Tensor x, Tensor y, Function<List<Tensor>, Tensor> function) {
    return new Case(name, List.of(x, y), function);
  }

  /** Where the same kernels run, or the same sums in the same order. */
  static List<Case> exact() {
    List<Case> cases = new ArrayList<>();
    cases.add(of("identity", numbers(4), x -> x));
    cases.add(of("pointwise", numbers(3, 5), x -> x.tanh().mul(x).sin()));
    cases.add(of("view", numbers(3, 5), x -> x.transpose(0, 1).reshape(15).exp()));
    cases.add(of("expand", numbers(3, 1), x -> x.expand(3, 4).mul(numbers(3, 4)).sin()));
    cases.add(of("slice", numbers(6), x -> x.narrow(0, 1, 3).mul(x.narrow(0, 3, 3))));
    cases.add(of("slice of a product", numbers(4, 4), x -> x.mul(x).select(1, 2).mul(3)));
    cases.add(of("unfold", numbers(7), x -> x.unfold(0, 3, 2).exp()));
    cases.add(of("broadcast", numbers(3, 1), numbers(4), in -> in.get(0).mul(in.get(1)).cos()));
    cases.add(of("sum", numbers(3, 4, 5), x -> x.mul(x).sum(1)));
    cases.add(of("mean", numbers(3, 4), x -> x.exp().mean(0)));
    cases.add(of("amax", numbers(3, 4), x -> x.amax(1)));
    cases.add(of("softmax", numbers(3, 5), x -> x.softmax(1)));
    cases.add(of("softmax of columns", numbers(3, 5), x -> x.mul(2).softmax(0)));
    cases.add(of("log-softmax", numbers(2, 5), x -> x.mul(x).logSoftmax(1)));
    cases.add(of("cumsum", numbers(2, 5), x -> x.mul(x).cumsum(1)));
    cases.add(of("flip", numbers(2, 5), x -> x.flip(1).exp()));
    cases.add(of("tril", numbers(4, 4), x -> x.mul(x).tril(0)));
    cases.add(
        of(
            "index select",
            numbers(5, 2),
            x -> x.mul(x).indexSelect(0, Tensor.of(new long[] {3, 0, 3}))));
    cases.add(of("cat", numbers(3), x -> Tensor.cat(List.of(x.sin(), x.mul(x)), 0)));
    cases.add(of("stack", numbers(3), x -> Tensor.stack(List.of(x.sin(), x.mul(x)), 1)));
    cases.add(of("clamp", numbers(5), x -> x.clamp(-0.5, 0.5)));
    cases.add(of("a sum of uses", numbers(3), numbers(3), in -> in.get(0).add(in.get(1))));
    cases.add(of("an unused input", numbers(3), numbers(2), in -> in.get(0).exp()));
    cases.add(of("constant rows", numbers(3), x -> x.mul(0).add(1)));
    cases.add(of("in place", numbers(6), x -> writeMiddle(x.mul(2))));
    return cases;
  }

  private static Tensor writeMiddle(Tensor y) {
    y.narrow(0, 1, 2).mul_(y.narrow(0, 3, 2).detach());
    return y.sin();
  }

  /** Where a product of other sizes may add up in another order. */
  static List<Case> close() {
    List<Case> cases = new ArrayList<>();
    Tensor w = numbers(4, 5);
    cases.add(of("matrix by vector", numbers(5), x -> w.matmul(x).tanh()));
    cases.add(of("vector by matrix", numbers(4), x -> x.matmul(w).tanh()));
    cases.add(of("dot", numbers(5), x -> x.mul(x).matmul(numbers(5)).expand(3).sin()));
    cases.add(of("matmul", numbers(3, 4), w, in -> in.get(0).matmul(in.get(1)).sin()));
    cases.add(of("batched", numbers(2, 3, 4), numbers(2, 4, 2), in -> in.get(0).matmul(in.get(1))));
    cases.add(
        of(
            "broadcast batch",
            numbers(2, 1, 3, 4),
            numbers(3, 4, 2),
            in -> in.get(0).matmul(in.get(1))));
    cases.add(of("batch by matrix", numbers(2, 3, 4), w, in -> in.get(0).matmul(in.get(1))));
    cases.add(of("matrix by batch", w, numbers(2, 5, 3), in -> in.get(0).matmul(in.get(1))));
    cases.add(
        of(
            "larger",
            numbers(20, 40),
            numbers(40, 30),
            in -> in.get(0).matmul(in.get(1)).narrow(1, 0, 3)));
    cases.add(of("gram", numbers(3, 4), x -> x.matmul(x.transpose(0, 1))));
    cases.add(of("layer norm", numbers(3, 8), x -> x.layerNorm(8)));
    cases.add(of("prod", numbers(3, 4), x -> x.prod(1)));
    cases.add(of("norm", numbers(3, 4), x -> x.mul(x).add(1).log().sum(1).sqrt()));
    cases.add(
        of(
            "convolution",
            numbers(1, 2, 5, 5),
            numbers(3, 2, 3, 3),
            in -> in.get(0).conv2d(in.get(1)).tanh()));
    cases.add(of("pooling", numbers(1, 2, 4, 4), x -> x.mul(x).avgPool2d(2)));
    return cases;
  }

  @ParameterizedTest
  @MethodSource
  void exact(Case c) {
    compare(c, 0);
  }

  @ParameterizedTest
  @MethodSource
  void close(Case c) {
    compare(c, 2e-6f);
  }

  private static void compare(Case c, float tolerance) {
    List<Tensor> xs = new ArrayList<>();
    c.inputs.forEach(x -> xs.add(x.detach().clone().requiresGrad(true)));
    Tensor output = c.function.apply(xs);
    List<@Nullable Tensor> expected = JacobianRows.oneByOne(output, xs, CALL, false);
    List<@Nullable Tensor> actual = together(output, xs, false);
    assertNotNull(actual, "not traced");
    for (int i = 0; i < xs.size(); i++) {
      Tensor row = expected.get(i);
      Tensor vectorized = actual.get(i);
      if (row == null) {
        assertNull(vectorized);
        continue;
      }
      Tensor found = Objects.requireNonNull(vectorized);
      assertEquals(row.shape(), found.shape());
      assertTrue(found.isContiguous());
      assertArrayEquals(row.toFloatArray(), found.toFloatArray(), tolerance, c.name);
    }
    // The graph is still there, and the last pass ends it.
    assertNotNull(together(output, xs, true));
  }

  private static Tensor leaf(long... sizes) {
    return numbers(sizes).requiresGrad(true);
  }

  private static List<Tensor> all(@Nullable List<@Nullable Tensor> found) {
    List<Tensor> result = new ArrayList<>();
    for (Tensor tensor : Objects.requireNonNull(found)) {
      result.add(Objects.requireNonNull(tensor));
    }
    return result;
  }

  private static void assertSame(
      @Nullable List<@Nullable Tensor> expected, @Nullable List<@Nullable Tensor> actual) {
    assertSame(expected, actual, 0);
  }

  private static void assertSame(
      @Nullable List<@Nullable Tensor> expected,
      @Nullable List<@Nullable Tensor> actual,
      float tolerance) {
    List<Tensor> a = all(expected);
    List<Tensor> b = all(actual);
    assertEquals(a.size(), b.size());
    for (int i = 0; i < a.size(); i++) {
      assertEquals(a.get(i).shape(), b.get(i).shape());
      assertArrayEquals(a.get(i).toFloatArray(), b.get(i).toFloatArray(), tolerance);
    }
  }

  private static long launches(Tensor x, UnaryOperator<Tensor> function) {
    Tensor y = function.apply(x);
    y.toFloatArray();
    long before = Device.getDefault().counters().launches();
    all(together(y, List.of(x), true)).get(0).toFloatArray();
    return Device.getDefault().counters().launches() - before;
  }

  @Test
  void launchesDoNotGrowWithTheRows() {
    UnaryOperator<Tensor> function = x -> x.tanh().mul(x).sin();
    assertEquals(launches(leaf(5), function), launches(leaf(50), function));
    UnaryOperator<Tensor> softmax = x -> x.softmax(0);
    assertEquals(launches(leaf(5), softmax), launches(leaf(50), softmax));
    Tensor w = numbers(20, 20);
    UnaryOperator<Tensor> product = x -> w.matmul(x).tanh();
    assertTrue(launches(leaf(20), product) < 10);
  }

  @Test
  void blocksOfRowsGiveTheSame() {
    Tensor x = leaf(3, 7);
    Tensor y = x.softmax(1).mul(x);
    List<@Nullable Tensor> expected = JacobianRows.oneByOne(y, List.of(x), CALL, false);
    for (long bytes : new long[] {1, 1000, 3000}) {
      assertSame(expected, VectorizedJacobian.of(y, List.of(x), false, bytes));
    }
  }

  @Test
  void fewInputsGoByColumns() {
    Tensor x = leaf(2);
    Tensor w = leaf(1, 3);
    Tensor y = x.unsqueeze(1).matmul(w).unsqueeze(0).mul(numbers(9, 2, 3)).sin();
    List<Tensor> inputs = List.of(x, w);
    assertSame(JacobianRows.oneByOne(y, inputs, CALL, false), together(y, inputs, true), 1e-6f);
  }

  @Test
  void theLastPassEndsTheGraph() {
    Tensor x = leaf(3);
    Tensor y = x.exp();
    together(y, List.of(x), true);
    assertThrows(AutogradException.class, () -> y.sum().backward());
  }

  @Test
  void everythingIsGivenBack() {
    Device device = Device.getDefault();
    Tensor x = leaf(4, 60);
    Tensor index = Tensor.of(new long[] {2, 0});
    long first = 0;
    for (int i = 0; i < 10; i++) {
      try (Scope scope = Scope.open()) {
        Tensor y = x.softmax(1).indexSelect(0, index).narrow(1, 1, 30).sum(0);
        all(together(y, List.of(x), true)).get(0).toFloatArray();
      }
      device.synchronize();
      long live = device.counters().liveBytes();
      first = i == 0 ? live : first;
      assertTrue(live <= first, live + " bytes after " + first);
    }
  }

  @Test
  void hooksSeeEachRow() {
    Tensor x = leaf(3);
    Tensor y = x.exp();
    List<Double> seen = new ArrayList<>();
    try (RemovableHandle handle =
        y.registerHook(
            g -> {
              seen.add(g.sum().item());
              return null;
            })) {
      assertNull(together(y, List.of(x), false));
      Functional.jacobian(
          t -> {
            Tensor z = t.exp();
            RemovableHandle unused =
                z.registerHook(
                    g -> {
                      seen.add(g.sum().item());
                      return null;
                    });
            return z;
          },
          x);
    }
    assertEquals(List.of(1.0, 1.0, 1.0), seen);
  }

  /** Reads its gradient on the host, as nothing in the library does. */
  private static final class OnHost extends AutogradFunction {
    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      return List.of(inputs.get(0).mul(2));
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> gradients) {
      Tensor dy = Objects.requireNonNull(gradients.get(0));
      return List.of(Tensor.of(dy.mul(2).toFloatArray()));
    }
  }

  /** Not linear in its gradient. */
  private static final class Clipped extends AutogradFunction {
    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      return List.of(inputs.get(0).mul(2));
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> gradients) {
      return List.of(Objects.requireNonNull(gradients.get(0)).mul(2).clamp(-1, 1));
    }
  }

  @Test
  void functionsOfAProgram() {
    Tensor x = leaf(2);
    assertNull(together(new OnHost().apply(x), List.of(x), false));
    assertArrayEquals(
        new float[] {2, 0, 0, 2},
        Functional.jacobian(t -> new OnHost().apply(t), x).toFloatArray());
    Tensor wide = new Clipped().apply(x.expand(9, 2).mul(1));
    assertSame(
        JacobianRows.oneByOne(wide, List.of(x), CALL, false), together(wide, List.of(x), false));
  }

  @Test
  void checkpointsAndOtherDtypes() {
    Tensor x = leaf(2, 3);
    Tensor y = Autograd.checkpoint(t -> t.softmax(1).sin(), x);
    assertSame(JacobianRows.oneByOne(y, List.of(x), CALL, false), together(y, List.of(x), false));
    Tensor half = numbers(2, 3).to(DType.FLOAT16).requiresGrad(true);
    Tensor z = half.tanh().sum(0);
    List<Tensor> found = all(together(z, List.of(half), false));
    assertEquals(DType.FLOAT16, found.get(0).dtype());
    Tensor row = all(JacobianRows.oneByOne(z, List.of(half), CALL, false)).get(0);
    assertArrayEquals(
        row.to(DType.FLOAT32).toFloatArray(), found.get(0).to(DType.FLOAT32).toFloatArray());
  }

  @Test
  void noElements() {
    assertEquals(
        Shape.of(0, 3), Functional.jacobian(x -> x.narrow(0, 0, 0).exp(), numbers(3)).shape());
    assertEquals(Shape.of(2, 0), Functional.jacobian(x -> x.sum().expand(2), numbers(0)).shape());
    Tensor none = Functional.jacobian(x -> x.sum(1), numbers(3, 0));
    assertEquals(Shape.of(3, 3, 0), none.shape());
  }

  @Test
  void hessiansAreThoseOfTheRows() {
    Tensor x = numbers(2, 3);
    Tensor w = numbers(3, 4);
    UnaryOperator<Tensor> function = t -> t.matmul(w).tanh().softmax(1).mul(numbers(2, 4)).sum();
    assertArrayEquals(
        Functional.hessian(function, x, true, false).detach().toFloatArray(),
        Functional.hessian(function, x).toFloatArray(),
        1e-6f);
  }

  @Test
  void withinACapturedStep() {
    CapturedStep step =
        CapturedStep.of(in -> Functional.jacobian(t -> t.softmax(0).narrow(0, 1, 2), in));
    for (int i = 1; i < 5; i++) {
      Tensor x = numbers(4).mul(i);
      assertArrayEquals(
          Functional.jacobian(t -> t.softmax(0).narrow(0, 1, 2), x).toFloatArray(),
          step.run(x).toFloatArray());
    }
  }
}
