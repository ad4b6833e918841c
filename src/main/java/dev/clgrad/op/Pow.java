package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Lanes;
import dev.clgrad.tape.Variable;

/**
 * pow: y = a^b; da = dy b a^(b-1), 0 where b = 0; db = dy y ln a, 0 where a = 0 and b &gt;= 0. The
 * exponents 2, 3, 0.5 and -1 have code of their own.
 */
public final class Pow extends BinaryOp {
  private static final Pow OP = new Pow();

  private Pow() {
    super("pow", Reads.BOTH, Reads.BOTH);
  }

  @Override
  public String nodeName() {
    return "PowBackward1";
  }

  /**
   * a^b, broadcast. Integers to a negative exponent give 0, except the bases 1 and -1, as in
   * PyTorch.
   */
  public static Variable of(Variable a, Variable b) {
    return OP.apply(a, b);
  }

  /**
   * a^b for a Java scalar.
   *
   * @throws DTypeException if a holds integers and b is a negative one
   */
  public static Variable of(Variable a, Number b) {
    DType dtype = a.dtype().promoteScalar(Pointwise.isFloating(b));
    double exponent = b.doubleValue();
    if (!dtype.isFloating() && exponent < 0) {
      throw new DTypeException(
          "pow: a tensor of "
              + a.dtype()
              + " cannot be raised to the negative integer "
              + b
              + "; convert it with to(DType.FLOAT32), or use the exponent "
              + exponent);
    }
    Variable x = a.dtype() == dtype ? a : Cast.to(a, dtype);
    if (exponent == 2) {
      return Square.of(x);
    }
    if (exponent == 3) {
      return Cube.of(x);
    }
    if (exponent == 0.5) {
      return Sqrt.of(x, NODE);
    }
    if (exponent == -1) {
      return Reciprocal.of(x, NODE);
    }
    return OP.apply(x, b, NODE);
  }

  private static final String NODE = "PowBackward0";

  @Override
  int cost() {
    return 16;
  }

  @Override
  void forward(Lanes lanes, float[] a, float[] b, float[] y, int n) {
    lanes.pow(a, b, y, n);
  }

  @Override
  void forward(Lanes lanes, double[] a, double[] b, double[] y, int n) {
    lanes.pow(a, b, y, n);
  }

  @Override
  void forward(long[] a, long[] b, long[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] = power(a[i], b[i]);
    }
  }

  private static long power(long a, long b) {
    if (b < 0) {
      return a == 1 ? 1 : a == -1 ? ((b & 1) != 0 ? -1 : 1) : 0;
    }
    long y = 1;
    long square = a;
    for (long rest = b; rest != 0; rest >>= 1) {
      y = (rest & 1) != 0 ? y * square : y;
      square *= square;
    }
    return y;
  }

  @Override
  void backwardA(Lanes lanes, float[] dy, float[] a, float[] b, float[] da, int n) {
    float[] power = new float[n];
    for (int i = 0; i < n; i++) {
      power[i] = b[i] - 1;
    }
    lanes.pow(a, power, power, n);
    for (int i = 0; i < n; i++) {
      da[i] = b[i] == 0 ? 0 : dy[i] * (b[i] * power[i]);
    }
  }

  @Override
  void backwardA(Lanes lanes, double[] dy, double[] a, double[] b, double[] da, int n) {
    double[] power = new double[n];
    for (int i = 0; i < n; i++) {
      power[i] = b[i] - 1;
    }
    lanes.pow(a, power, power, n);
    for (int i = 0; i < n; i++) {
      da[i] = b[i] == 0 ? 0 : dy[i] * (b[i] * power[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, float[] dy, float[] a, float[] b, float[] db, int n) {
    float[] power = new float[n];
    float[] log = new float[n];
    lanes.pow(a, b, power, n);
    lanes.log(a, log, n);
    for (int i = 0; i < n; i++) {
      db[i] = a[i] == 0 && b[i] >= 0 ? 0 : dy[i] * (power[i] * log[i]);
    }
  }

  @Override
  void backwardB(Lanes lanes, double[] dy, double[] a, double[] b, double[] db, int n) {
    double[] power = new double[n];
    double[] log = new double[n];
    lanes.pow(a, b, power, n);
    lanes.log(a, log, n);
    for (int i = 0; i < n; i++) {
      db[i] = a[i] == 0 && b[i] >= 0 ? 0 : dy[i] * (power[i] * log[i]);
    }
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Variable b) {
    return Where.of(Eq.of(b, 0), 0, Mul.of(dy, Mul.of(b, of(a, Sub.of(b, 1)))));
  }

  @Override
  Variable gradientA(Variable dy, Variable a, Number b) {
    double exponent = b.doubleValue();
    return exponent == 0
        ? Fill.of(dy.scheduler(), dy.dtype(), dy.shape(), 0)
        : Mul.of(dy, Mul.of(of(a, exponent - 1), exponent));
  }

  @Override
  Variable gradientB(Variable dy, Variable a, Variable b) {
    Variable atZero =
        Where.of(Eq.of(a, 0), Ge.of(b, 0), Fill.of(a.scheduler(), DType.BOOL, Shape.SCALAR, 0));
    // The logarithm is taken of 1 where the derivative is 0: an infinite one would make NaN of the
    // zeros that come back through it.
    return Mul.of(dy, Mul.of(of(a, b), Log.of(Where.of(atZero, 1, a))));
  }
}
