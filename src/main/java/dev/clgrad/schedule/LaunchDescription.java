package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one launch would do: data alone, which refers to no tensor and keeps no memory.
 *
 * @param number its place among the launches described together, from 1
 * @param name the operations' names, joined by {@code +}
 * @param kernel the entry of a kernel file, such as {@code matmul_panels}; null for a pointwise
 *     kernel, which is rendered for its operations
 * @param spaces the index spaces of its pointwise parts: those of a pointwise kernel; for a kernel
 *     of its own, that of what its source is computed in and that of what follows on its result,
 *     where there are such
 * @param steps what it computes, in order; a task that is read through several views stands here
 *     several times
 * @param reads what it reads from memory
 * @param writes what it makes
 * @param bytesRead an estimate: the elements that {@link #reads} names, each once, in bytes
 * @param bytesWritten the elements that {@link #writes} names, in bytes
 * @param workItems the number of work-items in each dimension; empty where launches run through
 *     twins
 * @param source the OpenCL C that is built; null where launches run through twins
 */
public record LaunchDescription(
    int number,
    String name,
    @Nullable String kernel,
    List<Shape> spaces,
    List<Step> steps,
    List<Operand> reads,
    List<Operand> writes,
    long bytesRead,
    long bytesWritten,
    List<Long> workItems,
    @Nullable String source) {

  /** What becomes of a result. */
  public enum Fate {
    /** It is written to memory. */
    STORED,
    /** Other steps of the launch read it where it is computed; it is never in memory. */
    COMPUTED_WITHIN
  }

  /**
   * One operation, or a part of one.
   *
   * @param op the operation's name
   * @param reads which of the launch's {@link LaunchDescription#reads} it reads, by position
   * @param steps the steps whose results it takes, by position
   * @param writes which of the launch's {@link LaunchDescription#writes} it makes, by position
   */
  public record Step(
      String op, Fate fate, List<Integer> reads, List<Integer> steps, List<Integer> writes) {}

  /**
   * Elements in memory.
   *
   * @param name a name that was given, else {@code m1}, {@code m2}, … for what is in memory already
   *     and {@code v1}, {@code v2}, … for what launches make; equal names are the same memory
   * @param shape the elements that are touched: dimensions that only repeat others' elements are
   *     left out in front and 1 behind
   * @param layout how they lie, such as {@code strides [1, 3]} or {@code offset 4}; empty for
   *     row-major order from the start
   * @param launch the number of the launch that makes them; 0 if they are in memory already
   * @param replaces for a write in place, what held the elements before, and whose memory it takes
   *     over if nobody else needs it; null otherwise
   */
  public record Operand(
      String name, DType dtype, Shape shape, String layout, int launch, @Nullable String replaces) {

    /** Such as {@code m1 float32 [2, 3] strides [1, 2]}. */
    @Override
    public String toString() {
      return name
          + " "
          + dtype
          + " "
          + shape
          + (layout.isEmpty() ? "" : " " + layout)
          + (replaces == null ? "" : " in place of " + replaces);
    }
  }
}
