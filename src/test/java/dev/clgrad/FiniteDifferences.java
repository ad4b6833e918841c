package dev.clgrad;

import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Compares gradients of a function of one float64 tensor with differences of its values: of a
 * random combination of its outputs, so that large ones take no more passes than small ones.
 */
final class FiniteDifferences {
  private static final GradcheckOptions OPTIONS =
      GradcheckOptions.DEFAULT.withEps(1e-5).withAtol(1e-6).withRtol(0);

  private FiniteDifferences() {}

  /**
   * Checks the gradient by the backward kernels, the one in differentiable operations, and the
   * second derivative, at a point.
   */
  static void check(UnaryOperator<Tensor> function, Shape shape, double[] data) {
    Random random = new Random(5);
    Tensor x = tensor(data.clone(), shape).requiresGrad(true);
    Shape outputs = function.apply(x).shape();
    Tensor u = tensor(random.doubles(outputs.numel(), -1, 1).toArray(), outputs);
    Tensor v = tensor(random.doubles(data.length, -1, 1).toArray(), shape);
    UnaryOperator<Tensor> combined = t -> function.apply(t).mul(u).sum();
    check(combined, x, OPTIONS);
    check(combined, x, OPTIONS.withCreateGraph(true));
    check(t -> Functional.vjp(function, t, u, true, false).product().mul(v).sum(), x, OPTIONS);
  }

  private static void check(UnaryOperator<Tensor> function, Tensor x, GradcheckOptions options) {
    Gradcheck.gradcheck(in -> List.of(function.apply(in.get(0))), List.of(x), options);
  }

  private static Tensor tensor(double[] values, Shape shape) {
    return Tensor.of(values, shape, Device.getDefault());
  }
}
