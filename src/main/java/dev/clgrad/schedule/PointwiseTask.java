package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Launch;
import java.util.List;

/**
 * A pending pointwise expression of one function. Inputs and output have one shape: broadcasting is
 * in their strides.
 */
public final class PointwiseTask extends Task {
  private final PointwiseFunction function;
  private final DType dtype;
  private final List<Number> scalars;

  /**
   * A pointwise task.
   *
   * @param op the operation it belongs to, for errors and counters
   * @param function what is computed
   * @param dtype the type it is computed in; inputs are converted to it, masks come from bool
   * @param inputs the inputs, expanded to the output's shape
   * @param scalars the values of the function's scalar parameters: launch arguments, not code
   * @param output where it goes: of type {@code dtype}, or bool where the function returns a mask
   */
  public PointwiseTask(
      String op,
      PointwiseFunction function,
      DType dtype,
      List<Value> inputs,
      List<Number> scalars,
      Value output) {
    super(op, inputs, List.of(output));
    if (inputs.size() != function.inputs().size() || scalars.size() != function.scalars()) {
      throw new IllegalArgumentException(
          function.name()
              + " takes "
              + function.inputs().size()
              + " inputs and "
              + function.scalars()
              + " scalars");
    }
    this.function = function;
    this.dtype = dtype;
    this.scalars = scalars;
  }

  PointwiseFunction function() {
    return function;
  }

  DType dtype() {
    return dtype;
  }

  List<Number> scalars() {
    return scalars;
  }

  Value output() {
    return outputs().get(0);
  }

  @Override
  Launch launch() {
    return output().content().scheduler().renderer().launch(Group.of(List.of(this)));
  }
}
