package dev.clgrad;

import dev.clgrad.op.Fill;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.schedule.Storage;
import dev.clgrad.tape.Variable;

/** Making tensors. Without a device they live on the default one. */
abstract class TensorCreation extends TensorBase {
  TensorCreation(Variable variable) {
    super(variable);
  }

  /** A scalar of float32. */
  public static Tensor scalar(float value) {
    return fromArray(new float[] {value}, DType.FLOAT32, Shape.SCALAR, Device.getDefault());
  }

  /** A vector of float32. */
  public static Tensor of(float... values) {
    return fromArray(values, DType.FLOAT32, Shape.of(values.length), Device.getDefault());
  }

  /** A vector of float64. */
  public static Tensor of(double... values) {
    return fromArray(values, DType.FLOAT64, Shape.of(values.length), Device.getDefault());
  }

  /** A vector of int64. */
  public static Tensor of(long... values) {
    return fromArray(values, DType.INT64, Shape.of(values.length), Device.getDefault());
  }

  /** A tensor of float32 zeros. */
  public static Tensor zeros(long... shape) {
    return full(Shape.of(shape), 0, DType.FLOAT32, Device.getDefault());
  }

  /** A tensor of float32 ones. */
  public static Tensor ones(long... shape) {
    return full(Shape.of(shape), 1, DType.FLOAT32, Device.getDefault());
  }

  /** A tensor with one value everywhere. */
  public static Tensor full(Shape shape, Number value, DType dtype, Device device) {
    return new Tensor(Fill.of(device.scheduler(), dtype, shape, value));
  }

  static Tensor fromArray(Object array, DType dtype, Shape shape, Device device) {
    Scheduler scheduler = device.scheduler();
    Storage storage = scheduler.newStorage("of", dtype, shape);
    Variable variable = new Variable(storage, Layout.contiguous(shape));
    scheduler.write(variable.value(), array);
    return new Tensor(variable);
  }
}
