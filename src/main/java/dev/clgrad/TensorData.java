package dev.clgrad;

import dev.clgrad.op.Cast;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;

/** Reading tensors from the host. Every read waits for what the values depend on. */
abstract class TensorData extends TensorCreation {
  TensorData(Variable variable) {
    super(variable);
  }

  /**
   * The only element as a double.
   *
   * @throws ShapeException if there is not exactly one
   */
  public final double item() {
    if (numel() != 1) {
      throw new ShapeException(
          "item: a tensor of shape "
              + shape()
              + " has "
              + numel()
              + " elements, not one; use toDoubleArray()");
    }
    return toDoubleArray()[0];
  }

  /** The elements in row-major order, converted to float. */
  public final float[] toFloatArray() {
    return (float[]) read("toFloatArray", DType.FLOAT32, new float[length("toFloatArray")]);
  }

  /** The elements in row-major order, converted to double; also from a device without fp64. */
  public final double[] toDoubleArray() {
    int n = length("toDoubleArray");
    double[] out = new double[n];
    switch (dtype()) {
      case FLOAT16, BFLOAT16, FLOAT32 -> {
        float[] x = toFloatArray();
        for (int i = 0; i < n; i++) {
          out[i] = x[i];
        }
      }
      case FLOAT64 -> read("toDoubleArray", DType.FLOAT64, out);
      default -> {
        long[] x = toLongArray();
        for (int i = 0; i < n; i++) {
          out[i] = x[i];
        }
      }
    }
    return out;
  }

  /** The elements in row-major order, converted to int; fractions are cut off. */
  public final int[] toIntArray() {
    return (int[]) read("toIntArray", DType.INT32, new int[length("toIntArray")]);
  }

  /** The elements in row-major order, converted to long; fractions are cut off. */
  public final long[] toLongArray() {
    return (long[]) read("toLongArray", DType.INT64, new long[length("toLongArray")]);
  }

  /**
   * The elements in row-major order as bytes: uint8, or 0 and 1 for bool; other types are converted
   * to uint8.
   */
  public final byte[] toByteArray() {
    DType as = dtype() == DType.BOOL ? DType.BOOL : DType.UINT8;
    return (byte[]) read("toByteArray", as, new byte[length("toByteArray")]);
  }

  /** The elements in row-major order: whether each differs from 0. */
  public final boolean[] toBooleanArray() {
    byte[] bytes = (byte[]) read("toBooleanArray", DType.BOOL, new byte[length("toBooleanArray")]);
    boolean[] out = new boolean[bytes.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = bytes[i] != 0;
    }
    return out;
  }

  final TensorFormat.Elements elements() {
    if (TensorFormat.summarized(shape())) {
      return ShownElements.of(self());
    }
    return switch (dtype()) {
      case FLOAT16, BFLOAT16, FLOAT32 -> TensorFormat.Elements.of(toFloatArray());
      case FLOAT64 -> TensorFormat.Elements.of(toDoubleArray());
      case BOOL -> TensorFormat.Elements.of(toBooleanArray());
      default -> TensorFormat.Elements.of(toLongArray());
    };
  }

  private int length(String op) {
    if (numel() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          op
              + ": a tensor of shape "
              + shape()
              + " has more elements than a Java array holds; read it in slices");
    }
    return (int) numel();
  }

  private Object read(String op, DType dtype, Object array) {
    Variable x = variable().detach();
    try (GradMode off = GradMode.set(false)) {
      Variable converted = Cast.to(x, dtype);
      Variable flat = converted.layout().isContiguous() ? converted : Cast.copy(converted);
      flat.scheduler().read(op, flat.value(), array);
      if (flat != x) {
        flat.storage().close();
      }
    }
    return array;
  }
}
