package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** prelu: y = a where a &gt; 0, else b a; da = dy, or dy b; db = 0, or dy a. */
public final class Prelu extends BinaryOp {
  private static final Prelu OP = new Prelu();

  private Prelu() {
    super("prelu", Reads.BOTH, Reads.A);
  }

  /**
   * x where it is positive, else a weight times x: one weight for all, or one for each channel,
   * which is dimension 1.
   *
   * @throws ShapeException if there are neither one nor as many weights as channels
   */
  public static Variable of(Variable x, Variable weight) {
    long weights = weight.shape().numel();
    long channels = x.rank() > 1 ? x.shape().size(1) : 1;
    if (weight.rank() > 1 || (weights != 1 && weights != channels)) {
      throw new ShapeException(
          "prelu: the weight of shape "
              + weight.shape()
              + " must be a vector of 1 or "
              + channels
              + " (the channels of an input of shape "
              + x.shape()
              + "); reshape it");
    }
    if (weights == 1) {
      return OP.apply(x, Reshape.of(weight, Shape.SCALAR));
    }
    long[] sizes = new long[x.rank()];
    Arrays.fill(sizes, 1);
    sizes[1] = channels;
    return OP.apply(x, Reshape.of(weight, Shape.of(sizes)));
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] > 0 ? a[i] : a[i] * b[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] > 0 ? a[i] : a[i] * b[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] > 0 ? dy[i] : dy[i] * b[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] > 0 ? dy[i] : dy[i] * b[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > 0 ? 0 : dy[i] * a[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > 0 ? 0 : dy[i] * a[i];
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Where.of(Gt.of(a, 0), dy, Mul.of(dy, b));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Where.of(Gt.of(a, 0), 0, Mul.of(dy, a));
  }
}
