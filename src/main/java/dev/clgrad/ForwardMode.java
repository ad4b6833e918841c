package dev.clgrad;

import dev.clgrad.op.TapeAlgebra;
import dev.clgrad.tape.ForwardLevel;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives that are computed on the way forward: tensors carry a tangent, and every operation
 * gives its result the tangent that follows. One pass gives the derivative in one direction, of any
 * number of results, without keeping anything for backward.
 *
 * <pre>{@code
 * try (ForwardMode forward = ForwardMode.open()) {
 *   Tensor y = f(forward.dual(x, direction));
 *   Tensor derivative = forward.tangent(y);
 * }
 * }</pre>
 *
 * <p>It works for every operation that can be differentiated twice backward, and together with
 * backward: the gradient of a dual tensor's result has a tangent too (second derivatives times a
 * vector), and tangents can be differentiated backward. There is one level on a thread at a time.
 * Tangents are followed where operations are recorded: not within {@link Autograd#noGrad()}.
 * Tensors with tangents are not changed in place.
 */
public final class ForwardMode implements AutoCloseable {
  private final ForwardLevel level;

  private ForwardMode(ForwardLevel level) {
    this.level = level;
  }

  /**
   * Opens forward mode on this thread until closed.
   *
   * @throws AutogradException if it is open already
   */
  public static ForwardMode open() {
    return new ForwardMode(ForwardLevel.open(TapeAlgebra.INSTANCE));
  }

  /**
   * A tensor of the same elements with a tangent. Gradients flow through it.
   *
   * @param tangent of the shape, dtype and device of x
   * @throws ShapeException if it has another shape
   * @throws DTypeException if it has another dtype, or that is not floating-point
   * @throws DeviceException if it lives elsewhere
   */
  public Tensor dual(Tensor x, Tensor tangent) {
    return new Tensor(level.dual(x.variable(), tangent.variable()));
  }

  /** The tangent of a tensor; null where it does not depend on a dual one, or after the end. */
  public @Nullable Tensor tangent(Tensor y) {
    Variable tangent = level.tangent(y.variable());
    return tangent == null ? null : new Tensor(tangent);
  }

  /** Ends it; tangents are kept by those who asked for them. */
  @Override
  public void close() {
    level.close();
  }
}
