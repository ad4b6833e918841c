package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.PointwiseTask;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.schedule.StepScalar;
import dev.clgrad.schedule.Storage;
import dev.clgrad.schedule.Task;
import dev.clgrad.schedule.Value;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;

/** Puts pointwise functions into the schedule: broadcasting and types, nothing about gradients. */
final class Pointwise {
  private Pointwise() {}

  /** Applies a function to variables, broadcast against one another. */
  static Variable apply(
      String op,
      PointwiseFunction function,
      DType dtype,
      List<Variable> inputs,
      Number... scalars) {
    Shape shape = inputs.get(0).shape();
    for (Variable input : inputs) {
      shape = Shape.broadcast(op, shape, input.shape());
    }
    return apply(op, function, dtype, inputs, shape, inputs.get(0).scheduler(), scalars);
  }

  /** Applies a function to variables that broadcast to a shape; there may be none, as in a fill. */
  static Variable apply(
      String op,
      PointwiseFunction function,
      DType dtype,
      List<Variable> inputs,
      Shape shape,
      Scheduler scheduler,
      Number... scalars) {
    DType result = function.result() == PointwiseFunction.Kind.MASK ? DType.BOOL : dtype;
    Storage storage = scheduler.newStorage(op, result, shape);
    Variable y = new Variable(storage, Layout.contiguous(shape));
    List<Value> values = new ArrayList<>(inputs.size());
    for (Variable input : inputs) {
      values.add(input.value());
    }
    scheduler.add(task(op, function, dtype, values, y.value(), scalars));
    return y;
  }

  /** The task that applies a function to values that broadcast to the output's shape. */
  static Task task(
      String op,
      PointwiseFunction function,
      DType dtype,
      List<Value> inputs,
      Value output,
      Number... scalars) {
    List<Value> expanded = new ArrayList<>(inputs.size());
    for (Value input : inputs) {
      expanded.add(input.with(input.layout().expand(op, output.shape())));
    }
    return new PointwiseTask(op, function, dtype, expanded, scalars, output);
  }

  /**
   * The type of an operation that exists for floating-point numbers only: integers become float32,
   * as in PyTorch.
   */
  static DType floating(DType dtype) {
    return dtype.isFloating() ? dtype : DType.FLOAT32;
  }

  /**
   * The type of an operation between two variables. As in PyTorch, a 0-d one counts only where its
   * kind (bool, integer, floating-point) is wider than the other's.
   */
  static DType promoted(Variable a, Variable b) {
    if (a.rank() == 0 && b.rank() > 0) {
      return weighted(b.dtype(), a.dtype());
    }
    if (b.rank() == 0 && a.rank() > 0) {
      return weighted(a.dtype(), b.dtype());
    }
    return DType.promote(a.dtype(), b.dtype());
  }

  static DType weighted(DType tensor, DType scalar) {
    boolean wider =
        (scalar.isFloating() && !tensor.isFloating())
            || (scalar.isInteger() && tensor == DType.BOOL);
    return wider ? scalar : tensor;
  }

  /** Whether a Java scalar counts as floating-point. */
  static boolean isFloating(Number scalar) {
    return scalar instanceof Float
        || scalar instanceof Double
        || (scalar instanceof StepScalar step && step.isFloating());
  }

  /** -x, of the same kind. */
  static Number negated(Number scalar) {
    if (scalar instanceof StepScalar step) {
      return step.isFloating()
          ? StepScalar.of(() -> -step.doubleValue())
          : StepScalar.ofLong(() -> -step.longValue());
    }
    if (isFloating(scalar)) {
      return -scalar.doubleValue();
    }
    return -scalar.longValue();
  }

  /**
   * Checks that a result of one type keeps its kind (floating-point, integer, bool) when stored in
   * another.
   *
   * @throws DTypeException if it does not
   */
  static void checkStorable(String op, DType target, DType result) {
    if ((result.isFloating() && !target.isFloating())
        || (result.isInteger() && target == DType.BOOL)) {
      throw new DTypeException(
          op
              + ": the result is of "
              + result
              + " and cannot be stored in a tensor of "
              + target
              + "; convert with to(DType), or compute a new tensor");
    }
  }
}
