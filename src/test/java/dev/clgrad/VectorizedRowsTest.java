package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
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
class VectorizedRowsTest {
  private static final FunctionalCall CALL = new FunctionalCall("jacobian", false, false);

  record Case(String name, List<Tensor> inputs, Function<List<Tensor>, Tensor> function) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Tensor numbers(long... sizes) {
    long n = LongStream.of(sizes).reduce(1, (a, b) -> a * b);
    Tensor t = Tensor.arange(0, n, 1, DType.FLOAT32, Device.getDefault());
    return t.mul(0.7).sin().mul(1.3).reshape(sizes);
  }

  private static Case of(String name, Tensor x, UnaryOperator<Tensor> function) {
    return new Case(name, List.of(x), in -> function.apply(in.get(0)));
  }

  private static Case of(
      String name, Tensor x, Tensor y, Function<List<Tensor>, Tensor> function) {
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
    cases.add(
        of("batched", numbers(2, 3, 4), numbers(2, 4, 2), in -> in.get(0).matmul(in.get(1))));
    cases.add(
        of("broadcast batch", numbers(2, 1, 3, 4), numbers(3, 4, 2), in -> in.get(0).matmul(in.get(1))));
    cases.add(of("batch by matrix", numbers(2, 3, 4), w, in -> in.get(0).matmul(in.get(1))));
    cases.add(of("matrix by batch", w, numbers(2, 5, 3), in -> in.get(0).matmul(in.get(1))));
    cases.add(of("larger", numbers(20, 40), numbers(40, 30), in -> in.get(0).matmul(in.get(1)).narrow(1, 0, 3)));
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
    List<@Nullable Tensor> actual = VectorizedRows.of(output, xs, false);
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
    assertNotNull(VectorizedRows.of(output, xs, true));
  }
}
