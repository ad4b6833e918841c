package dev.clgrad;

import org.jspecify.annotations.Nullable;

/**
 * A parameter of a kernel of a {@link KernelProgram}, as its source declares it.
 *
 * <pre>{@code
 * // __kernel void scale(__global const ELEM* x, const ulong x_offset,
 * //                     __global ELEM* y, const ulong y_offset, const ELEM by, const long n)
 * builder.kernel("scale", KernelParameter.input("x"), KernelParameter.output("y"),
 *     KernelParameter.scalar("by"), KernelParameter.scalar("n", DType.INT64));
 * }</pre>
 *
 * @param name what messages call it
 * @param kind what it is
 * @param dtype the type of its elements; null for {@code ELEM}, the type that a launch is made for
 */
public record KernelParameter(String name, Kind kind, @Nullable DType dtype) {
  /** What a parameter is. */
  public enum Kind {
    /** A tensor that is read: {@code __global const ELEM*} and a {@code ulong} offset. */
    INPUT,
    /** A tensor that is overwritten: {@code __global ELEM*} and a {@code ulong} offset. */
    OUTPUT,
    /** A number. */
    SCALAR,
    /** Memory of a work-group: {@code __local ELEM*}. */
    LOCAL
  }

  /**
   * A parameter.
   *
   * @throws DTypeException for float16 and bfloat16, which kernels do not compute with, and for
   *     scalars that are neither int32, int64, float32 nor float64
   */
  public KernelParameter {
    boolean scalar = kind == Kind.SCALAR;
    if (dtype != null
        && (dtype.isReduced() || (scalar && (dtype == DType.BOOL || dtype == DType.UINT8)))) {
      throw new DTypeException(
          "kernel parameter "
              + name
              + ": "
              + dtype
              + (scalar
                  ? " is no type of a scalar; use int32, int64, float32 or float64"
                  : " is not a type that kernels compute with; use float32, and convert with to(DType)"));
    }
  }

  /** A tensor of {@code ELEM} that is read. */
  public static KernelParameter input(String name) {
    return new KernelParameter(name, Kind.INPUT, null);
  }

  /**
   * A tensor of one dtype that is read.
   *
   * @throws DTypeException for float16 and bfloat16
   */
  public static KernelParameter input(String name, DType dtype) {
    return new KernelParameter(name, Kind.INPUT, dtype);
  }

  /** A tensor of {@code ELEM} that is overwritten. */
  public static KernelParameter output(String name) {
    return new KernelParameter(name, Kind.OUTPUT, null);
  }

  /**
   * A tensor of one dtype that is overwritten.
   *
   * @throws DTypeException for float16 and bfloat16
   */
  public static KernelParameter output(String name, DType dtype) {
    return new KernelParameter(name, Kind.OUTPUT, dtype);
  }

  /** A number of {@code ELEM}. */
  public static KernelParameter scalar(String name) {
    return new KernelParameter(name, Kind.SCALAR, null);
  }

  /**
   * A number: {@code int}, {@code long}, {@code float} or {@code double}.
   *
   * @throws DTypeException for other dtypes
   */
  public static KernelParameter scalar(String name, DType dtype) {
    return new KernelParameter(name, Kind.SCALAR, dtype);
  }

  /** Memory of a work-group, of {@code ELEM}. */
  public static KernelParameter local(String name) {
    return new KernelParameter(name, Kind.LOCAL, null);
  }

  /**
   * Memory of a work-group, of one dtype.
   *
   * @throws DTypeException for float16 and bfloat16
   */
  public static KernelParameter local(String name, DType dtype) {
    return new KernelParameter(name, Kind.LOCAL, dtype);
  }

  boolean isBuffer() {
    return kind == Kind.INPUT || kind == Kind.OUTPUT;
  }

  /** Its dtype in a launch made for an element type. */
  DType dtype(DType element) {
    return dtype == null ? element : dtype;
  }
}
