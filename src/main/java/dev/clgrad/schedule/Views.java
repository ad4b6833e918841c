package dev.clgrad.schedule;

import org.jspecify.annotations.Nullable;

/**
 * Looks through a value that was never stored: a view of it becomes a view of what it is computed
 * from.
 */
final class Views {
  private Views() {}

  /**
   * The layout by which an operand is read where a view of the result is asked for.
   *
   * @param view how the result is read: a layout over the result as it would lie in memory, {@code
   *     operand}'s shape in row-major order
   * @param operand how the computation of the whole result reads its operand
   * @return a layout of the view's shape, or null if strides cannot express it
   */
  static @Nullable Layout through(Layout view, Layout operand) {
    if (view.offset() == 0 && view.isContiguous() && view.shape().equals(operand.shape())) {
      return operand;
    }
    if (view.shape().numel() == 0) {
      return Layout.contiguous(view.shape());
    }
    int rank = operand.rank();
    long[] sizes = new long[rank];
    long[] strides = new long[rank];
    int kept = 0;
    for (int d = 0; d < rank; d++) {
      if (operand.size(d) == 1) {
        continue;
      }
      boolean merges = kept > 0 && strides[kept - 1] == operand.stride(d) * operand.size(d);
      int at = merges ? kept - 1 : kept++;
      sizes[at] = merges ? sizes[at] * operand.size(d) : operand.size(d);
      strides[at] = operand.stride(d);
    }
    // How far apart neighbors of each merged dimension lie in the result's memory.
    long[] steps = new long[kept];
    long step = 1;
    for (int d = kept - 1; d >= 0; d--) {
      steps[d] = step;
      step *= sizes[d];
    }
    long offset = operand.offset();
    long[] reach = new long[kept];
    for (int d = 0; d < kept; d++) {
      reach[d] = view.offset() / steps[d] % sizes[d];
      offset += reach[d] * strides[d];
    }
    long[] found = new long[view.rank()];
    for (int v = 0; v < found.length; v++) {
      long stride = view.stride(v);
      if (view.size(v) == 1 || stride == 0) {
        continue;
      }
      int d = 0;
      while (d < kept && steps[d] > stride) {
        d++;
      }
      if (stride < 0 || d == kept || stride % steps[d] != 0) {
        return null;
      }
      reach[d] += stride / steps[d] * (view.size(v) - 1);
      if (reach[d] >= sizes[d]) {
        return null;
      }
      found[v] = stride / steps[d] * strides[d];
    }
    return Layout.of(view.shape(), found, offset);
  }

  /**
   * Whether a view reads exactly what a task writes, in the same order: a part of a content in its
   * own place, or the whole of it.
   */
  static boolean isSame(Layout view, Layout result) {
    return view.equals(result)
        || (view.offset() == result.offset()
            && view.isContiguous()
            && result.isContiguous()
            && view.shape().equals(result.shape()));
  }
}
