package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/** rpow: y = s^x for a Java scalar s; dx = dy y ln s, 0 where s = 0 and x &gt;= 0. */
public final class Rpow extends ScalarOp {
  private static final Rpow OP = new Rpow();

  private Rpow() {
    super("rpow", Saves.INPUT, false);
  }

  @Override
  public String nodeName() {
    return "PowBackward1";
  }

  /** s^x for a Java scalar s. */
  public static Variable of(Variable x, Number s) {
    boolean integers = !x.dtype().isFloating() && !Pointwise.isFloating(s);
    return integers
        ? Pow.of(Fill.of(x.scheduler(), x.dtype().promoteScalar(false), Shape.SCALAR, s), x)
        : OP.apply(x, s);
  }

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] x, float s, float[] y, int n) {
    float[] base = new float[n];
    Arrays.fill(base, s);
    lanes.pow(base, x, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] x, double s, double[] y, int n) {
    double[] base = new double[n];
    Arrays.fill(base, s);
    lanes.pow(base, x, y, n);
  }

  @Override
  void backward(Lanes lanes, float[] dy, float[] x, float s, float[] dx, int n) {
    float[] y = new float[n];
    forward(lanes, x, s, y, n);
    float[] log = {s};
    lanes.log(log, log, 1);
    for (int i = 0; i < n; i++) {
      dx[i] = s == 0 && x[i] >= 0 ? 0 : dy[i] * (y[i] * log[0]);
    }
  }

  @Override
  void backward(Lanes lanes, double[] dy, double[] x, double s, double[] dx, int n) {
    double[] y = new double[n];
    forward(lanes, x, s, y, n);
    double[] log = {s};
    lanes.log(log, log, 1);
    for (int i = 0; i < n; i++) {
      dx[i] = s == 0 && x[i] >= 0 ? 0 : dy[i] * (y[i] * log[0]);
    }
  }

  @Override
  Variable gradient(Variable dy, Variable x, Number s) {
    double base = s.doubleValue();
    if (base != 0) {
      return Mul.of(dy, Mul.of(of(x, s), Math.log(base)));
    }
    // The infinite logarithm of 0 may not meet the zeros of higher derivatives where x >= 0.
    Variable zero = Fill.of(x.scheduler(), x.dtype(), Shape.SCALAR, 0);
    Variable log = Where.of(Ge.of(x, 0), zero, Double.NEGATIVE_INFINITY);
    return Mul.of(dy, Mul.of(of(x, s), log));
  }
}
