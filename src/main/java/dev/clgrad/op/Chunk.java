package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.List;

/** chunk: a dimension cut into a number of equal parts, which are views, by split. */
public final class Chunk extends CompositeOp {
  private static final Chunk OP = new Chunk();

  private Chunk() {
    super("chunk");
  }

  @Override
  public String nodeName() {
    return "SplitBackward0";
  }

  /**
   * At most so many parts of one size along a dimension, the last of which may be smaller.
   *
   * @throws ShapeException if there is no such dimension or the number is not positive
   */
  public static List<Variable> of(Variable x, long chunks, int dim) {
    Slice.requireDimension(OP.name(), x);
    int d = x.shape().dim(OP.name(), dim);
    if (chunks < 1) {
      throw new ShapeException(
          "chunk: the number of chunks must be at least 1, not "
              + chunks
              + ", for shape "
              + x.shape());
    }
    long length = x.shape().size(d);
    if (length == 0) {
      // As many empty parts as asked for, as in PyTorch.
      return Split.parts(OP, x, d, new long[Math.toIntExact(chunks)]);
    }
    return Split.parts(OP, x, d, Split.even(length, (length + chunks - 1) / chunks));
  }
}
