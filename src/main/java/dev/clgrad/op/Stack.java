package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;

/** stack: tensors of one shape along a new dimension, by unsqueeze and cat. */
public final class Stack extends CompositeOp {
  private static final Stack OP = new Stack();

  private Stack() {
    super("stack");
  }

  /**
   * Tensors of one shape along a new dimension.
   *
   * @param dim the new dimension's place in the result
   * @throws ShapeException if there is no tensor, no such place, or shapes differ
   */
  public static Variable of(List<Variable> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new ShapeException("stack: there are no tensors; give at least one");
    }
    Shape shape = tensors.get(0).shape();
    int d = Shape.of(new long[shape.rank() + 1]).dim(OP.name(), dim);
    List<Variable> parts = new ArrayList<>(tensors.size());
    for (int i = 0; i < tensors.size(); i++) {
      if (!tensors.get(i).shape().equals(shape)) {
        throw new ShapeException(
            "stack: tensor "
                + i
                + " has shape "
                + tensors.get(i).shape()
                + " and the first "
                + shape
                + "; all shapes must be equal");
      }
      parts.add(Unsqueeze.of(tensors.get(i), d));
    }
    return Cat.of(parts, d);
  }
}
