package dev.clgrad;

import dev.clgrad.op.Add;
import dev.clgrad.op.Arange;
import dev.clgrad.op.Eye;
import dev.clgrad.op.Fill;
import dev.clgrad.op.Linspace;
import dev.clgrad.op.Mul;
import dev.clgrad.op.Multinomial;
import dev.clgrad.op.Random;
import dev.clgrad.op.Rpow;
import dev.clgrad.tape.Variable;

/**
 * Making tensors that are filled, counted through or random. Without a dtype they are of float32,
 * without a device they live on the default one.
 */
abstract class TensorCreation extends TensorArrays {
  TensorCreation(Variable variable) {
    super(variable);
  }

  /** A tensor of zeros. */
  public static Tensor zeros(long... shape) {
    return zeros(Shape.of("zeros", shape), DType.FLOAT32);
  }

  /** A tensor of zeros. */
  public static Tensor zeros(Shape shape, DType dtype) {
    return zeros(shape, dtype, Device.getDefault());
  }

  /** A tensor of zeros. */
  public static Tensor zeros(Shape shape, DType dtype, Device device) {
    return full(shape, 0, dtype, device);
  }

  /** A tensor of zeros of the shape, dtype and device of another. */
  public static Tensor zerosLike(Tensor other) {
    return fullLike(other, 0);
  }

  /** A tensor of ones. */
  public static Tensor ones(long... shape) {
    return ones(Shape.of("ones", shape), DType.FLOAT32);
  }

  /** A tensor of ones. */
  public static Tensor ones(Shape shape, DType dtype) {
    return ones(shape, dtype, Device.getDefault());
  }

  /** A tensor of ones. */
  public static Tensor ones(Shape shape, DType dtype, Device device) {
    return full(shape, 1, dtype, device);
  }

  /** A tensor of ones of the shape, dtype and device of another. */
  public static Tensor onesLike(Tensor other) {
    return fullLike(other, 1);
  }

  /**
   * A tensor with one value everywhere: of float32 for a float or double, of int64 for integers.
   */
  public static Tensor full(Shape shape, Number value) {
    return full(shape, value, dtypeOf(value));
  }

  /** A tensor with one value everywhere. */
  public static Tensor full(Shape shape, Number value, DType dtype) {
    return full(shape, value, dtype, Device.getDefault());
  }

  /** A tensor with one value everywhere. */
  public static Tensor full(Shape shape, Number value, DType dtype, Device device) {
    return new Tensor(Fill.of(device.scheduler(), dtype, shape, value));
  }

  /** A tensor with one value everywhere, of the shape, dtype and device of another. */
  public static Tensor fullLike(Tensor other, Number value) {
    return full(other.shape(), value, other.dtype(), other.device());
  }

  /** The numbers 0, 1, … before end. */
  public static Tensor arange(Number end) {
    return arange(0, end);
  }

  /** The numbers start, start + 1, … before end. */
  public static Tensor arange(Number start, Number end) {
    return arange(start, end, 1);
  }

  /**
   * The numbers start, start + step, … before end: of int64 if all three are integers, else of
   * float32.
   *
   * @throws ShapeException if step is 0 or leads away from end
   */
  public static Tensor arange(Number start, Number end, Number step) {
    DType dtype = DType.promote(dtypeOf(start), DType.promote(dtypeOf(end), dtypeOf(step)));
    return arange(start, end, step, dtype, Device.getDefault());
  }

  /**
   * The numbers start, start + step, … before end.
   *
   * @throws ShapeException if step is 0 or leads away from end
   */
  public static Tensor arange(Number start, Number end, Number step, DType dtype, Device device) {
    return new Tensor(Arange.of(device.scheduler(), dtype, start, end, step));
  }

  /**
   * Values with equal steps from start to end, both included.
   *
   * @param steps how many
   * @throws ShapeException if {@code steps} is negative
   */
  public static Tensor linspace(double start, double end, long steps) {
    return linspace(start, end, steps, DType.FLOAT32, Device.getDefault());
  }

  /**
   * Values with equal steps from start to end, both included.
   *
   * @param steps how many
   * @throws ShapeException if {@code steps} is negative
   * @throws DTypeException if the dtype is not floating-point
   */
  public static Tensor linspace(double start, double end, long steps, DType dtype, Device device) {
    return new Tensor(Linspace.of(device.scheduler(), dtype, start, end, steps));
  }

  /**
   * Powers of ten whose exponents have equal steps from start to end, both included.
   *
   * @param steps how many
   * @throws ShapeException if {@code steps} is negative
   */
  public static Tensor logspace(double start, double end, long steps) {
    return new Tensor(Rpow.of(linspace(start, end, steps).variable(), 10.0));
  }

  /** The square matrix with ones on its diagonal and zeros elsewhere. */
  public static Tensor eye(long n) {
    return eye(n, n);
  }

  /** The matrix of n rows and m columns with ones on its diagonal and zeros elsewhere. */
  public static Tensor eye(long n, long m) {
    return eye(n, m, DType.FLOAT32, Device.getDefault());
  }

  /** The matrix of n rows and m columns with ones on its diagonal and zeros elsewhere. */
  public static Tensor eye(long n, long m, DType dtype, Device device) {
    return new Tensor(Eye.of(device.scheduler(), dtype, n, m));
  }

  /**
   * Random numbers uniform in [0, 1): the same on every device for a seed (see {@link
   * Clgrad#manualSeed}).
   */
  public static Tensor rand(long... shape) {
    return rand(Shape.of("rand", shape), DType.FLOAT32, Device.getDefault());
  }

  /**
   * Random numbers uniform in [0, 1).
   *
   * @throws DTypeException if the dtype is not floating-point
   */
  public static Tensor rand(Shape shape, DType dtype, Device device) {
    return new Tensor(Random.uniform(device.scheduler(), dtype, shape));
  }

  /**
   * Random numbers of the normal distribution with mean 0 and variance 1: for a seed (see {@link
   * Clgrad#manualSeed}) the same on every device but for their last four bits.
   */
  public static Tensor randn(long... shape) {
    return randn(Shape.of("randn", shape), DType.FLOAT32, Device.getDefault());
  }

  /**
   * Random numbers of the normal distribution with mean 0 and variance 1.
   *
   * @throws DTypeException if the dtype is not floating-point
   */
  public static Tensor randn(Shape shape, DType dtype, Device device) {
    return new Tensor(Random.normal(device.scheduler(), dtype, shape));
  }

  /**
   * Random integers from low, included, to high, excluded, as int64: the same on every device for a
   * seed.
   *
   * @throws DataException if {@code high} is not above {@code low}
   */
  public static Tensor randint(long low, long high, long... shape) {
    return randint(low, high, Shape.of("randint", shape), Device.getDefault());
  }

  /**
   * Random integers from low, included, to high, excluded, as int64.
   *
   * @throws DataException if {@code high} is not above {@code low}
   */
  public static Tensor randint(long low, long high, Shape shape, Device device) {
    if (high <= low) {
      throw new DataException(
          "randint: there is no integer from "
              + low
              + " to below "
              + high
              + "; high must be above low");
    }
    return new Tensor(Random.integers(device.scheduler(), low, high, shape));
  }

  /** A random order of the numbers 0 to n - 1, as int64: the same on every device for a seed. */
  public static Tensor randperm(long n) {
    return randperm(n, Device.getDefault());
  }

  /** A random order of the numbers 0 to n - 1, as int64. */
  public static Tensor randperm(long n, Device device) {
    return new Tensor(Random.permutation(device.scheduler(), n));
  }

  /** Random numbers uniform in [0, 1), of the shape, dtype and device of another. */
  public static Tensor randLike(Tensor other) {
    return rand(other.shape(), other.dtype(), other.device());
  }

  /** Random numbers of mean 0 and variance 1, of the shape, dtype and device of another. */
  public static Tensor randnLike(Tensor other) {
    return randn(other.shape(), other.dtype(), other.device());
  }

  /** A tensor of the shape, dtype and device of another, to be written; zeros until then. */
  public static Tensor emptyLike(Tensor other) {
    return zerosLike(other);
  }

  /**
   * Random numbers of the normal distribution.
   *
   * @throws DataException if the standard deviation is negative
   */
  public static Tensor normal(double mean, double std, long... shape) {
    return randn(Shape.of("normal", shape), DType.FLOAT32, Device.getDefault())
        .scaled("normal", mean, std);
  }

  /**
   * Random numbers of normal distributions, each with its own mean and standard deviation, which
   * broadcast. No gradient flows to these.
   *
   * @throws ShapeException if they do not broadcast
   * @throws DTypeException if they are not floating-point
   */
  public static Tensor normal(Tensor mean, Tensor std) {
    Variable centre = mean.variable().detach();
    Variable spread = std.variable().detach();
    Shape shape = Shape.broadcast("normal", mean.shape(), std.shape());
    DType dtype = DType.promote(mean.dtype(), std.dtype());
    if (!dtype.isFloating()) {
      throw new DTypeException(
          "normal: mean and std are of "
              + mean.dtype()
              + " and "
              + std.dtype()
              + "; convert one with to(DType.FLOAT32)");
    }
    Variable drawn = Random.normal(mean.variable().scheduler(), dtype, shape);
    return new Tensor(Add.of(Mul.of(drawn, spread), centre));
  }

  /** Normal numbers with another mean and standard deviation. */
  final Tensor scaled(String op, double mean, double std) {
    if (!(std >= 0)) {
      throw new DataException(op + ": the standard deviation must be at least 0, not " + std);
    }
    return new Tensor(Add.of(Mul.of(variable(), std), mean));
  }

  /**
   * 1 with the probability that each element gives, else 0; of this shape and dtype. No gradient
   * flows to this.
   *
   * @throws DTypeException if this is not floating-point
   * @throws DataException if an element is not from 0 to 1: at once on the CPU, at the next host
   *     read elsewhere
   */
  public final Tensor bernoulli() {
    return new Tensor(Random.bernoulli(variable()));
  }

  /**
   * Indices into the last dimension of this, drawn as often as these weights say, without
   * replacement: int64, the same on every device for a seed.
   *
   * @param numSamples how many of this vector, or of each row of this matrix
   * @throws ShapeException if there are more dimensions, or not so many to draw
   * @throws DTypeException if this is not floating-point
   * @throws DataException if a weight is negative or not finite, or too few are not 0: at once on
   *     the CPU, at the next host read elsewhere
   */
  public final Tensor multinomial(long numSamples) {
    return multinomial(numSamples, false);
  }

  /**
   * As {@link #multinomial(long)}.
   *
   * @param replacement whether an index can be drawn again
   */
  public final Tensor multinomial(long numSamples, boolean replacement) {
    return new Tensor(Multinomial.of(variable(), numSamples, replacement));
  }

  private static DType dtypeOf(Number value) {
    return value instanceof Float || value instanceof Double ? DType.FLOAT32 : DType.INT64;
  }
}
