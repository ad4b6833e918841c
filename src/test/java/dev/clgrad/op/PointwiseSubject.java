package dev.clgrad.op;

import dev.clgrad.tape.Variable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** A pointwise operation applied to as many variables as it has tensor arguments. */
record PointwiseSubject(String name, Op op, int arguments, Function<Variable[], Variable> body) {
  /**
   * What the operations with parameters are tested with: not their defaults, where they have any.
   */
  private static final Map<String, List<Number>> PARAMETERS =
      Map.ofEntries(
          Map.entry("celu", List.of(0.7)),
          Map.entry("elu", List.of(0.7)),
          Map.entry("hardshrink", List.of(0.6)),
          Map.entry("hardtanh", List.of(-0.6, 1.25)),
          Map.entry("leaky_relu", List.of(0.3)),
          Map.entry("logit", List.of(0.1)),
          Map.entry("nan_to_num", List.of(1.5, 7, -8)),
          // Of order 2: one more, and the factor (-1)^3 2!.
          Map.entry("polygamma", List.of(3, -2)),
          Map.entry("softplus", List.of(1.5, 3)),
          Map.entry("softshrink", List.of(0.6)),
          Map.entry("threshold", List.of(-0.4, 2.5)));

  Variable apply(Variable... x) {
    return body.apply(x);
  }

  @Override
  public String toString() {
    return name;
  }

  static Stream<PointwiseSubject> differentiable() {
    Stream<PointwiseSubject> unary =
        PointwiseOps.of(UnaryOp.class).stream()
            .map(op -> new PointwiseSubject(op.name(), op, 1, x -> op.apply(x[0])));
    Stream<PointwiseSubject> scalar =
        PointwiseOps.of(ScalarOp.class).stream()
            .map(op -> new PointwiseSubject(op.name() + " 1.7", op, 1, x -> op.apply(x[0], 1.7)));
    Stream<PointwiseSubject> binary =
        PointwiseOps.of(BinaryOp.class).stream()
            .map(op -> new PointwiseSubject(op.name(), op, 2, x -> op.apply(x[0], x[1])));
    Stream<PointwiseSubject> binaryScalar =
        PointwiseOps.of(BinaryOp.class).stream()
            .map(op -> new PointwiseSubject(op.name() + " 1.7", op, 1, x -> op.apply(x[0], 1.7)));
    Stream<PointwiseSubject> withParameters =
        PointwiseOps.of(ParameterOp.class).stream()
            .map(op -> new PointwiseSubject(op.name(), op, 1, x -> op.apply(x[0], parameters(op))));
    return Stream.of(unary, scalar, binary, binaryScalar, withParameters).flatMap(s -> s);
  }

  static Stream<PointwiseSubject> all() {
    Stream<PointwiseSubject> comparisons =
        PointwiseOps.of(ComparisonOp.class).stream()
            .map(op -> new PointwiseSubject(op.name(), op, 2, x -> op.apply(x[0], x[1])));
    Stream<PointwiseSubject> predicates =
        PointwiseOps.of(PredicateOp.class).stream()
            .map(op -> new PointwiseSubject(op.name(), op, 1, x -> op.apply(x[0])));
    return Stream.of(differentiable(), comparisons, predicates).flatMap(s -> s);
  }

  private static Number[] parameters(ParameterOp op) {
    return Objects.requireNonNull(PARAMETERS.get(op.name()), op.name() + " needs parameters")
        .toArray(new Number[0]);
  }

  /**
   * Whether the gradient at x says nothing of an implementation: digamma's has a pole at each
   * integer below 0, and every number here is one that stands for many.
   */
  boolean isGradientMeaningless(double x) {
    return name.equals("digamma") && x < -0x1p52;
  }

  /** Whether its kernel file has a function for backward. */
  boolean hasBackwardKernel() {
    if (op instanceof UnaryOp unary) {
      return unary.hasBackwardKernel();
    }
    if (op instanceof ParameterOp withParameters) {
      return withParameters.hasBackwardKernel();
    }
    return !(op instanceof ComparisonOp || op instanceof PredicateOp);
  }
}
