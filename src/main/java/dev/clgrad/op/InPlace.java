package dev.clgrad.op;

import dev.clgrad.AutogradException;
import dev.clgrad.Shape;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Task;
import dev.clgrad.schedule.Value;
import dev.clgrad.tape.Backward;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import dev.clgrad.tape.ViewOf;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What every in-place operation checks and does before it overwrites memory. */
public final class InPlace {
  private InPlace() {}

  /**
   * Overwrites the memory of a variable; recorded, where gradients have to flow, as the function
   * that it is.
   *
   * @param write makes the task that reads the first value, the elements so far, and overwrites the
   *     second
   * @param function computes the new elements in recorded operations
   * @param operands what else it reads
   * @throws AutogradException if it must not be overwritten
   * @throws dev.clgrad.ShapeException if an operand does not broadcast to the shape
   */
  static void write(
      String op,
      Variable x,
      BiFunction<Value, Value, Task> write,
      Supplier<Variable> function,
      Variable... operands) {
    check(op, x, operands);
    if (isRecorded(x, operands)) {
      record(op, x, function, operands);
    } else {
      x.scheduler().writeInPlace(x.storage(), x.layout(), Cast::copyTask, write);
    }
  }

  /**
   * Overwrites the memory of a variable with what an operation makes of it.
   *
   * @param function computes the new elements
   * @param operands what else it reads
   * @throws AutogradException if it must not be overwritten
   * @throws dev.clgrad.ShapeException if an operand does not broadcast to the shape
   * @throws dev.clgrad.DTypeException if the result is of a wider kind than the variable
   */
  public static void compute(
      String op, Variable x, Supplier<Variable> function, Variable... operands) {
    check(op, x, operands);
    if (isRecorded(x, operands)) {
      record(op, x, function, operands);
      return;
    }
    // Closed before anything runs, what is computed on the way need not be stored.
    try (GradMode off = GradMode.set(false);
        Scope temporary = Scope.open(op)) {
      Variable y = function.get();
      Pointwise.checkStorable(op, x.dtype(), y.dtype());
      overwrite(op, x, y);
    }
  }

  /** Copies y over x, converted and broadcast; nothing is recorded. */
  private static void overwrite(String op, Variable x, Variable y) {
    x.scheduler()
        .writeInPlace(
            x.storage(),
            x.layout(),
            Cast::copyTask,
            (before, out) -> Cast.copyTask(op, y.value(), out));
  }

  private static boolean isRecorded(Variable x, Variable... operands) {
    if (!GradMode.isEnabled()) {
      return false;
    }
    boolean needed = x.requiresGrad();
    for (Variable operand : operands) {
      needed |= operand.requiresGrad();
    }
    return needed && x.dtype().isFloating();
  }

  /**
   * Records an in-place operation: its function is recorded as if its result were another tensor;
   * then x has the elements of the result, and its node. Where x is a view, what it looks at gets
   * the node of a function that puts the result there, and every view of that follows.
   */
  private static void record(
      String op, Variable x, Supplier<Variable> function, Variable... operands) {
    long since = Node.nextSequence();
    Variable y = function.get();
    Pointwise.checkStorable(op, x.dtype(), y.dtype());
    y = Cast.to(y, x.dtype());
    if (!y.shape().equals(x.shape())) {
      y = Expand.of(y, x.shape());
    }
    overwrite(op, x, y.detach());
    closeUnless(y, x, operands);
    ViewOf view = x.view();
    Variable result;
    if (view == null) {
      // What does not depend on anything, such as zeros, still comes after what x was.
      result = y.requiresGrad() ? y : constant(op, x);
    } else {
      result = placed(view.base(), x, view, y);
    }
    Node node = result.node();
    if (node != null) {
      // There is none where the base left the graph that its view is still in.
      node.settle(x.storage(), y.storage(), since);
      (view == null ? x : view.base()).rebase(result);
    }
  }

  /**
   * Gives the result's own memory back, which nobody reads any more: what is saved has its share.
   */
  private static void closeUnless(Variable y, Variable x, Variable... operands) {
    boolean foreign = y.storage() == x.storage();
    for (Variable operand : operands) {
      foreign |= y.storage() == operand.storage();
    }
    if (!foreign) {
      y.storage().close();
    }
  }

  /** What x has become, which depends on no variable, as a function of x with the gradient 0. */
  private static Variable constant(String op, Variable x) {
    Variable result = x.detach();
    Shape shape = x.shape();
    String name = op.substring(0, op.length() - 1);
    Node.record(
        Op.nodeName(name),
        List.of(x),
        List.of(result),
        List.of(),
        c -> new @Nullable Variable[] {Fill.of(c.dy().scheduler(), c.dy().dtype(), shape, 0)});
    return result;
  }

  /**
   * The node of a base in which a view of it was overwritten by y: the gradient of the base is 0
   * where the view looks, and that of y is what the view sees.
   */
  private static Variable placed(Variable base, Variable x, ViewOf view, Variable y) {
    Variable result = base.detach();
    UnaryOperator<Variable> place = view.gradient();
    UnaryOperator<Variable> look = look(base, x, place);
    Shape shape = x.shape();
    Node.record(
        "CopySlices",
        List.of(base, y),
        List.of(result),
        List.of(),
        c -> {
          Variable dy = c.dy();
          Variable d = null;
          if (c.needs(0)) {
            Variable ones = Fill.of(dy.scheduler(), dy.dtype(), shape, 1);
            d = Where.of(Ne.of(place.apply(ones), 0), zero(dy), dy);
          }
          return new @Nullable Variable[] {d, c.needs(1) ? look.apply(dy) : null};
        });
    return result;
  }

  private static Variable zero(Variable like) {
    return Fill.of(like.scheduler(), like.dtype(), Shape.SCALAR, 0);
  }

  /**
   * The view of something of the base's shape. Where that lies as the base does, its memory is
   * looked at in the same way; else it is the transpose of the view's gradient, which is linear.
   */
  private static UnaryOperator<Variable> look(
      Variable base, Variable x, UnaryOperator<Variable> place) {
    Layout plain = ViewOf.within(base, x);
    Shape shape = x.shape();
    return dy -> {
      if (plain != null) {
        Variable whole = dy.layout().equals(Layout.contiguous(dy.shape())) ? dy : Cast.copy(dy);
        return ViewOp.view("AsStridedBackward0", whole, plain, place);
      }
      Variable seen = Fill.of(dy.scheduler(), dy.dtype(), shape, 0);
      seen.setRequiresGrad(true);
      Variable placed;
      try (GradMode on = GradMode.set(true)) {
        placed = place.apply(seen);
      }
      @Nullable Variable[] d =
          Backward.gradients(
              List.of(placed),
              List.of(dy),
              List.of(seen),
              true,
              GradMode.isEnabled(),
              TapeAlgebra.INSTANCE);
      return java.util.Objects.requireNonNull(d[0]);
    };
  }

  /**
   * Checks that a variable may be overwritten with what is computed from itself and operands that
   * broadcast to its shape.
   *
   * @throws AutogradException if it must not be
   * @throws dev.clgrad.ShapeException if an operand does not broadcast to the shape
   */
  static void check(String op, Variable x, Variable... operands) {
    for (Variable operand : operands) {
      operand.layout().expand(op, x.shape());
    }
    if (!x.layout().isInjective()) {
      throw new AutogradException(
          op
              + ": several elements of an expanded tensor of shape "
              + x.shape()
              + " share one place in memory; call contiguous() or clone() first");
    }
    checkLeaf(op, x);
    boolean dual = x.hasTangent();
    for (Variable operand : operands) {
      dual |= operand.hasTangent();
    }
    if (dual) {
      throw new AutogradException(
          op
              + ": a tensor of shape "
              + x.shape()
              + " cannot be changed in place in forward mode where it or an operand has a tangent; compute a new tensor");
    }
    ViewOf view = x.view();
    if (isRecorded(x, operands)) {
      if (x.aliasOf() != null) {
        throw new AutogradException(
            op
                + ": a tensor of shape "
                + x.shape()
                + " is an input that "
                + x.aliasOf()
                + " returned as it is, and cannot be changed in place while gradients are recorded; let the function mark it with"
                + " markDirty, or return a copy");
      }
      if (x.isInference()) {
        throw new AutogradException(
            op
                + ": a tensor of shape "
                + x.shape()
                + " made in inference mode cannot be changed in place while gradients are recorded; clone() it first");
      }
      if (view != null && !view.isRecorded()) {
        throw new AutogradException(
            op
                + ": a view of shape "
                + x.shape()
                + " was made while nothing was recorded and is changed in place while gradients are; make the view where"
                + " gradients are recorded, or change it inside Autograd.noGrad()");
      }
    }
  }

  private static void checkLeaf(String op, Variable x) {
    ViewOf view = x.view();
    Variable leaf = view != null && view.base().requiresGrad() ? view.base() : x;
    if (GradMode.isEnabled() && leaf.requiresGrad() && leaf.isLeaf()) {
      throw new AutogradException(
          op
              + ": "
              + (leaf == x ? "a leaf" : "a view of a leaf")
              + " of shape "
              + x.shape()
              + " that requires gradients cannot be changed in place while gradients are recorded; do it inside"
              + " Autograd.noGrad(), or compute a new tensor");
    }
  }
}
