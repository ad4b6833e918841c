package dev.clgrad;

import dev.clgrad.schedule.Trace;
import dev.clgrad.tape.ForwardLevel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Jacobian by a traced pass for all rows at once; or, where inputs are few and outputs many, for
 * all columns.
 */
final class VectorizedJacobian {
  /** Rows are computed together as long as all that they make together fits into this. */
  static final long BLOCK_BYTES = 64L << 20;

  /** A column costs as much as so many rows, at most: it goes through the graph of a gradient. */
  private static final long ROWS_OF_A_COLUMN = 4;

  private VectorizedJacobian() {}

  /**
   * The derivatives of each element of an output.
   *
   * @param output what depends on the inputs
   * @param last whether nobody needs the output's graph afterwards
   * @param blockBytes see {@link VectorizedPass#rows}
   * @return for each input a contiguous tensor with the output's elements as dimension in front,
   *     outside of any graph; null where the output does not depend on it; null for all where
   *     backward does what cannot be traced: then the graph is as it was
   */
  static @Nullable List<@Nullable Tensor> of(
      Tensor output, List<Tensor> inputs, boolean last, long blockBytes) {
    if (ForwardLevel.isOpen()) {
      // Tangents follow recorded operations alone.
      return null;
    }
    try (VectorizedPass pass = new VectorizedPass(output, inputs)) {
      long columns = inputs.stream().mapToLong(Tensor::numel).sum();
      List<@Nullable Tensor> found = null;
      if (pass.isLinear() && columns * ROWS_OF_A_COLUMN <= output.numel()) {
        found = columns(output, inputs, blockBytes);
      }
      if (found == null) {
        found = pass.rows(blockBytes);
      }
      if (last) {
        pass.endGraph();
      }
      return found;
    } catch (Trace.Refused e) {
      return null;
    }
  }

  /**
   * The same by columns: the gradient of an input is linear in the upstream gradient u, and the
   * rows of its Jacobian with respect to u are columns of that of the output.
   *
   * @return null where the gradient cannot be differentiated
   */
  private static @Nullable List<@Nullable Tensor> columns(
      Tensor output, List<Tensor> inputs, long blockBytes) {
    Tensor u = Tensor.zerosLike(output).requiresGrad(true);
    List<@Nullable Tensor> found = new ArrayList<>();
    try {
      List<@Nullable Tensor> gradients =
          FunctionalCall.pass(List.of(output), inputs, List.of(u), true, true);
      for (int i = 0; i < gradients.size(); i++) {
        Tensor gradient = gradients.get(i);
        found.add(gradient == null ? null : column(output, inputs.get(i), gradient, u, blockBytes));
      }
    } catch (AutogradException | Trace.Refused e) {
      return null;
    }
    return found;
  }

  private static Tensor column(
      Tensor output, Tensor input, Tensor gradient, Tensor u, long blockBytes) {
    long[] shape = new long[input.dim() + 1];
    shape[0] = output.numel();
    System.arraycopy(input.shape().toArray(), 0, shape, 1, input.dim());
    if (gradient.requiresGrad() && gradient.numel() > 0) {
      try (VectorizedPass pass = new VectorizedPass(gradient, List.of(u))) {
        Tensor columns = pass.rows(blockBytes).get(0);
        if (columns != null) {
          Tensor rows = columns.reshape(input.numel(), output.numel()).transpose(0, 1);
          return rows.contiguous().reshape(shape);
        }
      }
    }
    return Tensor.zeros(Shape.of(shape), input.dtype(), input.device());
  }
}
