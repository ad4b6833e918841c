package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.stream.IntStream;

/** tensordot: the product of two tensors summed over pairs of dimensions, as a matrix product. */
public final class Tensordot extends CompositeOp {
  private static final Tensordot OP = new Tensordot();

  private Tensordot() {
    super("tensordot");
  }

  /**
   * The product summed over pairs of dimensions; the result has the others of a, then those of b.
   *
   * @param dimsA dimensions of a
   * @param dimsB as many of b, of the same sizes in turn
   * @throws ShapeException if they are not as many, out of range, named twice, or sizes differ
   * @throws DTypeException if the dtypes differ or are bool
   */
  public static Variable of(Variable a, Variable b, int[] dimsA, int[] dimsB) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          "tensordot: tensors of "
              + a.dtype()
              + " and "
              + b.dtype()
              + ": the dtypes must be equal; convert one with to(DType)");
    }
    int[] overA = distinct(a, dimsA);
    int[] overB = distinct(b, dimsB);
    boolean fits = overA.length == overB.length;
    for (int i = 0; fits && i < overA.length; i++) {
      fits = a.shape().size(overA[i]) == b.shape().size(overB[i]);
    }
    if (!fits) {
      throw new ShapeException(
          "tensordot: dimensions "
              + Arrays.toString(dimsA)
              + " of shape "
              + a.shape()
              + " and "
              + Arrays.toString(dimsB)
              + " of shape "
              + b.shape()
              + " must be equally many, of equal sizes in turn");
    }
    // Labels: the dimensions of a, then those of b that are not summed over.
    int[] labelsA = IntStream.range(0, a.rank()).toArray();
    int[] labelsB = IntStream.range(a.rank(), a.rank() + b.rank()).toArray();
    for (int i = 0; i < overA.length; i++) {
      labelsB[overB[i]] = overA[i];
    }
    int[] kept =
        Contraction.concat(
            Arrays.stream(labelsA).filter(l -> !contains(overA, l)).toArray(),
            Arrays.stream(labelsB).filter(l -> l >= a.rank()).toArray());
    return new Contraction(a, labelsA)
        .times(OP.name(), new Contraction(b, labelsB), l -> contains(kept, l))
        .ordered(kept)
        .x();
  }

  private static int[] distinct(Variable x, int[] dims) {
    int[] found = Arrays.stream(dims).map(d -> x.shape().dim(OP.name(), d)).toArray();
    if (dims.length > 0) {
      Dims.of(OP.name(), x.shape(), dims);
    }
    return found;
  }

  private static boolean contains(int[] all, int one) {
    return Arrays.stream(all).anyMatch(l -> l == one);
  }
}
