package dev.clgrad;

import dev.clgrad.op.TapeAlgebra;
import dev.clgrad.tape.Anomaly;
import dev.clgrad.tape.Backward;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.SavedHooks;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
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

  /** Records on this thread until closed, or does not. */
  public static Mode setGradEnabled(boolean enabled) {
    return GradMode.set(enabled)::close;
  }

  /** What a computation gives that is not recorded: {@code y = Autograd.noGrad(() -> x.mul(2))}. */
  public static <T> T noGrad(Supplier<T> computation) {
    try (Mode off = noGrad()) {
      return computation.get();
    }
  }

  /** Runs what is not recorded. */
  public static void noGrad(Runnable computation) {
    try (Mode off = noGrad()) {
      computation.run();
    }
  }

  /** What a computation gives that is recorded, also inside {@link #noGrad()}. */
  public static <T> T enableGrad(Supplier<T> computation) {
    try (Mode on = enableGrad()) {
      return computation.get();
    }
  }

  /**
   * Stops recording on this thread until closed, for good: what is made meanwhile can never be
   * saved for backward, nor require gradients. For programs that only predict; says sooner than
   * {@link #noGrad()} where a prediction gets into training.
   */
  public static Mode inferenceMode() {
    return GradMode.inference(true)::close;
  }

  /** What a computation gives in inference mode. */
  public static <T> T inferenceMode(Supplier<T> computation) {
    try (Mode mode = inferenceMode()) {
      return computation.get();
    }
  }

  /** Whether this thread is in inference mode. */
  public static boolean isInferenceModeEnabled() {
    return GradMode.isInference();
  }

  /**
   * Finds where numbers go wrong, until closed: backward ends with an {@link AutogradException} at
   * the first gradient that holds a NaN or an infinity and names the operation, the shapes and, if
   * the forward pass ran within this too, the line of its call; errors about changes in place name
   * lines. Slow: backward reads every gradient.
   */
  public static Mode detectAnomaly() {
    return detectAnomaly(true);
  }

  /**
   * The same.
   *
   * @param checkFinite false to have lines in errors only, at less cost
   */
  public static Mode detectAnomaly(boolean checkFinite) {
    return Anomaly.detect(checkFinite)::close;
  }

  /**
   * Packs what operations of this thread save for backward, until closed; the innermost hooks alone
   * count. With {@link SavedTensorHooks#onHost} and {@link SavedTensorHooks#asHalf} as examples.
   */
  public static Mode savedTensorHooks(SavedTensorHooks<?> hooks) {
    return SavedHooks.use(SavedTensorHooks.adapt(hooks))::close;
  }

  /**
   * Computes a segment of a program without keeping what backward needs of it: backward computes it
   * once more. Memory for time.
   *
   * <p>Random numbers are the same both times, and gradients flow to every tensor that the segment
   * uses, of any order. What it computes again is kept until backward has used it; if the graph is
   * retained, as long as the graph.
   *
   * @param segment must do the same each time it is called
   */
  public static Tensor checkpoint(Function<Tensor, Tensor> segment, Tensor input) {
    return Checkpoint.run(x -> List.of(segment.apply(x.get(0))), List.of(input)).get(0);
  }

  /** The same for several inputs and results. */
  public static List<Tensor> checkpoint(
      Function<List<Tensor>, List<Tensor>> segment, List<Tensor> inputs) {
    return Checkpoint.run(segment, inputs);
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
    List<Variable> roots = variables(outputs);
    List<Variable> upstream = upstream("grad", roots, gradOutputs);
    List<Variable> leaves = variables(inputs);
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
   * Adds the gradients of the sum of scalars to those of the leaves they were computed from.
   *
   * @throws AutogradException if one is no scalar or does not require gradients
   */
  public static void backward(List<Tensor> outputs) {
    backward(outputs, null, false, false, null);
  }

  /**
   * Adds gradients to those of leaves.
   *
   * @param gradOutputs the upstream gradient of each output, of its shape; null where all outputs
   *     are scalars
   * @param retainGraph whether the graph can be used again
   * @param createGraph whether the gradients can themselves be differentiated; implies {@code
   *     retainGraph}
   * @param inputs whose gradients are computed, leaves or not; null for all leaves
   * @throws AutogradException if an output needs a gradient and has none, or a tensor takes no part
   */
  public static void backward(
      List<Tensor> outputs,
      @Nullable List<Tensor> gradOutputs,
      boolean retainGraph,
      boolean createGraph,
      @Nullable List<Tensor> inputs) {
    List<Variable> roots = variables(outputs);
    List<Variable> upstream = upstream("backward", roots, gradOutputs);
    boolean retain = retainGraph || createGraph;
    if (inputs == null) {
      Backward.accumulate(roots, upstream, retain, createGraph, TapeAlgebra.INSTANCE);
    } else {
      Backward.accumulateInto(
          roots, upstream, variables(inputs), retain, createGraph, TapeAlgebra.INSTANCE);
    }
  }

  private static List<Variable> variables(List<Tensor> tensors) {
    List<Variable> variables = new ArrayList<>();
    tensors.forEach(t -> variables.add(t.variable()));
    return variables;
  }

  private static List<Variable> upstream(
      String op, List<Variable> roots, @Nullable List<Tensor> gradients) {
    if (gradients != null && gradients.size() != roots.size()) {
      throw new AutogradException(
          op
              + ": "
              + roots.size()
              + " outputs and "
              + gradients.size()
              + " gradients for them; give one for each");
    }
    List<Variable> upstream = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      upstream.add(upstream(op, roots.get(i), gradients == null ? null : gradients.get(i)));
    }
    return upstream;
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
    checkGradient(op, root, gradient);
    return gradient.variable();
  }

  /** Checks that a tensor can be the gradient of a variable. */
  static void checkGradient(String op, Variable root, Tensor gradient) {
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
    if (gradient.variable().scheduler() != root.scheduler()) {
      throw new DeviceException(
          op
              + ": the gradient lives on "
              + gradient.device().name()
              + " and the tensor on "
              + root.scheduler().backend().name()
              + "; move it with to(device)");
    }
  }
}
