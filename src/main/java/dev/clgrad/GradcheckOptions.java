package dev.clgrad;

import java.util.Arrays;
import java.util.List;

/**
 * How {@link Gradcheck} compares gradients with differences of values: {@code
 * GradcheckOptions.DEFAULT.withAtol(1e-7)}.
 *
 * @param eps how far an element is moved to either side for a difference
 * @param atol by how much a derivative may be off, wherever it lies
 * @param rtol by how much more it may be off, as a part of the numerical derivative
 * @param nondetTol by how much two backward passes over one graph may differ; at 0 they have to
 *     give the same bits
 * @param createGraph whether the gradient is checked that {@code createGraph} computes, by
 *     operations that are themselves recorded, in place of the one by backward kernels
 * @param checkUndefinedGrad whether, where a function has several outputs, an output without an
 *     upstream gradient must count as one whose upstream gradient is zero
 * @param raiseException whether a difference throws a {@link GradcheckException}; else the report
 *     that comes back has to be asked
 * @param inputs the places of the inputs that are differentiated for; empty for all that require
 *     gradients
 */
public record GradcheckOptions(
    double eps,
    double atol,
    double rtol,
    double nondetTol,
    boolean createGraph,
    boolean checkUndefinedGrad,
    boolean raiseException,
    List<Integer> inputs) {
  /** PyTorch's defaults, which are for float64: eps 1e-6, atol 1e-5, rtol 1e-3, the same bits. */
  public static final GradcheckOptions DEFAULT =
      new GradcheckOptions(1e-6, 1e-5, 1e-3, 0, false, true, true, List.of());

  /** Checks and keeps the parts. */
  public GradcheckOptions {
    inputs = List.copyOf(inputs);
    if (!(eps > 0) || !(atol >= 0) || !(rtol >= 0) || !(nondetTol >= 0)) {
      throw new AutogradException(
          "gradcheck: eps must be positive, and atol, rtol and nondetTol not negative; they are "
              + eps
              + ", "
              + atol
              + ", "
              + rtol
              + " and "
              + nondetTol);
    }
  }

  /** These options with another step. */
  public GradcheckOptions withEps(double other) {
    return new GradcheckOptions(
        other, atol, rtol, nondetTol, createGraph, checkUndefinedGrad, raiseException, inputs);
  }

  /** These options with another absolute tolerance. */
  public GradcheckOptions withAtol(double other) {
    return new GradcheckOptions(
        eps, other, rtol, nondetTol, createGraph, checkUndefinedGrad, raiseException, inputs);
  }

  /** These options with another relative tolerance. */
  public GradcheckOptions withRtol(double other) {
    return new GradcheckOptions(
        eps, atol, other, nondetTol, createGraph, checkUndefinedGrad, raiseException, inputs);
  }

  /** These options with another tolerance between two backward passes. */
  public GradcheckOptions withNondetTol(double other) {
    return new GradcheckOptions(
        eps, atol, rtol, other, createGraph, checkUndefinedGrad, raiseException, inputs);
  }

  /** These options for the gradient by backward kernels, or for the one by operations. */
  public GradcheckOptions withCreateGraph(boolean other) {
    return new GradcheckOptions(
        eps, atol, rtol, nondetTol, other, checkUndefinedGrad, raiseException, inputs);
  }

  /** These options with or without the check of outputs that have no upstream gradient. */
  public GradcheckOptions withCheckUndefinedGrad(boolean other) {
    return new GradcheckOptions(
        eps, atol, rtol, nondetTol, createGraph, other, raiseException, inputs);
  }

  /** These options with an exception for a difference, or with a report that says it. */
  public GradcheckOptions withRaiseException(boolean other) {
    return new GradcheckOptions(
        eps, atol, rtol, nondetTol, createGraph, checkUndefinedGrad, other, inputs);
  }

  /** These options for the inputs at these places, whether or not they require gradients. */
  public GradcheckOptions withInputs(int... places) {
    return new GradcheckOptions(
        eps,
        atol,
        rtol,
        nondetTol,
        createGraph,
        checkUndefinedGrad,
        raiseException,
        Arrays.stream(places).boxed().toList());
  }

  /** Whether somebody has thought of a precision other than float64's. */
  boolean isForLowerPrecision() {
    return eps != DEFAULT.eps && (atol != DEFAULT.atol || rtol != DEFAULT.rtol);
  }

  /** Whether a derivative agrees with a numerical one; no NaN agrees with anything. */
  boolean agree(double analytic, double numerical) {
    return analytic == numerical
        || Math.abs(analytic - numerical) <= atol + rtol * Math.abs(numerical);
  }
}
