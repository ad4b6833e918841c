package dev.clgrad;

import dev.clgrad.op.TapeAlgebra;
import dev.clgrad.tape.Backward;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is recorded for backward, and gradients as values. */
public final class Autograd {
  private Autograd() {}

  /** The end of a grad mode; close it on the thread that opened it. */
  public interface Mode extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Stops recording on this thread until closed: {@code try (var off = Autograd.noGrad()) { … }}.
   */
  public static Mode noGrad() {
    return GradMode.set(false)::close;
  }

  /** Records on this thread until closed, also inside {@link #noGrad}. */
  public static Mode enableGrad() {
    return GradMode.set(true)::close;
  }

  /** Whether operations of this thread are recorded. */
  public static boolean isGradEnabled() {
    return GradMode.isEnabled();
  }

  /** What is done with a leaf's gradient. */
  @FunctionalInterface
  public interface GradientVisitor {
    /**
     * Visits a gradient.
     *
     * @param index the leaf's place in the list
     * @param gradient its gradient, outside the graph; for this call only: what is to be kept is
     *     cloned
     */
    void visit(int index, Tensor gradient);
  }

  /**
   * Visits the gradients of leaves, as optimizers do; leaves without one are passed over. Unlike
   * {@link Tensor#grad}, this leaves {@link Tensor#zeroGrad} free to give the gradient's memory
   * back at once, for nobody has it afterwards.
   */
  public static void visitGradients(List<Tensor> leaves, GradientVisitor visitor) {
    for (int i = 0; i < leaves.size(); i++) {
      Variable gradient = leaves.get(i).variable().grad();
      if (gradient != null) {
        visitor.visit(i, new Tensor(gradient.detach()));
      }
    }
  }

  /**
   * The gradients of the sum of scalar outputs with respect to inputs, without accumulating them.
   * As in PyTorch, they may share memory with one another: copy one before changing it in place.
   *
   * @throws AutogradException if an output is not a scalar or an input does not take part
   */
  public static List<Tensor> grad(List<Tensor> outputs, List<Tensor> inputs) {
    return grad(outputs, inputs, null, false, false);
  }

  /**
   * The gradients of outputs with respect to inputs, without accumulating them.
   *
   * @param gradOutputs the upstream gradient of each output, of its shape; null where all outputs
   *     are scalars
   * @param retainGraph whether the graph can be used again
   * @param createGraph whether the gradients can themselves be differentiated; implies {@code
   *     retainGraph}
   * @throws AutogradException if an output needs a gradient and has none, or an input does not take
   *     part
   */
  public static List<Tensor> grad(
      List<Tensor> outputs,
      List<Tensor> inputs,
      @Nullable List<Tensor> gradOutputs,
      boolean retainGraph,
      boolean createGraph) {
    List<@Nullable Tensor> found =
        gradAllowingUnused(outputs, inputs, gradOutputs, retainGraph, createGraph);
    List<Tensor> result = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Tensor gradient = found.get(i);
      if (gradient == null) {
        throw new AutogradException(
            "grad: input "
                + i
                + " of shape "
                + inputs.get(i).shape()
                + " was not used to compute the outputs; leave it out, or call gradAllowingUnused");
      }
      result.add(gradient);
    }
    return result;
  }

  /**
   * As {@link #grad(List, List, List, boolean, boolean)}, but with null for the gradient of an
   * input that does not take part.
   *
   * @throws AutogradException if an output needs a gradient and has none
   */
  public static List<@Nullable Tensor> gradAllowingUnused(
      List<Tensor> outputs,
      List<Tensor> inputs,
      @Nullable List<Tensor> gradOutputs,
      boolean retainGraph,
      boolean createGraph) {
    if (gradOutputs != null && gradOutputs.size() != outputs.size()) {
      throw new AutogradException(
          "grad: "
              + outputs.size()
              + " outputs and "
              + gradOutputs.size()
              + " gradients for them; give one for each");
    }
    List<Variable> roots = new ArrayList<>();
    List<Variable> upstream = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Variable root = outputs.get(i).variable();
      roots.add(root);
      upstream.add(upstream("grad", root, gradOutputs == null ? null : gradOutputs.get(i)));
    }
    List<Variable> leaves = new ArrayList<>();
    inputs.forEach(t -> leaves.add(t.variable()));
    @Nullable Variable[] found =
        Backward.gradients(
            roots, upstream, leaves, retainGraph || createGraph, createGraph, TapeAlgebra.INSTANCE);
    List<@Nullable Tensor> result = new ArrayList<>();
    for (Variable gradient : found) {
      result.add(gradient == null ? null : new Tensor(gradient));
    }
    return result;
  }

  /**
   * What was recorded to compute tensors, as text and as a picture. Nothing is launched or changed.
   *
   * @throws AutogradException if one of them does not require gradients, or there is none
   */
  public static AutogradGraph graph(Tensor... outputs) {
    return graph(List.of(outputs), Map.of());
  }

  /**
   * What was recorded to compute tensors, with names for leaves.
   *
   * @param names leaves that are called by their names, such as the {@code namedParameters()} of a
   *     module
   * @throws AutogradException if one of the outputs does not require gradients, or there is none
   */
  public static AutogradGraph graph(List<Tensor> outputs, Map<String, Tensor> names) {
    return AutogradGraph.of(outputs, names);
  }

  /** The upstream gradient of a root: the given one, checked, or 1 for a scalar. */
  static Variable upstream(String op, Variable root, @Nullable Tensor gradient) {
    if (gradient == null) {
      if (root.shape().numel() != 1) {
        throw new AutogradException(
            op
                + ": a gradient can be created implicitly only for a tensor of one element, and this one has shape "
                + root.shape()
                + "; pass a gradient of that shape, or reduce with sum() or mean() first");
      }
      return TapeAlgebra.INSTANCE.fullLike(root, 1);
    }
    if (!gradient.shape().equals(root.shape())) {
      throw new ShapeException(
          op
              + ": the gradient has shape "
              + gradient.shape()
              + " and the tensor "
              + root.shape()
              + "; they must be equal");
    }
    if (gradient.dtype() != root.dtype()) {
      throw new DTypeException(
          op
              + ": the gradient is of "
              + gradient.dtype()
              + " and the tensor of "
              + root.dtype()
              + "; convert it with to(DType)");
    }
    return gradient.variable();
  }
}
