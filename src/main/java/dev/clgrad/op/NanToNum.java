package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * nan_to_num: y = x with numbers in the place of NaN, inf and -inf; dx = dy where x is finite, else
 * 0.
 */
public final class NanToNum extends ParameterOp {
  private static final NanToNum OP = new NanToNum();

  private NanToNum() {
    super("nan_to_num", Saves.INPUT, 3);
  }

  /**
   * x with numbers in the place of NaN, inf and -inf; integers stay as they are.
   *
   * @param posinf null for the largest finite number
   * @param neginf null for the smallest finite number
   */
  public static Variable of(
      Variable x, Number nan, @Nullable Number posinf, @Nullable Number neginf) {
    if (!x.dtype().isFloating()) {
      return Cast.copy(x);
    }
    double largest = x.dtype() == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
    return OP.apply(x, nan, posinf == null ? largest : posinf, neginf == null ? -largest : neginf);
  }

  @Override
  void forward(Lanes lanes, float[] x, float[] p, float[] y, int n) {
    float nan = p[0];
    float posinf = p[1];
    float neginf = p[2];
    for (int i = 0; i < n; i++) {
      y[i] =
          Double.isNaN(x[i])
              ? nan
              : x[i] == Float.POSITIVE_INFINITY
                  ? posinf
                  : x[i] == -Float.POSITIVE_INFINITY ? neginf : x[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] x, double[] p, double[] y, int n) {
    double nan = p[0];
    double posinf = p[1];
    double neginf = p[2];
    for (int i = 0; i < n; i++) {
      y[i] =
          Double.isNaN(x[i])
              ? nan
              : x[i] == Double.POSITIVE_INFINITY
                  ? posinf
                  : x[i] == -Double.POSITIVE_INFINITY ? neginf : x[i];
    }
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float[] p, float[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = Double.isFinite(x[i]) ? dy[i] : 0;
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double[] p, double[] dx, int n) {
    for (int i = 0; i < n; i++) {
      dx[i] = Double.isFinite(x[i]) ? dy[i] : 0;
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number... p) {
    return Where.of(Isfinite.of(x), dy, 0);
  }
}
