package dev.clgrad;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Tensor#get(Index...)} takes of one dimension. Written with static imports, {@code
 * x.get(all(), range(1, 3), at(2))} is {@code x[:, 1:3, 2]} in Python.
 */
public final class Index {
  /** What an index means. */
  enum Kind {
    ALL,
    AT,
    RANGE,
    NEW_AXIS,
    ELLIPSIS,
    TENSOR
  }

  private static final Index ALL = new Index(Kind.ALL, 0, 0, 1, null);
  private static final Index NEW_AXIS = new Index(Kind.NEW_AXIS, 0, 0, 1, null);
  private static final Index ELLIPSIS = new Index(Kind.ELLIPSIS, 0, 0, 1, null);

  private final Kind kind;
  private final long start;
  private final long end;
  private final long step;
  private final @Nullable Tensor tensor;

  private Index(Kind kind, long start, long end, long step, @Nullable Tensor tensor) {
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.step = step;
    this.tensor = tensor;
  }

  /** All of a dimension: {@code :}. */
  public static Index all() {
    return ALL;
  }

  /** One index of a dimension, which disappears; a negative one counts from the end. */
  public static Index at(long index) {
    return new Index(Kind.AT, index, 0, 1, null);
  }

  /**
   * The indices from {@code start} on and before {@code end}, as Python's {@code start:end}:
   * negative positions count from the end, and those beyond either end mean that end.
   */
  public static Index range(long start, long end) {
    return range(start, end, 1);
  }

  /** Every {@code step}-th index of a range: {@code start:end:step}. */
  public static Index range(long start, long end, long step) {
    return new Index(Kind.RANGE, start, end, step, null);
  }

  /** The indices from {@code start} on: {@code start:}. */
  public static Index from(long start) {
    return range(start, Long.MAX_VALUE);
  }

  /** A new dimension of size 1: {@code None}. */
  public static Index newAxis() {
    return NEW_AXIS;
  }

  /** All of as many dimensions as no other index stands for: {@code ...}. */
  public static Index ellipsis() {
    return ELLIPSIS;
  }

  /**
   * The indices that a tensor holds, of int32 or int64, where negative ones count from the end; or
   * those where a mask of bool is true, which stands for as many dimensions as it has.
   */
  public static Index of(Tensor tensor) {
    return new Index(Kind.TENSOR, 0, 0, 1, tensor);
  }

  Kind kind() {
    return kind;
  }

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  long step() {
    return step;
  }

  @Nullable Tensor tensor() {
    return tensor;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case ALL -> ":";
      case AT -> Long.toString(start);
      case RANGE ->
          start + ":" + (end == Long.MAX_VALUE ? "" : end) + (step == 1 ? "" : ":" + step);
      case NEW_AXIS -> "None";
      case ELLIPSIS -> "...";
      case TENSOR -> tensor == null ? "" : "tensor of " + tensor.dtype() + " " + tensor.shape();
    };
  }
}
