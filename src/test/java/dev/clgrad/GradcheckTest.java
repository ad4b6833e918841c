package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.op.Mul;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The check of gradients: it passes right ones, and finds every kind of wrong one. */
class GradcheckTest {
  private static final GradcheckOptions REPORT = GradcheckOptions.DEFAULT.withRaiseException(false);

  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static GradcheckReport report(UnaryOperator<Tensor> function, Tensor x) {
    return Gradcheck.gradcheck(in -> List.of(function.apply(in.get(0))), List.of(x), REPORT);
  }

  private static void refused(Class<? extends ClgradException> kind, String says, Executable call) {
    ClgradException e = assertThrows(kind, call);
    assertTrue(String.valueOf(e.getMessage()).contains(says), e.getMessage());
  }

  /** x² whose gradient is made by a function of x and the upstream gradient. */
  private static UnaryOperator<Tensor> square(BiFunction<Variable, Variable, Variable> gradient) {
    return x -> {
      Tensor y = x.detach().square();
      Node.record(
          "SquareBackward0",
          List.of(x.variable()),
          List.of(y.variable()),
          List.of(x.variable()),
          c -> new @Nullable Variable[] {gradient.apply(c.saved(0), c.dy(0))});
      return y;
    };
  }

  @Test
  void rightGradientsPass() {
    Tensor x = leaf(0.3, -1.2, 0.7);
    Tensor w = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).requiresGrad(true);
    assertTrue(Gradcheck.gradcheck(t -> t.tanh().mul(t), x).passed());
    assertTrue(Gradcheck.gradgradcheck(t -> t.tanh().mul(t), x).passed());
    assertTrue(Gradcheck.gradcheck(Tensor::mv, w, x).passed());
    assertTrue(Gradcheck.gradgradcheck(Tensor::mv, w, x).passed());
    Function<List<Tensor>, List<Tensor>> two =
        in -> List.of(in.get(0).exp().sum(), in.get(1).mul(in.get(0)), in.get(0).gt(0));
    GradcheckReport report = Gradcheck.gradcheck(two, List.of(x, w));
    assertEquals("gradcheck passed", report.toString());
    assertTrue(Gradcheck.gradgradcheck(two, List.of(x, w)).passed());
    assertTrue(Gradcheck.gradcheck(two, List.of(x, w), REPORT.withCreateGraph(true)).passed());
    assertTrue(Gradcheck.gradcheck(square((v, dy) -> Mul.of(dy, Mul.of(v, 2))), x).passed());
    // What is linear has second derivatives too: zeros, and 1 for the upstream gradient.
    assertTrue(Gradcheck.gradgradcheck(t -> t.mul(3), x).passed());
    assertTrue(Gradcheck.gradgradcheck(t -> t, x).passed());
  }

  @Test
  void saysWhereAGradientIsWrong() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2).requiresGrad(true);
    // The factor is forgotten for 3 alone.
    Tensor factor = Tensor.of(new double[] {2, 2, 1, 2}, 2, 2);
    UnaryOperator<Tensor> wrong = square((v, dy) -> Mul.of(dy, Mul.of(v, factor.variable())));
    GradcheckReport report =
        Gradcheck.gradcheck(
            in -> List.of(in.get(0).sum(), wrong.apply(in.get(1))), List.of(leaf(5), x), REPORT);
    assertFalse(report.passed());
    assertEquals(1, report.mismatches().size(), report.toString());
    GradcheckReport.Mismatch mismatch = report.mismatches().get(0);
    assertEquals(1, mismatch.input());
    assertEquals(1, mismatch.output());
    assertEquals(1, mismatch.differing());
    assertEquals(16, mismatch.elements());
    GradcheckReport.Difference difference = mismatch.largest().get(0);
    assertEquals(List.of(1L, 0L), difference.inputElement());
    assertEquals(List.of(1L, 0L), difference.outputElement());
    assertEquals(3, difference.analytic());
    assertEquals(6, difference.numerical(), 1e-6);
    assertEquals(3, difference.absoluteError(), 1e-6);
    assertEquals(0.5, difference.relativeError(), 1e-6);
    String text = report.toString();
    assertTrue(text.startsWith("gradcheck failed\noutput 1 [2, 2], input 1 [2, 2]: 1 of 16"), text);
    assertTrue(
        text.contains("\n  [1, 0]  [1, 0]  3.0000000  6.0000000     3.0e+00     5.0e-01"), text);
    GradcheckException e =
        assertThrows(GradcheckException.class, () -> Gradcheck.gradcheck(wrong, x));
    assertEquals(report(wrong, x).toString(), e.getMessage());
  }

  @Test
  void largestDifferencesComeFirst() {
    double[] values = new double[20];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 7 + 1;
    }
    GradcheckReport report = report(square((v, dy) -> Mul.of(dy, v)), leaf(values));
    GradcheckReport.Mismatch mismatch = report.mismatches().get(0);
    assertEquals(20, mismatch.differing());
    assertEquals(GradcheckReport.SHOWN, mismatch.largest().size());
    assertEquals(List.of(6L), mismatch.largest().get(0).inputElement());
    for (int i = 1; i < mismatch.largest().size(); i++) {
      assertTrue(
          mismatch.largest().get(i - 1).absoluteError()
              >= mismatch.largest().get(i).absoluteError());
    }
  }

  private static void hints(String says, UnaryOperator<Tensor> function, Tensor x) {
    GradcheckReport report = report(function, x);
    assertFalse(report.passed());
    assertTrue(
        report.hints().stream().anyMatch(hint -> hint.contains(says)), () -> report.toString());
  }

  @Test
  void hintsAtTheReason() {
    hints("is 0.5000 times", t -> t.detach().mul(t), leaf(1, 2, 3));
    hints("a kink", Tensor::relu, leaf(1, 0, 3));
    hints("a kink", t -> t.max(), leaf(2, 2, 2));
    hints("does not require gradients", t -> t.detach().exp(), leaf(1, 2));
    hints("no gradient of output 0 reaches", t -> t.detach().exp().add(t.mul(0)), leaf(1, 2));
    hints("is not finite", Tensor::log, leaf(1, -1));
    double[] seed = {0};
    hints("different values", t -> t.mul(seed[0] += 1), leaf(1, 2));
    GradcheckReport report =
        Gradcheck.gradcheck(
            in -> List.of(in.get(0).exp()),
            List.of(Tensor.of(1f, 5f).requiresGrad(true)),
            REPORT.withEps(1e-5).withAtol(1e-8));
    assertTrue(report.toString().contains("check in float64"), report.toString());
  }

  @Test
  void findsWrongSecondDerivatives() {
    // The gradient is right, and taken to be constant.
    UnaryOperator<Tensor> once = square((v, dy) -> Mul.of(dy, Mul.of(v.detach(), 2)));
    Tensor x = leaf(1, 2);
    assertTrue(Gradcheck.gradcheck(once, x).passed());
    GradcheckException e =
        assertThrows(GradcheckException.class, () -> Gradcheck.gradgradcheck(once, x));
    String text = String.valueOf(e.getMessage());
    assertTrue(
        text.startsWith("gradgradcheck failed\nthe gradient of input 0 [2], input 0 [2]: 2 of 4"),
        text);
    UnaryOperator<Tensor> upstream = square((v, dy) -> Mul.of(dy.detach(), Mul.of(v, 2)));
    assertTrue(Gradcheck.gradcheck(upstream, x).passed());
    e = assertThrows(GradcheckException.class, () -> Gradcheck.gradgradcheck(upstream, x));
    text = String.valueOf(e.getMessage());
    assertTrue(text.contains("the upstream gradient of output 0 [2]: 2 of 4"), text);
  }

  @Test
  void upstreamGradientsCanBeGiven() {
    Tensor x = leaf(1, 2);
    Function<List<Tensor>, List<Tensor>> function = in -> List.of(in.get(0).pow(3));
    List<Tensor> x1 = List.of(x);
    assertTrue(
        Gradcheck.gradgradcheck(function, x1, List.of(Tensor.of(1.0, -2.0)), REPORT).passed());
    refused(
        AutogradException.class,
        "give one for each",
        () -> Gradcheck.gradgradcheck(function, x1, List.of(), REPORT));
  }

  @Test
  void backwardHasToRepeat() {
    int[] passes = {0};
    UnaryOperator<Tensor> drifting =
        square((v, dy) -> Mul.of(dy, Mul.of(v, 2 + 1e-9 * passes[0]++)));
    GradcheckReport report = report(drifting, leaf(1, 2));
    assertFalse(report.passed());
    assertTrue(report.mismatches().isEmpty(), report.toString());
    assertTrue(report.toString().contains("two backward passes from output 0"), report.toString());
    assertTrue(
        Gradcheck.gradcheck(
                in -> List.of(drifting.apply(in.get(0))),
                List.of(leaf(1, 2)),
                REPORT.withNondetTol(1e-6))
            .passed());
  }

  /** 2 x and 3 x by one node, whose gradient gets the wrong number when told to. */
  private static Function<List<Tensor>, List<Tensor>> pair(boolean wrong) {
    return in -> {
      Tensor x = in.get(0);
      Tensor a = x.detach().mul(2);
      Tensor b = x.detach().mul(3);
      int[] passes = {0};
      Node.record(
          "PairBackward0",
          List.of(x.variable()),
          List.of(a.variable(), b.variable()),
          List.of(),
          c -> {
            Tensor dx = new Tensor(c.dy(0)).mul(2).add(new Tensor(c.dy(1)).mul(3));
            // Two elements, two passes each: what follows is the pass with zeros.
            boolean later = passes[0]++ >= 4;
            return new @Nullable Variable[] {(wrong && later ? dx.mul(passes[0]) : dx).variable()};
          });
      return List.of(a, b);
    };
  }

  @Test
  void undefinedGradientsCountAsZeros() {
    List<Tensor> x = List.of(leaf(1, 2));
    assertTrue(Gradcheck.gradcheck(pair(false), x, REPORT).passed());
    GradcheckReport report = Gradcheck.gradcheck(pair(true), x, REPORT);
    assertTrue(
        report.problems().stream()
            .anyMatch(p -> p.startsWith("with an upstream gradient for output 0 alone")),
        report.toString());
  }

  @Test
  void outputsWithoutGradientsMustNotMove() {
    assertTrue(report(t -> t.detach().sign(), leaf(1, -2)).passed());
    assertFalse(report(t -> t.detach().mul(1e-4), leaf(1, -2)).passed());
  }

  @Test
  void inputsStayAsTheyWere() {
    Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).t().requiresGrad(true);
    Tensor w = Tensor.of(1.0, 2.0);
    x.square().sum().backward();
    Tensor grad = x.grad();
    assertNotNull(grad);
    double[] before = grad.toDoubleArray();
    int version = x.variable().storage().version().count();
    Function<List<Tensor>, List<Tensor>> changes =
        in -> {
          Tensor y = in.get(0).matmul(in.get(1));
          in.get(1).add_(1);
          return List.of(in.get(0).square(), y.detach().mul(0));
        };
    Gradcheck.gradcheck(changes, List.of(x, w));
    Gradcheck.gradgradcheck(in -> List.of(in.get(0).mul(in.get(1))), List.of(x, w));
    assertArrayEquals(new double[] {1, 4, 2, 5, 3, 6}, x.toDoubleArray());
    assertArrayEquals(new double[] {1, 2}, w.toDoubleArray());
    assertEquals(version, x.variable().storage().version().count());
    Tensor after = x.grad();
    assertNotNull(after);
    assertArrayEquals(before, after.toDoubleArray());
    assertTrue(x.requiresGrad());
    assertFalse(w.requiresGrad());
    assertNull(w.grad());
    Gradcheck.gradcheck(changes, List.of(x, w), REPORT.withInputs(0));
    assertFalse(w.requiresGrad());
  }

  @Test
  void copiesHaveTheStridesOfInputs() {
    Tensor x = Tensor.of(new double[] {1, 9, 2, 9, 3, 9, 4, 9}, 2, 4).slice(1, 0, 4, 2).t();
    boolean[] strided = {true};
    Gradcheck.gradcheck(
        in -> {
          strided[0] &= in.get(0).variable().layout().stride(0) == 2;
          strided[0] &= in.get(0).variable().layout().stride(1) == 4;
          return List.of(in.get(0).square());
        },
        List.of(x),
        REPORT.withInputs(0));
    assertTrue(strided[0]);
  }

  @Test
  void worksWithinNoGrad() {
    try (Autograd.Mode off = Autograd.noGrad()) {
      assertTrue(Gradcheck.gradcheck(Tensor::exp, leaf(1, 2)).passed());
      assertTrue(Gradcheck.gradgradcheck(Tensor::exp, leaf(1, 2)).passed());
      assertFalse(Autograd.isGradEnabled());
    }
  }

  @Test
  void refusesWhatCannotBeChecked() {
    Tensor x = leaf(1, 2);
    refused(DTypeException.class, "float32", () -> Gradcheck.gradcheck(Tensor::exp, single(1, 2)));
    refused(
        AutogradException.class,
        "no input requires gradients",
        () -> Gradcheck.gradcheck(Tensor::exp, Tensor.of(1.0)));
    refused(
        AutogradException.class,
        "share memory",
        () -> Gradcheck.gradcheck(Tensor::exp, Tensor.of(1.0).expand(3).requiresGrad(true)));
    refused(
        AutogradException.class,
        "none depends on an input",
        () -> Gradcheck.gradcheck(t -> x.exp(), leaf(1, 2)));
    refused(
        AutogradException.class,
        "none depends on an input",
        () -> Gradcheck.gradgradcheck(t -> x.exp(), leaf(1, 2)));
    refused(
        AutogradException.class,
        "no floating-point output",
        () -> Gradcheck.gradcheck(t -> t.gt(0), x));
    refused(
        AutogradException.class,
        "no output of the function requires gradients",
        () -> Gradcheck.gradgradcheck(t -> t.gt(0), x));
    refused(
        AutogradException.class,
        "there is no input 1",
        () -> Gradcheck.gradcheck(in -> in, List.of(x), REPORT.withInputs(1)));
    refused(
        DTypeException.class,
        "int64",
        () -> Gradcheck.gradcheck(in -> in, List.of(Tensor.of(1L)), REPORT.withInputs(0)));
    refused(
        ShapeException.class,
        "shapes of outputs may not depend on elements",
        () -> Gradcheck.gradcheck(t -> t.maskedSelect(t.gt(1)), leaf(1, 2)));
    refused(AutogradException.class, "eps", () -> REPORT.withEps(0));
  }

  private static Tensor single(float... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  @Test
  void float32IsCheckedWithTolerancesOfItsOwn() {
    GradcheckOptions loose = GradcheckOptions.DEFAULT.withEps(1e-2).withAtol(1e-2).withRtol(1e-2);
    List<Tensor> x = List.of(single(0.5f, 1.5f));
    assertDoesNotThrow(() -> Gradcheck.gradcheck(in -> List.of(in.get(0).sin()), x, loose));
    assertThrows(
        GradcheckException.class,
        () -> Gradcheck.gradcheck(in -> List.of(in.get(0).detach().mul(in.get(0))), x, loose));
    refused(
        AutogradException.class,
        "give a larger one",
        () -> Gradcheck.gradcheck(in -> in, List.of(single(1e6f)), loose.withEps(1e-3)));
  }

  @Test
  void emptyInputsAndOutputsPass() {
    Tensor none = Tensor.zeros(Shape.of(0, 3), DType.FLOAT64).requiresGrad(true);
    assertTrue(Gradcheck.gradcheck(Tensor::exp, none).passed());
    assertTrue(Gradcheck.gradcheck(t -> t.sum(), none).passed());
    assertTrue(Gradcheck.gradgradcheck(Tensor::exp, none).passed());
  }
}
