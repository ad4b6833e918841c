package dev.clgrad;

import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.schedule.Storage;
import dev.clgrad.tape.Variable;

/**
 * Making tensors from Java scalars and arrays, which are copied. The dtype is that of the Java
 * type: float32 for float, float64 for double, int32 for int, int64 for long, uint8 for byte, bool
 * for boolean; whole numbers written out, as in {@code of(1, 2, 3)}, are int64. Without a device
 * tensors live on the default one.
 */
abstract class TensorArrays extends TensorBase {
  TensorArrays(Variable variable) {
    super(variable);
  }

  /** A scalar of float32. */
  public static Tensor scalar(float value) {
    return of(new float[] {value}, Shape.SCALAR, Device.getDefault());
  }

  /** A scalar of float64. */
  public static Tensor scalar(double value) {
    return of(new double[] {value}, Shape.SCALAR, Device.getDefault());
  }

  /** A scalar of int64. */
  public static Tensor scalar(long value) {
    return of(new long[] {value}, Shape.SCALAR, Device.getDefault());
  }

  /** A scalar of bool. */
  public static Tensor scalar(boolean value) {
    return of(new boolean[] {value}, Shape.SCALAR, Device.getDefault());
  }

  /** A vector of float32. */
  public static Tensor of(float... values) {
    return of(values, Shape.of(values.length), Device.getDefault());
  }

  /** A vector of float64. */
  public static Tensor of(double... values) {
    return of(values, Shape.of(values.length), Device.getDefault());
  }

  /** A vector of int64. */
  public static Tensor of(long... values) {
    return of(values, Shape.of(values.length), Device.getDefault());
  }

  /** A vector of bool. */
  public static Tensor of(boolean... values) {
    return of(values, Shape.of(values.length), Device.getDefault());
  }

  /** A vector of int32. */
  public static Tensor of(int[] values) {
    return of(values, Shape.of(values.length), Device.getDefault());
  }

  /** A vector of uint8. */
  public static Tensor of(byte[] values) {
    return of(values, Shape.of(values.length), Device.getDefault());
  }

  /**
   * A matrix of float32.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(float[][] values) {
    return nested(values);
  }

  /**
   * A tensor of three dimensions of float32.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(float[][][] values) {
    return nested(values);
  }

  /**
   * A tensor of four dimensions of float32.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(float[][][][] values) {
    return nested(values);
  }

  /**
   * A matrix of float64.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(double[][] values) {
    return nested(values);
  }

  /**
   * A tensor of three dimensions of float64.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(double[][][] values) {
    return nested(values);
  }

  /**
   * A tensor of four dimensions of float64.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(double[][][][] values) {
    return nested(values);
  }

  /**
   * A matrix of int64.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(long[][] values) {
    return nested(values);
  }

  /**
   * A tensor of three dimensions of int64.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(long[][][] values) {
    return nested(values);
  }

  /**
   * A matrix of int32.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(int[][] values) {
    return nested(values);
  }

  /**
   * A tensor of three dimensions of int32.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(int[][][] values) {
    return nested(values);
  }

  /**
   * A matrix of uint8.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(byte[][] values) {
    return nested(values);
  }

  /**
   * A tensor of three dimensions of uint8.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(byte[][][] values) {
    return nested(values);
  }

  /**
   * A matrix of bool.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(boolean[][] values) {
    return nested(values);
  }

  /**
   * A tensor of three dimensions of bool.
   *
   * @throws ShapeException if the rows differ in length
   */
  public static Tensor of(boolean[][][] values) {
    return nested(values);
  }

  /**
   * A tensor of float32 from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(float[] values, long... shape) {
    return of(values, Shape.of(shape), Device.getDefault());
  }

  /**
   * A tensor of float32 on a device, from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(float[] values, Shape shape, Device device) {
    return fromArray(values, DType.FLOAT32, shape, device);
  }

  /**
   * A tensor of float64 from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(double[] values, long... shape) {
    return of(values, Shape.of(shape), Device.getDefault());
  }

  /**
   * A tensor of float64 on a device, from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(double[] values, Shape shape, Device device) {
    return fromArray(values, DType.FLOAT64, shape, device);
  }

  /**
   * A tensor of int64 from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(long[] values, long... shape) {
    return of(values, Shape.of(shape), Device.getDefault());
  }

  /**
   * A tensor of int64 on a device, from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(long[] values, Shape shape, Device device) {
    return fromArray(values, DType.INT64, shape, device);
  }

  /**
   * A tensor of int32 from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(int[] values, long... shape) {
    return of(values, Shape.of(shape), Device.getDefault());
  }

  /**
   * A tensor of int32 on a device, from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(int[] values, Shape shape, Device device) {
    return fromArray(values, DType.INT32, shape, device);
  }

  /**
   * A tensor of uint8 from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(byte[] values, long... shape) {
    return of(values, Shape.of(shape), Device.getDefault());
  }

  /**
   * A tensor of uint8 on a device, from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(byte[] values, Shape shape, Device device) {
    return fromArray(values, DType.UINT8, shape, device);
  }

  /**
   * A tensor of bool from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(boolean[] values, long... shape) {
    return of(values, Shape.of(shape), Device.getDefault());
  }

  /**
   * A tensor of bool on a device, from its elements in row-major order.
   *
   * @throws ShapeException if the shape has another number of elements
   */
  public static Tensor of(boolean[] values, Shape shape, Device device) {
    return fromArray(NestedArrays.bytes(values), DType.BOOL, shape, device);
  }

  private static Tensor nested(Object array) {
    NestedArrays.Flat flat = NestedArrays.flatten(array);
    return fromArray(flat.values(), flat.dtype(), flat.shape(), Device.getDefault());
  }

  static Tensor fromArray(Object array, DType dtype, Shape shape, Device device) {
    int length = java.lang.reflect.Array.getLength(array);
    if (length != shape.numel()) {
      throw new ShapeException(
          "of: an array of "
              + length
              + " elements cannot fill shape "
              + shape
              + ", which has "
              + shape.numel()
              + "; pass a shape of as many elements as the array");
    }
    Scheduler scheduler = device.scheduler();
    Storage storage = scheduler.newStorage("of", dtype, shape);
    Variable variable = new Variable(storage, Layout.contiguous(shape));
    scheduler.write(variable.value(), array);
    return new Tensor(variable);
  }
}
