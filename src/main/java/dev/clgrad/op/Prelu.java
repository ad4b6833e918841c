package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** prelu: y = a where a is positive, else b a; da = dy or b dy, db = 0 or a dy. */
public final class Prelu extends BinaryOp {
  private static final Prelu OP = new Prelu();

  private Prelu() {
    super("prelu", Reads.BOTH, Reads.A);
  }

  /**
   * x where it is positive, else a weight times x.
   *
   * @param weight one number, or one for each place in dimension 1
   * @throws ShapeException if it has another number of elements
   */
  public static Variable of(Variable x, Variable weight) {
    long channels = x.rank() > 1 ? x.shape().size(1) : 1;
    long given = weight.shape().numel();
    if (weight.rank() > 1 || (given != 1 && given != channels)) {
      throw new ShapeException(
          "prelu: a weight of shape "
              + weight.shape()
              + " does not fit an input of shape "
              + x.shape()
              + "; expected one number, or "
              + channels
              + " in one dimension, as many as dimension 1 has");
    }
    long[] sizes = new long[given == 1 ? 0 : x.rank()];
    Arrays.fill(sizes, 1);
    if (given != 1) {
      sizes[1] = given;
    }
    return OP.apply(x, Reshape.of(weight, Shape.of(sizes)));
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] > 0 ? a[i] : b[i] * a[i];
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = a[i] > 0 ? a[i] : b[i] * a[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] > 0 ? dy[i] : b[i] * dy[i];
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      da[i] = a[i] > 0 ? dy[i] : b[i] * dy[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > 0 ? 0 : a[i] * dy[i];
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    for (int i = 0; i < n; i++) {
      db[i] = a[i] > 0 ? 0 : a[i] * dy[i];
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
