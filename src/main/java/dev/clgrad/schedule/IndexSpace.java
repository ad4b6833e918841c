package dev.clgrad.schedule;

import dev.clgrad.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The loop nest of a pointwise kernel: as few dimensions as the operands' strides allow, and each
 * operand's stride in each of them.
 */
final class IndexSpace {
  private final long numel;
  private final long[] sizes;
  private final long[][] strides;

  private IndexSpace(long numel, long[] sizes, long[][] strides) {
    this.numel = numel;
    this.sizes = sizes;
    this.strides = strides;
  }

  /**
   * The space of operands of one shape: dimensions of size 1 are dropped, and neighbors merged
   * where all operands allow.
   */
  static IndexSpace of(Shape shape, List<Layout> operands) {
    int rank = shape.rank();
    int count = operands.size();
    long[] sizes = new long[rank];
    long[][] strides = new long[count][rank];
    int kept = 0;
    for (int d = 0; d < rank; d++) {
      long size = shape.size(d);
      if (size == 1) {
        continue;
      }
      boolean merges = kept > 0;
      for (int o = 0; merges && o < count; o++) {
        merges = strides[o][kept - 1] == operands.get(o).stride(d) * size;
      }
      int at = merges ? kept - 1 : kept++;
      sizes[at] = merges ? sizes[at] * size : size;
      for (int o = 0; o < count; o++) {
        strides[o][at] = operands.get(o).stride(d);
      }
    }
    for (int o = 0; o < count; o++) {
      strides[o] = Arrays.copyOf(strides[o], kept);
    }
    return new IndexSpace(shape.numel(), Arrays.copyOf(sizes, kept), strides);
  }

  long numel() {
    return numel;
  }

  int rank() {
    return sizes.length;
  }

  long size(int dim) {
    return sizes[dim];
  }

  long stride(int operand, int dim) {
    return strides[operand][dim];
  }

  /** The operand's stride in the innermost dimension; 0 where there is none. */
  long innerStride(int operand) {
    return sizes.length == 0 ? 0 : strides[operand][sizes.length - 1];
  }

  long innerSize() {
    return sizes.length == 0 ? 1 : sizes[sizes.length - 1];
  }

  /** Whether every operand moves by 0 or 1 in the innermost dimension, and outputs by 1. */
  boolean hasUnitInner(int inputs) {
    for (int o = 0; o < strides.length; o++) {
      long stride = innerStride(o);
      if (stride != 1 && (stride != 0 || o >= inputs) && sizes.length > 0) {
        return false;
      }
    }
    return true;
  }
}
