package dev.clgrad.schedule;

import dev.clgrad.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The tasks of one launch, or of one part of it. */
final class Cluster {
  final int index;
  Shape shape;
  final int kernel;
  final List<Integer> roots = new ArrayList<>();
  final List<Read> reads = new ArrayList<>();
  final BitSet inlined = new BitSet();
  final BitSet bases = new BitSet();
  int operands;

  Cluster(int index, Shape shape, int kernel) {
    this.index = index;
    this.shape = shape;
    this.kernel = kernel;
  }

  boolean isOver(Shape other) {
    return (kernel < 0 || !roots.isEmpty()) && shape.equals(other);
  }

  /** A content read from memory, and how. */
  record Read(int slot, Layout layout) {
    /** Whether it reads exactly what a task writes, in the same order. */
    boolean isElementwise(Batch batch, int task) {
      return Views.isSame(layout, batch.tasks().get(task).outputs().get(0).layout());
    }
  }
}
