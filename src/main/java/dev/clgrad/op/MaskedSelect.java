package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;

/** masked_select: the elements where a mask is true, in one dimension, by index_select. */
public final class MaskedSelect extends CompositeOp {
  private static final MaskedSelect OP = new MaskedSelect();

  private MaskedSelect() {
    super("masked_select");
  }

  /**
   * The elements of x where a mask is true, in row-major order; both broadcast. How many is read by
   * the host.
   *
   * @throws DTypeException if the mask is not bool
   * @throws dev.clgrad.ShapeException if they do not broadcast
   */
  public static Variable of(Variable x, Variable mask) {
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          "masked_select: the mask is of "
              + mask.dtype()
              + " and must be of bool; compare it, as in ne(0), or convert it with to(DType.BOOL)");
    }
    Shape shape = Shape.broadcast(OP.name(), x.shape(), mask.shape());
    Variable spread = Expand.of(mask.detach(), shape);
    Variable places = Nonzero.positions(OP.name(), spread);
    Variable flat = Reshape.of(Expand.of(x, shape), Shape.of(shape.numel()));
    return IndexSelect.rows(OP.name(), flat, 0, places, -1, false);
  }
}
