package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Derivatives of functions against closed forms, differences of values, and each other. */
class FunctionalTest {
  private static final double TINY = 1e-10;

  private final Random random = new Random(17);

  private Tensor numbers(long... sizes) {
    Shape shape = Shape.of(sizes);
    return Tensor.of(random.doubles(shape.numel(), 0.5, 1.5).toArray(), shape, Device.getDefault());
  }

  private static void assertTensor(Tensor actual, Shape shape, double... expected) {
    assertTensor(actual, TINY, shape, expected);
  }

  private static void assertTensor(
      Tensor actual, double tolerance, Shape shape, double... expected) {
    assertEquals(shape, actual.shape());
    assertArrayEquals(expected, actual.toDoubleArray(), tolerance);
  }

  private static void assertSame(Tensor expected, Tensor actual) {
    assertTensor(actual, expected.shape(), expected.toDoubleArray());
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void ofOneTensor(DType dtype) {
    Tensor x = Tensor.of(1.0, 2.0, 3.0).to(dtype);
    Tensor v = Tensor.of(1.0, -1.0, 2.0).to(dtype);
    UnaryOperator<Tensor> cube = t -> t.pow(3);
    UnaryOperator<Tensor> sum = t -> t.pow(3).sum();
    Shape three = Shape.of(3);
    Shape square = Shape.of(3, 3);
    assertTensor(Functional.vjp(cube, x, v).product(), three, 3, -12, 54);
    assertTensor(Functional.vjp(cube, x, v).output(), three, 1, 8, 27);
    assertTensor(Functional.vjp(sum, x, null).product(), three, 3, 12, 27);
    assertTensor(Functional.jvp(cube, x, v).product(), three, 3, -12, 54);
    assertTensor(Functional.jvp(sum, x, v).product(), Shape.SCALAR, 45);
    assertTensor(Functional.jvp(sum, x, v).output(), Shape.SCALAR, 36);
    assertTensor(Functional.jacobian(cube, x), square, 3, 0, 0, 0, 12, 0, 0, 0, 27);
    assertTensor(Functional.jacobian(sum, x), three, 3, 12, 27);
    assertTensor(Functional.hessian(sum, x), square, 6, 0, 0, 0, 12, 0, 0, 0, 18);
    assertTensor(Functional.vhp(sum, x, v).product(), three, 6, -12, 36);
    assertTensor(Functional.hvp(sum, x, v).product(), three, 6, -12, 36);
    assertTensor(Functional.hvp(sum, x, v).output(), Shape.SCALAR, 36);
    assertEquals(dtype, Functional.jacobian(cube, x).dtype());
    assertEquals(dtype, Functional.jvp(cube, x, v).product().dtype());
    assertFalse(Functional.jacobian(cube, x).requiresGrad());
    assertFalse(Functional.vjp(cube, x, v).output().requiresGrad());
  }

  @Test
  void ofScalars() {
    Tensor x = Tensor.scalar(2.0);
    assertTensor(Functional.jacobian(t -> t.pow(3), x), Shape.SCALAR, 12);
    assertTensor(Functional.hessian(t -> t.pow(3), x), Shape.SCALAR, 12);
    assertTensor(Functional.jvp(t -> t.pow(3), x, null).product(), Shape.SCALAR, 12);
    assertTensor(Functional.hvp(t -> t.pow(3), x, null).product(), Shape.SCALAR, 12);
    assertTensor(Functional.vhp(t -> t.pow(3), x, null).product(), Shape.SCALAR, 12);
    assertTensor(Functional.jacobian(t -> t, x), Shape.SCALAR, 1);
    assertTensor(Functional.jvp(t -> t, x, null).product(), Shape.SCALAR, 1);
    assertTensor(Functional.hessian(t -> t.reshape(1, 1).exp(), x), Shape.SCALAR, Math.exp(2));
  }

  @Test
  void ofSeveralTensors() {
    Tensor a = numbers(2, 3);
    Tensor b = numbers(3);
    Function<List<Tensor>, List<Tensor>> function =
        in -> List.of(in.get(0).mv(in.get(1)), in.get(1).square());
    List<List<Tensor>> blocks = Functional.jacobian(function, List.of(a, b));
    double[] w = a.toDoubleArray();
    double[] z = b.toDoubleArray();
    assertTensor(
        blocks.get(0).get(0),
        Shape.of(2, 2, 3),
        z[0],
        z[1],
        z[2],
        0,
        0,
        0,
        0,
        0,
        0,
        z[0],
        z[1],
        z[2]);
    assertTensor(blocks.get(0).get(1), Shape.of(2, 3), w);
    assertTensor(blocks.get(1).get(0), Shape.of(3, 2, 3), new double[18]);
    assertTensor(
        blocks.get(1).get(1), Shape.of(3, 3), 2 * z[0], 0, 0, 0, 2 * z[1], 0, 0, 0, 2 * z[2]);

    List<Tensor> u = List.of(numbers(2), numbers(3));
    List<Tensor> v = List.of(numbers(2, 3), numbers(3));
    List<Tensor> back = Functional.vjp(function, List.of(a, b), u).product();
    List<Tensor> forward = Functional.jvp(function, List.of(a, b), v).product();
    double left = dot(back, v);
    assertEquals(left, dot(u, forward), TINY);
    assertEquals(Shape.of(2, 3), back.get(0).shape());
    assertEquals(Shape.of(2), forward.get(0).shape());
    assertTensor(forward.get(1), Shape.of(3), b.mul(v.get(1)).mul(2).toDoubleArray());
  }

  private static double dot(List<Tensor> a, List<Tensor> b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      sum += a.get(i).mul(b.get(i)).sum().item();
    }
    return sum;
  }

  @Test
  void hessiansOfSeveralTensors() {
    Tensor a = numbers(2);
    Tensor b = numbers(2);
    // The second derivatives are 2 b on the diagonal, 2 a across, and 0.
    Function<List<Tensor>, Tensor> function = in -> in.get(0).square().mul(in.get(1)).sum();
    List<List<Tensor>> blocks = Functional.hessian(function, List.of(a, b));
    double[] p = a.toDoubleArray();
    double[] q = b.toDoubleArray();
    Shape square = Shape.of(2, 2);
    assertTensor(blocks.get(0).get(0), square, 2 * q[0], 0, 0, 2 * q[1]);
    assertTensor(blocks.get(0).get(1), square, 2 * p[0], 0, 0, 2 * p[1]);
    assertTensor(blocks.get(1).get(0), square, 2 * p[0], 0, 0, 2 * p[1]);
    assertTensor(blocks.get(1).get(1), square, 0, 0, 0, 0);
    List<Tensor> v = List.of(numbers(2), numbers(2));
    List<Tensor> vhp = Functional.vhp(function, List.of(a, b), v).product();
    List<Tensor> hvp = Functional.hvp(function, List.of(a, b), v).product();
    for (int i = 0; i < 2; i++) {
      Tensor expected = blocks.get(i).get(0).mv(v.get(0)).add(blocks.get(i).get(1).mv(v.get(1)));
      assertSame(expected, vhp.get(i));
      assertSame(expected, hvp.get(i));
    }
  }

  @Test
  void outputsMayShareAGraph() {
    Tensor x = Tensor.of(0.0, 0.0);
    Tensor w = Tensor.of(3.0, 5.0).requiresGrad(true);
    Tensor outside = w.square();
    List<List<Tensor>> blocks =
        Functional.jacobian(
            in -> {
              Tensor e = in.get(0).exp();
              return List.of(e.mul(2), e.square(), e.mul(outside).sum(), outside);
            },
            List.of(x));
    assertTensor(blocks.get(0).get(0), Shape.of(2, 2), 2, 0, 0, 2);
    assertTensor(blocks.get(1).get(0), Shape.of(2, 2), 2, 0, 0, 2);
    assertTensor(blocks.get(2).get(0), Shape.of(2), 9, 25);
    assertTensor(blocks.get(3).get(0), Shape.of(2, 2), 0, 0, 0, 0);
    assertTensor(Functional.vjp(t -> outside, x, x).product(), Shape.of(2), 0, 0);
    assertTensor(Functional.jvp(t -> outside, x, x).product(), Shape.of(2), 0, 0);
    // What the function took from another graph is still there.
    outside.sum().backward();
    assertGrad(w, 6, 10);
  }

  @Test
  void agreesWithDifferences() {
    Tensor x = numbers(2, 3);
    Tensor v = numbers(2, 3);
    UnaryOperator<Tensor> function = t -> t.softmax(1).matmul(t.t()).tanh();
    double eps = 1e-6;
    Tensor above = function.apply(x.add(v, eps));
    Tensor along = above.sub(function.apply(x.sub(v, eps))).div(2 * eps);
    Tensor product = Functional.jvp(function, x, v).product();
    assertTensor(product, 1e-8, Shape.of(2, 2), along.toDoubleArray());
    Tensor jacobian = Functional.jacobian(function, x);
    assertEquals(Shape.of(2, 2, 2, 3), jacobian.shape());
    assertSame(product.flatten(), jacobian.reshape(4, 6).mv(v.flatten()));
    Tensor u = numbers(2, 2);
    assertSame(
        jacobian.reshape(4, 6).t().mv(u.flatten()).reshape(2, 3),
        Functional.vjp(function, x, u).product());

    UnaryOperator<Tensor> scalar = t -> function.apply(t).square().sum();
    Tensor slope = Functional.jacobian(scalar, x.add(v, eps));
    Tensor curve = slope.sub(Functional.jacobian(scalar, x.sub(v, eps))).div(2 * eps);
    assertTensor(
        Functional.hvp(scalar, x, v).product(), 1e-8, Shape.of(2, 3), curve.toDoubleArray());
    assertTensor(
        Functional.vhp(scalar, x, v).product(), 1e-8, Shape.of(2, 3), curve.toDoubleArray());
    Tensor hessian = Functional.hessian(scalar, x).reshape(6, 6);
    assertSame(Functional.hvp(scalar, x, v).product().flatten(), hessian.mv(v.flatten()));
  }

  @Test
  void nests() {
    Tensor x = Tensor.of(1.0, 2.0);
    // The trace of the hessian of x⁴ is 12 x², whose hessian is 24.
    UnaryOperator<Tensor> trace =
        t -> Functional.hessian(s -> s.pow(4).sum(), t, true, false).sum();
    assertTensor(Functional.hessian(trace, x), Shape.of(2, 2), 24, 0, 0, 24);
    Tensor third =
        Functional.jacobian(t -> Functional.hessian(s -> s.pow(4).sum(), t, true, false), x);
    assertTensor(third, Shape.of(2, 2, 2), 24, 0, 0, 0, 0, 0, 0, 48);
    UnaryOperator<Tensor> forward =
        t -> Functional.jvp(s -> s.pow(4), t, Tensor.of(1.0, 1.0), true, false).product();
    assertTensor(Functional.jvp(forward, x, Tensor.of(1.0, 1.0)).product(), Shape.of(2), 12, 48);
  }

  @Test
  void createGraphReachesTheUsersTensors() {
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad(true);
    Tensor w = Tensor.of(3.0, 5.0).requiresGrad(true);
    Tensor v = Tensor.of(1.0, 1.0).requiresGrad(true);
    UnaryOperator<Tensor> function = t -> t.pow(3).mul(w);
    Functional.jacobian(function, x, true, false).sum().backward();
    assertGrad(x, 18, 60);
    assertGrad(w, 3, 12);
    x.zeroGrad();
    w.zeroGrad();
    Functional.vjp(function, x, v, true, true).product().sum().backward();
    assertGrad(x, 18, 60);
    assertGrad(v, 9, 60);
    x.zeroGrad();
    v.zeroGrad();
    Functional.jvp(function, x, v, true, true).product().sum().backward();
    assertGrad(x, 18, 60);
    assertGrad(v, 9, 60);
    x.zeroGrad();
    v.zeroGrad();
    Functional.hvp(t -> t.pow(3).sum(), x, v, true, true).product().sum().backward();
    assertGrad(x, 6, 6);
    assertGrad(v, 6, 12);
    x.zeroGrad();
    Functional.vhp(t -> t.pow(3).sum(), x, v, true, true).product().sum().backward();
    assertGrad(x, 6, 6);
    assertTrue(
        Gradcheck.gradgradcheck(t -> Functional.jacobian(s -> s.exp().mul(s), t, true, false), x)
            .passed());
  }

  private static void assertGrad(Tensor x, double... expected) {
    Tensor grad = x.grad();
    assertTrue(grad != null, "there is no gradient");
    if (grad != null) {
      assertArrayEquals(expected, grad.toDoubleArray(), TINY);
    }
  }

  @Test
  void inputsStayAsTheyWere() {
    Tensor x = Tensor.of(1.0, 2.0).requiresGrad(true);
    int version = x.variable().storage().version().count();
    UnaryOperator<Tensor> changes =
        t -> {
          Tensor y = t.square();
          try (Autograd.Mode off = Autograd.noGrad()) {
            t.detach().zero_();
          }
          return y.add(t.mul(0));
        };
    assertThrows(AutogradException.class, () -> Functional.jacobian(changes, x));
    Functional.hessian(t -> t.exp().sum(), x);
    Functional.jvp(Tensor::exp, x, Tensor.of(1.0, 1.0));
    assertArrayEquals(new double[] {1, 2}, x.toDoubleArray());
    assertEquals(version, x.variable().storage().version().count());
    assertNull(x.grad());
    Tensor plain = Tensor.of(1.0);
    Functional.jacobian(Tensor::exp, plain);
    assertFalse(plain.requiresGrad());
  }

  @Test
  void worksWithinNoGrad() {
    try (Autograd.Mode off = Autograd.noGrad()) {
      Tensor x = Tensor.of(1.0, 2.0);
      assertTensor(Functional.jacobian(t -> t.square().sum(), x), Shape.of(2), 2, 4);
      assertTensor(Functional.hessian(t -> t.square().sum(), x), Shape.of(2, 2), 2, 0, 0, 2);
      assertTensor(
          Functional.jvp(Tensor::square, x, Tensor.of(1.0, 1.0)).product(), Shape.of(2), 2, 4);
      assertFalse(Autograd.isGradEnabled());
    }
  }

  @Test
  void independenceGivesZeros() {
    Tensor x = Tensor.of(1.0, 2.0);
    Tensor y = Tensor.of(3.0);
    Function<List<Tensor>, List<Tensor>> first = in -> List.of(in.get(0).square());
    assertTensor(Functional.jacobian(t -> y.exp(), x), Shape.of(1, 2), 0, 0);
    assertTensor(Functional.jacobian(first, List.of(x, y)).get(0).get(1), Shape.of(2, 1), 0, 0);
    assertTensor(Functional.vjp(first, List.of(x, y), List.of(x)).product().get(1), Shape.of(1), 0);
    assertTensor(Functional.jvp(t -> y.exp(), x, x).product(), Shape.of(1), 0);
    assertTensor(Functional.hessian(t -> t.sum(), x), Shape.of(2, 2), 0, 0, 0, 0);
    assertTensor(Functional.hvp(t -> t.sum(), x, x).product(), Shape.of(2), 0, 0);
    assertTensor(Functional.vhp(t -> t.sum(), x, x).product(), Shape.of(2), 0, 0);
    assertTensor(Functional.vhp(t -> y.exp(), x, x).product(), Shape.of(2), 0, 0);
  }

  @Test
  void emptyTensors() {
    Tensor none = Tensor.zeros(Shape.of(0, 2), DType.FLOAT64);
    Tensor some = Tensor.of(1.0, 2.0);
    assertTensor(Functional.jacobian(Tensor::exp, none), Shape.of(0, 2, 0, 2));
    assertTensor(Functional.jacobian(t -> t.sum(), none), Shape.of(0, 2));
    assertTensor(Functional.jacobian(t -> t.narrow(0, 0, 0), some), Shape.of(0, 2));
    assertTensor(Functional.jacobian(t -> t.sum(0), none), Shape.of(2, 0, 2));
    assertTensor(Functional.hessian(t -> t.exp().sum(), none), Shape.of(0, 2, 0, 2));
    assertTensor(Functional.jvp(Tensor::exp, none, none).product(), Shape.of(0, 2));
    assertTensor(Functional.hvp(t -> t.exp().sum(), none, none).product(), Shape.of(0, 2));
  }
}
