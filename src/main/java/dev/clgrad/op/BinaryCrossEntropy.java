package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * binary_cross_entropy: y = -b ln a - (1 - b) ln(1 - a), each logarithm at least -100, for
 * probabilities a and targets b; da = dy (a - b) / max(a (1 - a), 1e-12), db = dy (ln(1 - a) - ln
 * a).
 */
public final class BinaryCrossEntropy extends BinaryOp {
  private static final BinaryCrossEntropy OP = new BinaryCrossEntropy();

  private BinaryCrossEntropy() {
    super("binary_cross_entropy", Reads.BOTH, Reads.A);
  }

  /**
   * The losses of probabilities x, which are checked, and targets.
   *
   * @throws dev.clgrad.ShapeException if the shapes differ
   * @throws dev.clgrad.DTypeException if the dtypes are not floating-point
   * @throws dev.clgrad.ClgradException if an x is not from 0 to 1: at once on the CPU, at the next
   *     read elsewhere
   */
  public static Variable of(Variable x, Variable target) {
    Losses.check(OP.name(), x, target);
    Losses.checkSameShape(OP.name(), x, target);
    ValueCheck.probabilities(OP.name(), x);
    return OP.apply(x, target);
  }

  @Override
  DType type(DType promoted) {
    return Pointwise.floating(promoted);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    float[] log = new float[n];
    float[] rest = new float[n];
    for (int i = 0; i < n; i++) {
      rest[i] = -a[i];
    }
    lanes.log(a, log, n);
    lanes.log1p(rest, rest, n);
    for (int i = 0; i < n; i++) {
      y[i] =
          (b[i] - 1) * (rest[i] < -100 ? -100 : rest[i]) - b[i] * (log[i] < -100 ? -100 : log[i]);
    }
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    double[] log = new double[n];
    double[] rest = new double[n];
    for (int i = 0; i < n; i++) {
      rest[i] = -a[i];
    }
    lanes.log(a, log, n);
    lanes.log1p(rest, rest, n);
    for (int i = 0; i < n; i++) {
      y[i] =
          (b[i] - 1) * (rest[i] < -100 ? -100 : rest[i]) - b[i] * (log[i] < -100 ? -100 : log[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    for (int i = 0; i < n; i++) {
      float scale = (1 - a[i]) * a[i];
      da[i] = dy[i] * ((a[i] - b[i]) / (scale < (float) 1e-12 ? (float) 1e-12 : scale));
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    for (int i = 0; i < n; i++) {
      double scale = (1 - a[i]) * a[i];
      da[i] = dy[i] * ((a[i] - b[i]) / (scale < 1e-12 ? 1e-12 : scale));
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    float[] log = new float[n];
    float[] rest = new float[n];
    for (int i = 0; i < n; i++) {
      rest[i] = -a[i];
    }
    lanes.log(a, log, n);
    lanes.log1p(rest, rest, n);
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] * (rest[i] - log[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    double[] log = new double[n];
    double[] rest = new double[n];
    for (int i = 0; i < n; i++) {
      rest[i] = -a[i];
    }
    lanes.log(a, log, n);
    lanes.log1p(rest, rest, n);
    for (int i = 0; i < n; i++) {
      db[i] = dy[i] * (rest[i] - log[i]);
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Div.of(Sub.of(a, b), ClampMin.of(Mul.of(Rsub.of(a, 1), a), 1e-12)));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    return Mul.of(dy, Sub.of(Log.of(Rsub.of(a, 1)), Log.of(a)));
  }
}
