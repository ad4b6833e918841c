package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** softmax: y = e^x / Σ e^x over one dimension; dx = y (dy - Σ dy y). */
public final class Softmax extends NormalizedExponential {
  private static final Softmax OP = new Softmax();

  private Softmax() {
    super("softmax");
  }

  /**
   * The softmax over one dimension.
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
    for (int i = yAt; i < yAt + n; i++) {
      y[i] /= sum;
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, int xAt, double[] y, int yAt, int n) {
    double top = lanes.max(x, xAt, n);
    double sum = lanes.expShifted(x, xAt, top, y, yAt, n);
    for (int i = yAt; i < yAt + n; i++) {
      y[i] /= sum;
    }
  }

  @Override
  void backward(
      Lanes lanes, float[] dy, int dyAt, float[] y, int yAt, float[] dx, int dxAt, int n) {
    float sum = lanes.dot(dy, dyAt, y, yAt, n);
    for (int i = 0; i < n; i++) {
      dx[dxAt + i] = y[yAt + i] * (dy[dyAt + i] - sum);
    }
  }

  @Override
  void backward(
      Lanes lanes, double[] dy, int dyAt, double[] y, int yAt, double[] dx, int dxAt, int n) {
    double sum = lanes.dot(dy, dyAt, y, yAt, n);
    for (int i = 0; i < n; i++) {
      dx[dxAt + i] = y[yAt + i] * (dy[dyAt + i] - sum);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable y, int dim) {
    Variable product = Mul.of(dy, y);
    return Sub.of(product, Mul.of(y, Sum.of(product, new int[] {dim}, true)));
  }
}
