package dev.clgrad.backend;

import dev.clgrad.DType;

/**
 * What a {@link Twin} sees: the arguments of its launch by position, the primitives of this machine
 * and its threads. A buffer argument counts as one position; its offset is separate.
 */
public interface TwinCall {
  /** The dtype of the buffer at a position. */
  DType dtype(int arg);

  /**
   * The array behind the buffer at a position, as the buffer's dtype says; bool and uint8 are
   * bytes.
   */
  Object array(int arg);

  /** The elements of a float32 buffer. */
  default float[] floats(int arg) {
    return (float[]) array(arg);
  }

  /** The elements of a float64 buffer. */
  default double[] doubles(int arg) {
    return (double[]) array(arg);
  }

  /** The elements of an int64 buffer. */
  default long[] longs(int arg) {
    return (long[]) array(arg);
  }

  /** Where the buffer argument at a position begins, in elements. */
  int offset(int arg);

  /**
   * Some neighboring elements of the argument at a position, which may be computed only now. Those
   * of one call may be overwritten by the next on the same thread.
   *
   * @param first where they begin, counted from the argument's offset
   */
  Segment segment(int arg, long first, int n);

  /**
   * Where elements lie.
   *
   * @param array as the argument's dtype says
   * @param offset the first one's index
   */
  record Segment(Object array, int offset) {
    /** The elements of a float32 argument. */
    public float[] floats() {
      return (float[]) array;
    }

    /** The elements of a float64 argument. */
    public double[] doubles() {
      return (double[]) array;
    }

    /** The elements of an int64 argument. */
    public long[] longs() {
      return (long[]) array;
    }
  }

  /** The {@code int} or {@code long} argument at a position. */
  long integer(int arg);

  /** The {@code float} or {@code double} argument at a position. */
  double real(int arg);

  /** Raises the error of the {@link Arg.Status} at a position. */
  void fail(int arg, long value);

  /** The vector primitives of this machine. */
  Lanes lanes();

  /**
   * Runs a loop on all cores and waits for it.
   *
   * @param grain the fewest indices worth handing to another thread
   */
  void parallel(long n, long grain, RangeBody body);
}
