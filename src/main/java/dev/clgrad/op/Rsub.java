package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * rsub: y = s - x for a Java scalar s; dx = -dy. For a tensor it is sub the other way round, in one
 * step with a factor of x.
 */
public final class Rsub extends ScalarOp {
  private static final Rsub OP = new Rsub();

  private Rsub() {
    super("rsub", Saves.NOTHING, true);
  }

  /** s - x for a Java scalar s. */
  public static Variable of(Variable x, Number s) {
    return OP.apply(x, s);
  }

  /**
   * s - alpha x for Java scalars.
   *
   * @throws DTypeException where a fraction would scale integers
   */
  public static Variable of(Variable x, Number s, Number alpha) {
    if (!x.dtype().isFloating() && Pointwise.isFloating(alpha)) {
      throw new DTypeException(
          "rsub: alpha "
              + alpha
              + " cannot scale a tensor of "
              + x.dtype()
              + "; use an integer, or convert with to(DType)");
    }
    return of(Mul.of(x, alpha), s);
  }

  /**
   * s - alpha x, broadcast.
   *
   * @throws DTypeException for bool, and where a fraction would scale integers
   */
  public static Variable of(Variable x, Variable s, Number alpha) {
    return Scaled.of(OP.name(), "RsubBackward1", s, x, Pointwise.negated(alpha));
  }

  @Override
  void forward(Lanes lanes, float[] x, float s, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = s - x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double s, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = s - x[i];
    }
  }

  @Override
  void forward(long[] x, long s, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = s - x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float s, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i];
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double s, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = -dy[i];
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number s) {
    return Neg.of(dy);
  }
}
