package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** split: a dimension cut into parts, which are views; dx = the gradients of the parts joined. */
public final class Split extends ViewOp {
  private static final Split OP = new Split();

  private Split() {
    super("split");
  }

  /**
   * Parts of one size along a dimension; the last may be smaller.
   *
   * @throws ShapeException if there is no such dimension or the size is not positive
   */
  public static List<Variable> of(Variable x, long size, int dim) {
    Slice.requireDimension(OP.name(), x);
    int d = x.shape().dim(OP.name(), dim);
    long length = x.shape().size(d);
    if (size < 1 && !(size == 0 && length == 0)) {
      throw new ShapeException(
          "split: the size of a part must be at least 1, not "
              + size
              + ", for dimension "
              + dim
              + " of shape "
              + x.shape());
    }
    return parts(OP, x, d, even(length, size));
  }

  /**
   * Parts of given sizes along a dimension.
   *
   * @throws ShapeException if there is no such dimension, a size is negative, or they do not add up
   *     to the dimension's
   */
  public static List<Variable> of(Variable x, long[] sizes, int dim) {
    Slice.requireDimension(OP.name(), x);
    int d = x.shape().dim(OP.name(), dim);
    long length = x.shape().size(d);
    boolean negative = Arrays.stream(sizes).anyMatch(s -> s < 0);
    if (negative || Arrays.stream(sizes).sum() != length) {
      throw new ShapeException(
          "split: the sizes "
              + Arrays.toString(sizes)
              + (negative ? " must not be negative" : " must add up to " + length)
              + ", for dimension "
              + dim
              + " of shape "
              + x.shape());
    }
    return parts(OP, x, d, sizes.clone());
  }

  /** Sizes of parts that cover a length: all equal but the last; one part of 0 for length 0. */
  static long[] even(long length, long size) {
    int count = length == 0 ? 1 : Math.toIntExact((length - 1) / size + 1);
    long[] sizes = new long[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = Math.min(size, length - i * size);
    }
    return sizes;
  }

  /** Views of neighboring parts, which share one node. */
  static List<Variable> parts(Op op, Variable x, int d, long[] sizes) {
    List<Variable> parts = new ArrayList<>(sizes.length);
    long start = 0;
    Shape shape = x.shape();
    for (long size : sizes) {
      Layout layout = x.layout().slice(d, start, 1, size);
      Variable part = new Variable(x.storage(), layout);
      long from = start;
      part.lookAt(
          x, dy -> Embed.of(dy, shape, "SliceBackward0Backward", v -> Narrow.of(v, d, from, size)));
      parts.add(part);
      start += size;
    }
    Node.record(
        op.nodeName(),
        List.of(x),
        parts,
        List.of(),
        c -> {
          List<Variable> dy = new ArrayList<>(sizes.length);
          for (int i = 0; i < sizes.length; i++) {
            dy.add(c.dy(i));
          }
          return new @Nullable Variable[] {Reshape.of(Cat.of(dy, d), shape)};
        });
    return parts;
  }
}
