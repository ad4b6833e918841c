package dev.clgrad;

import dev.clgrad.op.Cast;
import dev.clgrad.op.Move;
import dev.clgrad.tape.Variable;
import java.util.Map;

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
 * normalisations and attention ({@code TensorLayers}), loss functions ({@code TensorLosses}), the
 * graph and its gradients ({@code TensorAutograd}).
 *
 * <p>Tensors need not be closed: memory that is garbage is given back when the device allocates. A
 * {@link Scope} gives back at its end what was made within it.
 */
public final class Tensor extends TensorAutograd {
  Tensor(Variable variable) {
    super(variable);
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
    return TensorFormat.tensor(shape(), dtype(), elements(), gradFnName(), requiresGrad());
  }

  /** The numbers as NumPy prints an array: {@code [-16. -8.]}. Reads them from the device. */
  public String toArrayString() {
    return TensorFormat.array(shape(), dtype(), elements());
  }
}
