package dev.clgrad;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Jacobian, by rows: the derivatives of each element of the output. */
final class JacobianRows {
  private JacobianRows() {}

  /**
   * The derivatives of an output with respect to each input, of the output's shape followed by the
   * input's.
   *
   * @param output a tensor that may depend on the inputs
   * @param what what the output is called in errors
   * @param inputs tensors that require gradients
   * @param last whether nobody needs the output's graph afterwards
   */
  static List<Tensor> of(
      Tensor output, String what, List<Tensor> inputs, FunctionalCall call, boolean last) {
    List<@Nullable Tensor> rows = null;
    if (call.requireGrad(output, what)) {
      if (output.numel() > 1 && !call.createGraph()) {
        rows = VectorizedJacobian.of(output, inputs, last, VectorizedJacobian.BLOCK_BYTES);
      }
      if (rows == null) {
        rows = oneByOne(output, inputs, call, last);
      }
    }
    List<Tensor> blocks = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor input = inputs.get(i);
      Shape shape = joined(output.shape(), input.shape());
      Tensor found = rows == null ? null : rows.get(i);
      if (rows != null && output.numel() > 0) {
        call.checkDependence(found, what, "input " + i);
      }
      blocks.add(
          found == null
              ? Tensor.zeros(shape, input.dtype(), input.device())
              : found.reshape(shape.toArray()));
    }
    return blocks;
  }

  /** The same by a backward pass for each element. */
  static List<@Nullable Tensor> oneByOne(
      Tensor output, List<Tensor> inputs, FunctionalCall call, boolean last) {
    List<List<Tensor>> rows = new ArrayList<>();
    inputs.forEach(input -> rows.add(new ArrayList<>()));
    UnitVectors units = new UnitVectors(output);
    for (long element = 0; element < output.numel(); element++) {
      boolean retainGraph = call.createGraph() || !last || element < output.numel() - 1;
      List<@Nullable Tensor> row =
          FunctionalCall.pass(
              List.of(output), inputs, List.of(units.at(element)), retainGraph, call.createGraph());
      for (int i = 0; i < row.size(); i++) {
        Tensor derivative = row.get(i);
        if (derivative != null) {
          rows.get(i).add(derivative);
        }
      }
    }
    // Whether it depends on an input does not depend on the element.
    List<@Nullable Tensor> stacked = new ArrayList<>();
    rows.forEach(all -> stacked.add(all.isEmpty() ? null : Tensor.stack(all, 0)));
    return stacked;
  }

  private static Shape joined(Shape output, Shape input) {
    long[] sizes = new long[output.rank() + input.rank()];
    System.arraycopy(output.toArray(), 0, sizes, 0, output.rank());
    System.arraycopy(input.toArray(), 0, sizes, output.rank(), input.rank());
    return Shape.of(sizes);
  }
}
