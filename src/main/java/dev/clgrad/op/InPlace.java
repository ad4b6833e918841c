package dev.clgrad.op;

import dev.clgrad.AutogradException;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Task;
import dev.clgrad.schedule.Value;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** What every in-place operation checks and does before it overwrites memory. */
public final class InPlace {
  private InPlace() {}

  /**
   * Overwrites the memory of a variable.
   *
   * @param write makes the task that reads the first value, the elements so far, and overwrites the
   *     second
   * @param operands what else it reads
   * @throws AutogradException if the tape would have to record it
   */
  static void write(
      String op, Variable x, BiFunction<Value, Value, Task> write, Variable... operands) {
    check(op, x, operands);
    x.scheduler().writeInPlace(x.storage(), x.layout(), Cast::copyTask, write);
  }

  /**
   * Overwrites the memory of a variable with what an operation makes of it.
   *
   * @param result computes the new elements; nothing is recorded
   * @param operands what else it reads
   * @throws AutogradException if the tape would have to record it
   * @throws dev.clgrad.ShapeException if an operand does not broadcast to the shape
   * @throws dev.clgrad.DTypeException if the result is of a wider kind than the variable
   */
  public static void compute(
      String op, Variable x, Supplier<Variable> result, Variable... operands) {
    check(op, x, operands);
    // Closed before anything runs, what is computed on the way need not be stored.
    try (GradMode off = GradMode.set(false);
        Scope temporary = Scope.open(op)) {
      Variable y = result.get();
      Pointwise.checkStorable(op, x.dtype(), y.dtype());
      Cast.into(x, y);
    }
  }

  /**
   * Checks that a variable may be overwritten with what is computed from itself and operands that
   * broadcast to its shape.
   *
   * @throws AutogradException if the tape would have to record it
   * @throws dev.clgrad.ShapeException if an operand does not broadcast to the shape
   */
  static void check(String op, Variable x, Variable... operands) {
    if (GradMode.isEnabled() && x.requiresGrad()) {
      throw new AutogradException(
          op
              + ": a tensor of shape "
              + x.shape()
              + " that requires gradients cannot be changed in place while gradients are recorded; do it inside Autograd.noGrad(), or"
              + " compute a new tensor");
    }
    for (Variable operand : operands) {
      if (GradMode.isEnabled() && operand.requiresGrad()) {
        throw new AutogradException(
            op
                + ": the operand of shape "
                + operand.shape()
                + " requires gradients, and none would flow to it through a change in place; detach() it, do it inside"
                + " Autograd.noGrad(), or compute a new tensor");
      }
      operand.layout().expand(op, x.shape());
    }
    if (!x.layout().isInjective()) {
      throw new AutogradException(
          op
              + ": several elements of an expanded tensor of shape "
              + x.shape()
              + " share one place in memory; call contiguous() or clone() first");
    }
  }
}
