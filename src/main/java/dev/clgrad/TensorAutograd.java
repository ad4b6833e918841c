package dev.clgrad;

import dev.clgrad.op.TapeAlgebra;
import dev.clgrad.tape.Backward;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.NodeHooks;
import dev.clgrad.tape.Variable;
import dev.clgrad.tape.VariableHooks;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tensor's place in the graph: what made it, its gradient, and backward. */
abstract class TensorAutograd extends TensorLosses {
  private static final Logger LOG = LoggerFactory.getLogger(Tensor.class);

  TensorAutograd(Variable variable) {
    super(variable);
  }

  /** Whether gradients flow to this tensor. */
  public final boolean requiresGrad() {
    return variable().requiresGrad();
  }

  /**
   * Sets whether gradients are collected in this leaf, and returns it.
   *
   * @throws DTypeException if the dtype is not floating-point
   * @throws AutogradException if this is not a leaf and {@code requiresGrad} is false
   */
  public final Tensor requiresGrad(boolean requiresGrad) {
    variable().setRequiresGrad(requiresGrad);
    return self();
  }

  /** Whether this tensor was made by the user rather than by a recorded operation. */
  public final boolean isLeaf() {
    return variable().isLeaf();
  }

  /** The recorded operation that made it; null for a leaf. */
  public final @Nullable GradFn gradFn() {
    return GradFn.of(variable().node());
  }

  /** What {@link #gradFn} is called; null for a leaf. */
  final @Nullable String gradFnName() {
    Node node = variable().node();
    return node == null ? null : node.name();
  }

  /**
   * The gradient accumulated so far; null before the first backward and after {@link #zeroGrad}.
   * Only leaves get one, and tensors that were asked to with {@link #retainGrad}.
   */
  public final @Nullable Tensor grad() {
    Variable grad = variable().grad();
    if (grad == null) {
      if (requiresGrad() && !isLeaf() && !retainsGrad()) {
        LOG.warn(
            "the gradient of a tensor of shape {} made by {} was asked for; it is no leaf, and only leaves and tensors after retainGrad() get one",
            variable().shape(),
            gradFnName());
      }
      return null;
    }
    grad.show();
    return new Tensor(grad);
  }

  /**
   * Forgets the accumulated gradient. Its memory is given back: at once if {@link #grad} was not
   * called for it, at the end of a {@link Scope} if this thread is in one, else when it is garbage.
   */
  public final void zeroGrad() {
    variable().dropGrad();
  }

  /**
   * Sets or clears the accumulated gradient: the next backward adds to it.
   *
   * @param grad of this shape, dtype and device, or null
   * @throws ShapeException if it has another shape
   * @throws DTypeException if it has another dtype
   * @throws DeviceException if it lives elsewhere
   */
  public final void setGrad(@Nullable Tensor grad) {
    if (grad != null) {
      Autograd.checkGradient("setGrad", variable(), grad);
    }
    variable().setGrad(grad == null ? null : grad.variable());
  }

  /**
   * Lets this tensor, which need not be a leaf, have its gradient in {@link #grad}. Nothing for a
   * leaf; returns this.
   *
   * @throws AutogradException if it does not require gradients
   */
  public final Tensor retainGrad() {
    variable().retainGrad();
    return self();
  }

  /** Whether it is no leaf and was asked to have its gradient. */
  public final boolean retainsGrad() {
    return variable().retainsGrad();
  }

  /**
   * Runs a hook each time a gradient of this tensor is computed, before it goes further: before it
   * is accumulated here or used for what this was computed from. Hooks run in the order of
   * registration.
   *
   * @param hook takes the gradient and returns what takes its place, of its shape and dtype; or
   *     null to leave it. It must not change it in place
   * @return takes the hook away again
   * @throws AutogradException if this does not require gradients
   */
  public final RemovableHandle registerHook(Function<Tensor, @Nullable Tensor> hook) {
    NodeHooks.Removal removal =
        VariableHooks.onGradient(
            variable(),
            g -> {
              Tensor changed = hook.apply(new Tensor(g));
              return changed == null ? null : changed.variable();
            });
    return removal::remove;
  }

  /**
   * Runs a hook each time the gradient of this leaf has been accumulated, with this tensor: an
   * optimizer may use the gradient and do away with it before the next leaf's is there.
   *
   * @return takes the hook away again
   * @throws AutogradException if this is no leaf that requires gradients
   */
  public final RemovableHandle registerPostAccumulateGradHook(Consumer<Tensor> hook) {
    NodeHooks.Removal removal = VariableHooks.onAccumulated(variable(), () -> hook.accept(self()));
    return removal::remove;
  }

  /** Whether it was made in {@link Autograd#inferenceMode} and can take part in no graph. */
  public final boolean isInference() {
    return variable().isInference();
  }

  /** How often its memory was changed in place, by itself or by others that look at it. */
  public final int version() {
    return variable().storage().version().count();
  }

  /** The same memory outside the graph: no gradient flows through it. */
  public final Tensor detach() {
    return new Tensor(variable().detach());
  }

  /**
   * Takes this tensor out of the graph, as a leaf that requires no gradient, and returns it.
   *
   * @throws AutogradException if it is a view of a tensor in the graph
   */
  public final Tensor detach_() {
    variable().detachInPlace();
    return self();
  }

  /**
   * Adds the gradients of this scalar to those of the leaves it was computed from.
   *
   * @throws AutogradException if it has more than one element, does not require gradients, or its
   *     graph was used already
   */
  public final void backward() {
    backward(null, false, false);
  }

  /**
   * Adds gradients to those of the leaves.
   *
   * @param gradient the upstream gradient, of this tensor's shape and dtype
   */
  public final void backward(Tensor gradient) {
    backward(gradient, false, false);
  }

  /**
   * Adds gradients to those of the leaves.
   *
   * @param gradient the upstream gradient, of this tensor's shape and dtype; null for 1 where there
   *     is one element
   * @param retainGraph whether the graph can be used again
   * @param createGraph whether the gradients can themselves be differentiated; implies {@code
   *     retainGraph}
   */
  public final void backward(@Nullable Tensor gradient, boolean retainGraph, boolean createGraph) {
    if (!requiresGrad()) {
      throw new AutogradException(
          "backward: the tensor of shape "
              + shape()
              + " does not require gradients and was not made from one that does; call requiresGrad(true) on a leaf"
              + " before computing with it");
    }
    Backward.accumulate(
        List.of(variable()),
        List.of(Autograd.upstream("backward", variable(), gradient)),
        retainGraph || createGraph,
        createGraph,
        TapeAlgebra.INSTANCE);
  }
}
