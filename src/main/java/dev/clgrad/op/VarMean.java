package dev.clgrad.op;

import dev.clgrad.tape.Variable;

/** var_mean: variance and mean over dimensions, by the kernels of var. */
public final class VarMean extends CompositeOp {
  private static final VarMean OP = new VarMean();

  private VarMean() {
    super("var_mean");
  }

  /**
   * Variance and mean over dimensions.
   *
   * @param dims the dimensions, negative ones counted from the end; all where there is none
   * @param correction what is taken from the number of elements: 1 for the unbiased estimate
   * @param keepdim whether they stay with size 1
   * @throws dev.clgrad.ShapeException if a dimension is out of range or named twice
   * @throws dev.clgrad.DTypeException for integers and bool
   */
  public static Var.Result of(Variable x, int[] dims, double correction, boolean keepdim) {
    return Var.withMean(OP.name(), OP.nodeName(), x, dims, correction, keepdim, true);
  }
}
