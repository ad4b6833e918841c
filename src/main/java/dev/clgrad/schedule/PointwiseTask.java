package dev.clgrad.schedule;

import dev.clgrad.DType;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A pending pointwise expression of one function. Inputs and output have one shape: broadcasting is
 * in their strides.
 */
public final class PointwiseTask extends Task {
  private final PointwiseFunction function;
  private final DType dtype;
  private final Number[] scalars;
  private final Value output;

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
      Number[] scalars,
      Value output) {
    super(op, inputs, List.of(output));
    if (inputs.size() != function.inputs().size() || scalars.length != function.scalars()) {
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
    this.output = output;
  }

  PointwiseFunction function() {
    return function;
  }

  /** The type it is computed in. */
  DType dtype() {
    return dtype;
  }

  /** The type of its result. */
  DType resultType() {
    return function.result() == PointwiseFunction.Kind.MASK ? DType.BOOL : dtype;
  }

  Number[] scalars() {
    return scalars;
  }

  @Override
  List<Object> scalarArguments() {
    return List.of((Object[]) scalars);
  }

  Value output() {
    return output;
  }

  @Override
  boolean isDefinition() {
    Layout layout = output.layout();
    return patch() == null
        && layout.offset() == 0
        && layout.isContiguous()
        && layout.shape().numel() == output.content().length();
  }

  @Override
  Task rebuilt(UnaryOperator<Value> replace) {
    List<Value> replaced = inputs().stream().map(replace).toList();
    return new PointwiseTask(op(), function, dtype, replaced, scalars, replace.apply(output));
  }

  @Override
  void describe(Key key) {
    key.add(function);
    key.add(dtype);
    for (Value input : inputs()) {
      key.add(input.layout());
    }
    key.add(output.layout());
  }
}
