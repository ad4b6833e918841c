package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** log_softmax: y = x - log Σ e^x over one dimension; dx = dy - e^y Σ dy. */
public final class LogSoftmax extends NormalizedExponential {
  private static final LogSoftmax OP = new LogSoftmax();

  private LogSoftmax() {
    super("log_softmax");
  }

  /**
   * The log_softmax over one dimension.
   *
   * @param dim the dimension; a negative one counts from the end
   * @param dtype what x is converted to first; null for its own type
   * @throws dev.clgrad.ShapeException if there is no such dimension
   * @throws dev.clgrad.DTypeException if the numbers are not floating-point
   */
  public static Variable of(Variable x, int dim, @Nullable DType dtype) {
    return OP.apply(dtype == null ? x : Cast.to(x, dtype), dim);
  }

  @Override
  void forward(Lanes lanes, float[] x, int xAt, float[] y, int yAt, int n) {
    float top = lanes.max(x, xAt, n);
    float sum = lanes.expShifted(x, xAt, top, y, yAt, n);
    float logSum = (float) Math.log(sum);
    for (int i = 0; i < n; i++) {
      y[yAt + i] = (x[xAt + i] - top) - logSum;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, int xAt, double[] y, int yAt, int n) {
    double top = lanes.max(x, xAt, n);
    double sum = lanes.expShifted(x, xAt, top, y, yAt, n);
    double logSum = Math.log(sum);
    for (int i = 0; i < n; i++) {
      y[yAt + i] = (x[xAt + i] - top) - logSum;
    }
  }

  @Override
  void backward(
      Lanes lanes, float[] dy, int dyAt, float[] y, int yAt, float[] dx, int dxAt, int n) {
    float sum = lanes.sum(dy, dyAt, n);
    lanes.expShifted(y, yAt, 0, dx, dxAt, n);
    for (int i = 0; i < n; i++) {
      dx[dxAt + i] = dy[dyAt + i] - dx[dxAt + i] * sum;
    }
  }

  @Override
  void backward(
      Lanes lanes, double[] dy, int dyAt, double[] y, int yAt, double[] dx, int dxAt, int n) {
    double sum = lanes.sum(dy, dyAt, n);
    lanes.expShifted(y, yAt, 0, dx, dxAt, n);
    for (int i = 0; i < n; i++) {
      dx[dxAt + i] = dy[dyAt + i] - dx[dxAt + i] * sum;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y, int dim) {
    Variable sum = Sum.of(dy, new int[] {dim}, true);
    return Sub.of(dy, Mul.of(Exp.of(y), sum));
  }
}
