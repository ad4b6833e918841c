package dev.clgrad;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Jacobian, a backward pass for each element of the output. */
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
    List<List<Tensor>> rows = new ArrayList<>();
    inputs.forEach(input -> rows.add(new ArrayList<>()));
    if (call.requireGrad(output, what)) {
      UnitVectors units = new UnitVectors(output);
      for (long element = 0; element < output.numel(); element++) {
        boolean retainGraph = call.createGraph() || !last || element < output.numel() - 1;
        List<@Nullable Tensor> row =
            FunctionalCall.pass(
                List.of(output),
                inputs,
                List.of(units.at(element)),
                retainGraph,
                call.createGraph());
        for (int i = 0; i < inputs.size(); i++) {
          rows.get(i).add(call.orZeros(row.get(i), inputs.get(i), what, "input " + i));
        }
      }
    }
    List<Tensor> blocks = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor input = inputs.get(i);
      long[] shape = joined(output.shape(), input.shape());
      blocks.add(
          rows.get(i).isEmpty()
              ? Tensor.zeros(Shape.of(shape), input.dtype(), input.device())
              : Tensor.stack(rows.get(i), 0).reshape(shape));
    }
    return blocks;
  }

  private static long[] joined(Shape output, Shape input) {
    long[] sizes = new long[output.rank() + input.rank()];
    System.arraycopy(output.toArray(), 0, sizes, 0, output.rank());
    System.arraycopy(input.toArray(), 0, sizes, output.rank(), input.rank());
    return sizes;
  }
}
