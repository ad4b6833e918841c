package dev.clgrad;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Compares gradients of a function of one float64 tensor with differences of its values. */
final class FiniteDifferences {
  private static final GradcheckOptions OPTIONS =
      GradcheckOptions.DEFAULT.withEps(1e-5).withAtol(1e-6).withRtol(1e-6);

  private FiniteDifferences() {}

  /**
   * Checks the gradient by the backward kernels, the one in differentiable operations, and the
   * second derivative, at a point.
   */
  static void check(UnaryOperator<Tensor> function, Shape shape, double[] data) {
    List<Tensor> x =
        List.of(
            Tensor.fromArray(data.clone(), DType.FLOAT64, shape, Device.getDefault())
                .requiresGrad(true));
    Function<List<Tensor>, List<Tensor>> listed = in -> List.of(function.apply(in.get(0)));
    Gradcheck.gradcheck(listed, x, OPTIONS);
    Gradcheck.gradcheck(listed, x, OPTIONS.withCreateGraph(true));
    Gradcheck.gradgradcheck(listed, x, null, OPTIONS);
  }
}
