package dev.clgrad.backend;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import java.util.function.LongFunction;

/** One argument of a launch, in the order of the kernel's parameters. */
public sealed interface Arg {
  /**
   * A buffer: two kernel parameters, the pointer and a {@code ulong} offset in elements.
   *
   * @param written whether the kernel writes it
   */
  record Mem(Buffer buffer, long offset, boolean written) implements Arg {}

  /** An {@code int} parameter. */
  record I32(int value) implements Arg {}

  /** A {@code long} or {@code ulong} parameter. */
  record I64(long value) implements Arg {}

  /** A {@code float} parameter. */
  record F32(float value) implements Arg {}

  /** A {@code double} parameter. */
  record F64(double value) implements Arg {}

  /**
   * Elements that are computed where a kernel's twin reads them: only for backends that run twins.
   *
   * @param dtype the type of the elements
   */
  record Computed(DType dtype, Elements elements) implements Arg {}

  /** Computes elements of a contiguous array that is nowhere in memory. */
  @FunctionalInterface
  interface Elements {
    /**
     * Stores {@code n} elements from {@code first} on at the beginning of {@code array}.
     *
     * @param call the launch, whose arguments the computation reads
     */
    void compute(TwinCall call, long first, int n, Object array);
  }

  /** Local memory of this many bytes. */
  record Local(long bytes) implements Arg {}

  /**
   * Where a kernel reports an error that depends on values: two kernel parameters, {@code __global
   * long*} and a {@code ulong} offset. The kernel stays in bounds, and on an error stores the
   * offending value at {@code status[offset + 1]} and 1 at {@code status[offset]}.
   *
   * @param error makes the exception from the offending value
   */
  record Status(LongFunction<ClgradException> error) implements Arg {}
}
