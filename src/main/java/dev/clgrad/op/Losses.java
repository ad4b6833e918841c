package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;

/** What loss functions check and do alike. */
public final class Losses {
  private Losses() {}

  /** Checks that x is floating-point and that all broadcast. */
  static void check(String op, Variable x, Variable... others) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          op
              + ": takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    Shape shape = x.shape();
    for (Variable other : others) {
      shape = Shape.broadcast(op, shape, other.shape());
    }
  }

  /** The shape that two variables broadcast to. */
  static Shape broadcast(String op, Variable a, Variable b) {
    return Shape.broadcast(op, a.shape(), b.shape());
  }

  /** Checks that a target has the shape of what it is the target of. */
  static void checkSameShape(String op, Variable x, Variable target) {
    if (!x.shape().equals(target.shape())) {
      throw new ShapeException(
          op
              + ": the target of shape "
              + target.shape()
              + " must have the shape of the input, "
              + x.shape()
              + "; reshape or expand it");
    }
  }

  /** Checks that weights broadcast to the losses and do not repeat them. */
  static void checkWeight(String op, String what, Variable x, Variable weight) {
    if (!Shape.broadcast(op, x.shape(), weight.shape()).equals(x.shape())) {
      throw new ShapeException(
          op
              + ": the "
              + what
              + " of shape "
              + weight.shape()
              + " has more elements than the input of shape "
              + x.shape()
              + "; expected a shape that broadcasts to it");
    }
  }

  /**
   * Gives back what was computed on the way to a result that is pending or there: nobody can ask
   * for it any more, so that it need not be stored where it would cost much to compute again.
   */
  public static void release(Variable... temporaries) {
    for (Variable temporary : temporaries) {
      temporary.storage().close();
    }
  }

  /**
   * Losses times weights, broadcast.
   *
   * @throws ShapeException if the weights do not broadcast to the losses
   */
  public static Variable weighted(String op, Variable losses, Variable weight) {
    checkWeight(op, "weight", losses, weight);
    return Mul.of(losses, weight);
  }
}
