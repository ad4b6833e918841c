package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;

/** squeeze: without dimensions of size 1, a view; dx = dy in the shape of x. */
public final class Squeeze extends ViewOp {
  private static final Squeeze OP = new Squeeze();

  private Squeeze() {
    super("squeeze");
  }

  /** x without any dimension of size 1. */
  public static Variable of(Variable x) {
    Layout layout = x.layout();
    for (int d = x.rank() - 1; d >= 0; d--) {
      if (layout.size(d) == 1) {
        layout = layout.squeeze(d);
      }
    }
    return of(x, layout);
  }

  /**
   * x without a dimension, if that has size 1; else x as it is.
   *
   * @throws dev.clgrad.ShapeException if there is no such dimension
   */
  public static Variable of(Variable x, int dim) {
    int d = x.shape().dim(OP.name(), dim);
    boolean goes = x.rank() > 0 && x.shape().size(d) == 1;
    return of(x, goes ? x.layout().squeeze(d) : x.layout());
  }

  /**
   * x without those of the dimensions that have size 1.
   *
   * @throws dev.clgrad.ShapeException if a dimension does not exist or is named twice
   */
  public static Variable of(Variable x, int[] dims) {
    Layout layout = x.layout();
    int[] over = dims.length == 0 ? dims : Dims.of(OP.name(), x.shape(), dims);
    for (int i = over.length - 1; i >= 0; i--) {
      if (layout.size(over[i]) == 1) {
        layout = layout.squeeze(over[i]);
      }
    }
    return of(x, layout);
  }

  private static Variable of(Variable x, Layout layout) {
    Shape shape = x.shape();
    return OP.view(x, layout, dy -> Reshape.of(dy, shape));
  }
}
