package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import java.util.List;

/**
 * A pointwise computation over one index space, as a kernel or a part of one: what is read from
 * memory, the functions in order, what is stored. It names contents and tasks by their numbers in a
 * {@link Batch}, so that it serves every batch of the same structure.
 *
 * @param shape the index space
 * @param loads what is read, each once for each layout
 * @param steps what is computed, in order
 * @param stores what is written
 * @param space how each load, then each store, moves through the index space
 */
record Body(Shape shape, List<Load> loads, List<Step> steps, List<Store> stores, IndexSpace space) {

  /**
   * Elements read from memory, or places in a result instead: then they are their own numbers, as
   * if 0, 1, 2, … lay in memory, and are looked at through the same layouts.
   */
  record Load(int slot, DType dtype, Layout layout) {
    private static final int INDEX = -1;

    /** The places themselves. */
    static Load index(Layout layout) {
      return new Load(INDEX, DType.INT64, layout);
    }

    /** Whether nothing is read. */
    boolean isIndex() {
      return slot == INDEX;
    }
  }

  /**
   * One function applied.
   *
   * @param operands for each input of the function: a load, or {@code -1 - i} for the result of
   *     step i
   * @param task the task whose scalars it takes
   */
  record Step(PointwiseFunction function, DType dtype, List<Integer> operands, int task) {
    DType resultType() {
      return function.result() == PointwiseFunction.Kind.MASK ? DType.BOOL : dtype;
    }
  }

  /** A content written, and the step that makes it. */
  record Store(int slot, int step, Layout layout) {}

  static Body of(Shape shape, List<Load> loads, List<Step> steps, List<Store> stores) {
    Layout[] layouts = new Layout[loads.size() + stores.size()];
    for (int i = 0; i < loads.size(); i++) {
      layouts[i] = loads.get(i).layout();
    }
    for (int i = 0; i < stores.size(); i++) {
      layouts[loads.size() + i] = stores.get(i).layout();
    }
    return new Body(
        shape,
        List.copyOf(loads),
        List.copyOf(steps),
        List.copyOf(stores),
        IndexSpace.of(shape, List.of(layouts)));
  }

  /** The position of store {@code i} among the operands of the index space. */
  int storeOperand(int i) {
    return loads.size() + i;
  }

  DType storeType(int i) {
    return steps.get(stores.get(i).step()).resultType();
  }
}
