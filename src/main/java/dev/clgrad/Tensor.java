package dev.clgrad;

import dev.clgrad.op.Cast;
import dev.clgrad.op.Move;
import dev.clgrad.op.TapeAlgebra;
import dev.clgrad.tape.Backward;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An array of numbers on a device that can record what is computed with it and be differentiated.
 * Its methods are PyTorch's in camel case; none changes a tensor but those whose names end in
 * {@code _}.
 *
 * <p>The methods stand in a chain of package-private superclasses, a family each: creation ({@code
 * TensorCreation}), host reads ({@code TensorData}), shapes ({@code TensorViews}), writes in place
 * ({@code TensorInPlace}), arithmetic and comparisons ({@code TensorPointwise}), functions of one
 * argument ({@code TensorFunctions}, {@code TensorActivations}) and of several ({@code
 * TensorBinary}), reductions ({@code TensorReductions}), scans and sorting ({@code
 * TensorOrdering}), matrix products ({@code TensorProducts}), linear algebra ({@code
 * TensorLinearAlgebra}), joining and rearranging ({@code TensorJoining}), elements by index ({@code
 * TensorIndexing}), convolutions ({@code TensorConvolutions}), pooling ({@code TensorPooling}),
 * normalisations and attention ({@code TensorLayers}), loss functions ({@code TensorLosses}).
 *
 * <p>Tensors need not be closed: memory that is garbage is given back when the device allocates. A
 * {@link Scope} gives back at its end what was made within it.
 */
public final class Tensor extends TensorLosses {
  Tensor(Variable variable) {
    super(variable);
  }

  /** Whether gradients flow to this tensor. */
  public boolean requiresGrad() {
    return variable().requiresGrad();
  }

  /**
   * Sets whether gradients are collected in this leaf, and returns it.
   *
   * @throws DTypeException if the dtype is not floating-point
   * @throws AutogradException if this is not a leaf and {@code requiresGrad} is false
   */
  public Tensor requiresGrad(boolean requiresGrad) {
    variable().setRequiresGrad(requiresGrad);
    return this;
  }

  /** Whether this tensor was made by the user rather than by a recorded operation. */
  public boolean isLeaf() {
    return variable().isLeaf();
  }

  /**
   * The name of the recorded operation that made it, such as {@code AddBackward0}; null for a leaf.
   */
  public @Nullable String gradFn() {
    Node node = variable().node();
    return node == null ? null : node.name();
  }

  /**
   * The gradient accumulated so far; null before the first backward and after {@link #zeroGrad}.
   */
  public @Nullable Tensor grad() {
    Variable grad = variable().grad();
    if (grad == null) {
      return null;
    }
    grad.show();
    return new Tensor(grad);
  }

  /**
   * Forgets the accumulated gradient. Its memory is given back: at once if {@link #grad} was not
   * called for it, at the end of a {@link Scope} if this thread is in one, else when it is garbage.
   */
  public void zeroGrad() {
    variable().dropGrad();
  }

  /** The same memory outside the graph: no gradient flows through it. */
  public Tensor detach() {
    return new Tensor(variable().detach());
  }

  /**
   * Adds the gradients of this scalar to those of the leaves it was computed from.
   *
   * @throws AutogradException if it has more than one element, does not require gradients, or its
   *     graph was used already
   */
  public void backward() {
    backward(null, false, false);
  }

  /**
   * Adds gradients to those of the leaves.
   *
   * @param gradient the upstream gradient, of this tensor's shape and dtype
   */
  public void backward(Tensor gradient) {
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
  public void backward(@Nullable Tensor gradient, boolean retainGraph, boolean createGraph) {
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

  /**
   * This in another dtype; this itself if it has it. Fractions are cut off on the way to integers.
   * What an integer becomes of NaN, an infinity or a number out of its range depends on the device,
   * as in PyTorch.
   */
  public Tensor to(DType dtype) {
    return dtype() == dtype ? this : new Tensor(Cast.to(variable(), dtype));
  }

  /**
   * This on another device; this itself if it is there. Gradients flow back to this device.
   *
   * @throws DTypeException if the device has no such type
   */
  public Tensor to(Device device) {
    return device().equals(device) ? this : new Tensor(Move.to(variable(), device.scheduler()));
  }

  /** A copy in memory of its own; gradients flow through it. */
  @Override
  public Tensor clone() {
    return new Tensor(Cast.copy(variable()));
  }

  /**
   * Which launches would compute this tensor's elements if they were read now. Nothing is launched
   * or changed.
   *
   * <p>A tensor that does not lie in row-major order takes one launch more when it is read, which
   * copies it.
   *
   * @throws ClgradException if its memory was closed
   */
  public Explanation explain() {
    return explain(Map.of());
  }

  /**
   * Which launches would compute this tensor's elements, as {@link #explain()}.
   *
   * @param names tensors that are called by their names wherever their memory is read or written,
   *     such as the {@code namedParameters()} of a module
   * @throws ClgradException if its memory was closed
   */
  public Explanation explain(Map<String, Tensor> names) {
    return Explanation.of(this, names);
  }

  /**
   * Gives the memory back at once; using this tensor or a view of it afterwards is an error. Never
   * needed; {@link Scope} does it for all that a step makes. What backward has saved of it stays.
   * Idempotent.
   */
  public void close() {
    variable().storage().close();
  }

  /**
   * The tensor as PyTorch prints it: {@code tensor([ 9., 11.], grad_fn=<AddBackward0>)}. Reads it
   * from the device.
   */
  @Override
  public String toString() {
    return TensorFormat.tensor(shape(), dtype(), elements(), gradFn(), requiresGrad());
  }

  /** The numbers as NumPy prints an array: {@code [-16. -8.]}. Reads them from the device. */
  public String toArrayString() {
    return TensorFormat.array(shape(), dtype(), elements());
  }
}
