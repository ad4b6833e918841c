package dev.clgrad.schedule;

import java.util.List;

/**
 * One function of a pointwise kernel file, such as {@code tanh_forward} of {@code
 * pointwise/tanh.cl}, with its twin. The renderer strings functions into kernels.
 *
 * @param file path below {@code kernels/}
 * @param name the OpenCL C function: its parameters are the inputs, then the scalars
 * @param inputs what each parameter before the scalars is
 * @param scalars how many scalar parameters follow the inputs
 * @param result what it returns
 * @param cost what an element costs: 1 for arithmetic, about 8 for an exponential
 * @param twin the same function in Java
 */
public record PointwiseFunction(
    String file,
    String name,
    List<Kind> inputs,
    int scalars,
    Kind result,
    int cost,
    PointwiseTwin twin) {

  /** Where an index begins, and its strides. */
  private static final int INDEX_NUMBERS = 4;

  /** The types of parameters and results. */
  public enum Kind {
    /** {@code real}: the type the function is computed in; inputs of other types are converted. */
    REAL,
    /** {@code mask}: bool. */
    MASK,
    /**
     * The element's index in the whole result, counted in row-major order, wherever and however
     * often it is computed: no input is given for it. For functions of int64.
     */
    INDEX
  }

  /** A function from {@code inputs} reals and {@code scalars} scalars to a real. */
  public static PointwiseFunction real(
      String file, String name, int inputs, int scalars, PointwiseTwin twin) {
    return new PointwiseFunction(
        file, name, java.util.Collections.nCopies(inputs, Kind.REAL), scalars, Kind.REAL, 1, twin);
  }

  /** A function from reals to a mask, such as a comparison. */
  public static PointwiseFunction mask(
      String file, String name, int inputs, int scalars, PointwiseTwin twin) {
    return new PointwiseFunction(
        file, name, java.util.Collections.nCopies(inputs, Kind.REAL), scalars, Kind.MASK, 1, twin);
  }

  /** A function of arithmetic alone. */
  public PointwiseFunction(
      String file, String name, List<Kind> inputs, int scalars, Kind result, PointwiseTwin twin) {
    this(file, name, inputs, scalars, result, 1, twin);
  }

  /** The same function with what an element costs. */
  public PointwiseFunction withCost(int units) {
    return new PointwiseFunction(file, name, inputs, scalars, result, units, twin);
  }

  /** How many of its inputs are given. */
  int given() {
    int given = 0;
    for (int i = 0; i < inputs.size(); i++) {
      given += inputs.get(i) == Kind.INDEX ? 0 : 1;
    }
    return given;
  }

  /** How many numbers its scalars and its indices take as arguments of a kernel, at most. */
  int numbers() {
    return scalars + INDEX_NUMBERS * (inputs.size() - given());
  }

  /** There is one object of each function. */
  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
