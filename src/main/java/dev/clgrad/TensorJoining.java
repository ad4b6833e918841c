package dev.clgrad;

import dev.clgrad.op.Cat;
import dev.clgrad.op.DiagEmbed;
import dev.clgrad.op.Flip;
import dev.clgrad.op.Meshgrid;
import dev.clgrad.op.Outer;
import dev.clgrad.op.Pad;
import dev.clgrad.op.PixelShuffle;
import dev.clgrad.op.Repeat;
import dev.clgrad.op.RepeatInterleave;
import dev.clgrad.op.Roll;
import dev.clgrad.op.Stack;
import dev.clgrad.op.Tile;
import dev.clgrad.op.Tril;
import dev.clgrad.op.Triu;
import dev.clgrad.tape.Variable;
import java.util.List;

/** Tensors joined, split, repeated and rearranged. */
abstract class TensorJoining extends TensorLinearAlgebra {
  TensorJoining(Variable variable) {
    super(variable);
  }

  /**
   * Tensors joined along dimension 0, in the dtype that all promote to.
   *
   * @throws ShapeException if there is none, or sizes differ in another dimension
   */
  public static Tensor cat(Tensor... tensors) {
    return cat(List.of(tensors), 0);
  }

  /**
   * Tensors joined along a dimension, in the dtype that all promote to. Vectors without elements
   * fit beside everything and are left out.
   *
   * @throws ShapeException if there is none, no such dimension, or sizes differ in another
   *     dimension
   */
  public static Tensor cat(List<Tensor> tensors, int dim) {
    return new Tensor(Cat.of(variables(tensors), dim));
  }

  /**
   * Tensors of one shape along a new first dimension.
   *
   * @throws ShapeException if there is none or shapes differ
   */
  public static Tensor stack(Tensor... tensors) {
    return stack(List.of(tensors), 0);
  }

  /**
   * Tensors of one shape along a new dimension.
   *
   * @param dim its place in the result
   * @throws ShapeException if there is none, no such place, or shapes differ
   */
  public static Tensor stack(List<Tensor> tensors, int dim) {
    return new Tensor(Stack.of(variables(tensors), dim));
  }

  /**
   * The coordinates of a grid: for each vector an expanded view of the grid's shape, in which its
   * values lie along the vector's own dimension.
   *
   * @throws ShapeException if there is none or one has more than one dimension
   * @throws DTypeException if dtypes differ
   */
  public static List<Tensor> meshgrid(Tensor... tensors) {
    return meshgrid(List.of(tensors), "ij");
  }

  /**
   * As {@link #meshgrid(Tensor...)}.
   *
   * @param indexing "ij", or "xy" where the first two vectors change places in the shape
   * @throws ShapeException if there is none or one has more than one dimension
   * @throws DTypeException if dtypes differ
   * @throws ClgradException if the indexing is another word
   */
  public static List<Tensor> meshgrid(List<Tensor> tensors, String indexing) {
    if (!indexing.equals("ij") && !indexing.equals("xy")) {
      throw new ClgradException(
          "meshgrid: indexing \"" + indexing + "\" is not known; expected \"ij\" or \"xy\"");
    }
    return tensors(Meshgrid.of(variables(tensors), indexing.equals("xy")));
  }

  private static List<Variable> variables(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::variable).toList();
  }

  /**
   * The dimensions in reverse order. A copy, unlike most rearrangements.
   *
   * @param dims as it is where there is none
   * @throws ShapeException if a dimension does not exist or is named twice
   */
  public final Tensor flip(int... dims) {
    return new Tensor(Flip.of(variable(), dims));
  }

  /** All elements, in row-major order, moved on by a shift; those beyond the end come first. */
  public final Tensor roll(long shift) {
    return roll(new long[] {shift});
  }

  /**
   * The elements moved on along a dimension; those beyond its end come first.
   *
   * @throws ShapeException if there is no such dimension
   */
  public final Tensor roll(long shift, int dim) {
    return roll(new long[] {shift}, dim);
  }

  /**
   * The elements moved on by {@code shifts[i]} along {@code dims[i]}; without dimensions, all in
   * row-major order by the one shift.
   *
   * @throws ShapeException if there are not as many shifts as dimensions, or one does not exist
   */
  public final Tensor roll(long[] shifts, int... dims) {
    return new Tensor(Roll.of(variable(), shifts, dims));
  }

  /**
   * Copies of this side by side along each dimension; numbers beyond the dimensions of this are for
   * new ones in front.
   *
   * @throws ShapeException if there are fewer numbers than dimensions, or one is negative
   */
  public final Tensor repeat(long... repeats) {
    return new Tensor(Repeat.of(variable(), repeats));
  }

  /**
   * Copies of this side by side along the last dimensions, as NumPy's tile.
   *
   * @throws ShapeException if a number is negative
   */
  public final Tensor tile(long... dims) {
    return new Tensor(Tile.of(variable(), dims));
  }

  /**
   * Each element so many times in a row, in one dimension.
   *
   * @throws DataException if the number is negative
   */
  public final Tensor repeatInterleave(long repeats) {
    return flatten().repeatInterleave(repeats, 0);
  }

  /**
   * Each part of a dimension so many times in a row.
   *
   * @throws ShapeException if there is no such dimension
   * @throws DataException if the number is negative
   */
  public final Tensor repeatInterleave(long repeats, int dim) {
    return new Tensor(RepeatInterleave.of(variable(), repeats, dim));
  }

  /**
   * Each element as often as a tensor says, in one dimension.
   *
   * @param repeats integers, one for each element or one for all; read from the device
   * @throws ShapeException if the numbers do not fit
   * @throws DTypeException if they are not integers
   * @throws DataException if one is negative
   */
  public final Tensor repeatInterleave(Tensor repeats) {
    return flatten().repeatInterleave(repeats, 0);
  }

  /**
   * Each part of a dimension as often as a tensor says.
   *
   * @param repeats integers, one for each part or one for all; read from the device
   * @throws ShapeException if there is no such dimension or the numbers do not fit
   * @throws DTypeException if they are not integers
   * @throws DataException if one is negative
   */
  public final Tensor repeatInterleave(Tensor repeats, int dim) {
    return new Tensor(RepeatInterleave.of(variable(), repeats.variable(), dim));
  }

  /**
   * Matrices of zeros in two new last dimensions, with the last dimension of this on their
   * diagonal.
   *
   * @throws ShapeException if this is a scalar
   */
  public final Tensor diagEmbed() {
    return diagEmbed(0, -2, -1);
  }

  /**
   * Square matrices of zeros in two dimensions of the result, with the last dimension of this on a
   * diagonal.
   *
   * @param offset how far above the main diagonal, or below it if negative
   * @throws ShapeException if this is a scalar, a dimension does not exist or both are the same
   */
  public final Tensor diagEmbed(long offset, int dim1, int dim2) {
    return new Tensor(DiagEmbed.of(variable(), offset, dim1, dim2));
  }

  /**
   * The lower triangles of the matrices in the last two dimensions, zeros above.
   *
   * @throws ShapeException if there are fewer than two dimensions
   */
  public final Tensor tril() {
    return tril(0);
  }

  /**
   * The elements on a diagonal and below it, zeros above.
   *
   * @param diagonal how far above the main diagonal, or below it if negative
   * @throws ShapeException if there are fewer than two dimensions
   */
  public final Tensor tril(long diagonal) {
    return new Tensor(Tril.of(variable(), diagonal));
  }

  /**
   * The upper triangles of the matrices in the last two dimensions, zeros below.
   *
   * @throws ShapeException if there are fewer than two dimensions
   */
  public final Tensor triu() {
    return triu(0);
  }

  /**
   * The elements on a diagonal and above it, zeros below.
   *
   * @param diagonal how far above the main diagonal, or below it if negative
   * @throws ShapeException if there are fewer than two dimensions
   */
  public final Tensor triu(long diagonal) {
    return new Tensor(Triu.of(variable(), diagonal));
  }

  /**
   * This with zeros around it.
   *
   * @param pad how many before and after, for the last dimension first; negative numbers take away
   * @throws ShapeException if the numbers do not fit the shape
   */
  public final Tensor pad(long... pad) {
    return pad(pad, 0);
  }

  /**
   * This with a value around it.
   *
   * @param pad how many before and after, for the last dimension first; negative numbers take away
   * @throws ShapeException if the numbers do not fit the shape
   */
  public final Tensor pad(long[] pad, Number value) {
    return new Tensor(Pad.constant(variable(), pad, value));
  }

  /**
   * This with zeros or elements of its own around it. In PyTorch the last need a dimension more
   * than are padded, here they do not.
   *
   * @param pad how many before and after, for the last dimension first; negative numbers take away
   * @throws ShapeException if the numbers do not fit the shape or ask for more than there is
   */
  public final Tensor pad(long[] pad, PadMode mode) {
    return switch (mode) {
      case CONSTANT -> pad(pad, 0);
      case REFLECT -> new Tensor(Pad.of(variable(), pad, Pad.Mode.REFLECT));
      case REPLICATE -> new Tensor(Pad.of(variable(), pad, Pad.Mode.REPLICATE));
      case CIRCULAR -> new Tensor(Pad.of(variable(), pad, Pad.Mode.CIRCULAR));
    };
  }

  /**
   * Channels made pixels: [..., c r², h, w] becomes [..., c, h r, w r].
   *
   * @param upscaleFactor r
   * @throws ShapeException if there are fewer than three dimensions, the factor is not positive, or
   *     its square does not divide the channels
   */
  public final Tensor pixelShuffle(long upscaleFactor) {
    return new Tensor(PixelShuffle.of(variable(), upscaleFactor));
  }

  /**
   * The matrix of the products of each element of this vector with each of another.
   *
   * @throws ShapeException if one is no vector
   */
  public final Tensor outer(Tensor other) {
    return new Tensor(Outer.of(variable(), other.variable()));
  }
}
