package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Tensors with labelled dimensions, and the product of two of them: what both have and nobody else
 * wants is summed by a (batched) matrix product.
 *
 * @param x the tensor
 * @param labels a label for each of its dimensions, each once
 */
record Contraction(Variable x, int[] labels) {

  boolean has(int label) {
    return position(label) >= 0;
  }

  private int position(int label) {
    for (int d = 0; d < labels.length; d++) {
      if (labels[d] == label) {
        return d;
      }
    }
    return -1;
  }

  private long size(int label) {
    return x.shape().size(position(label));
  }

  /** The product of the sizes of some labels. */
  long numel(int... some) {
    return Arrays.stream(some).mapToLong(this::size).reduce(1, (a, b) -> a * b);
  }

  private int[] select(IntPredicate wanted) {
    return Arrays.stream(labels).filter(wanted).toArray();
  }

  /** The sum over the labels that nobody wants. */
  Contraction summed(IntPredicate wanted) {
    int[] over = IntStream.range(0, labels.length).filter(d -> !wanted.test(labels[d])).toArray();
    return over.length == 0 ? this : new Contraction(Sum.of(x, over, false), select(wanted));
  }

  /** A view with the dimensions in the order of these labels, which are all of them. */
  Contraction ordered(int... order) {
    return Arrays.equals(order, labels)
        ? this
        : new Contraction(Permute.of(x, Arrays.stream(order).map(this::position).toArray()), order);
  }

  /** A view with dimensions of size 1 where a label is missing, for broadcasting. */
  private Variable broadcastable(int[] all) {
    Variable view = ordered(Arrays.stream(all).filter(this::has).toArray()).x;
    long[] sizes = Arrays.stream(all).mapToLong(l -> has(l) ? size(l) : 1).toArray();
    return Reshape.of(view, Shape.of(sizes));
  }

  /**
   * The product with another, summed over the labels that nobody wants.
   *
   * @param op the operation that asks, for the error's text
   * @param wanted the labels the result keeps
   */
  Contraction times(String op, Contraction other, IntPredicate wanted) {
    Contraction a = summed(l -> wanted.test(l) || other.has(l));
    Contraction b = other.summed(l -> wanted.test(l) || has(l));
    int[] batch = a.select(l -> b.has(l) && wanted.test(l));
    int[] rows = a.select(l -> !b.has(l));
    int[] inner = a.select(l -> b.has(l) && !wanted.test(l));
    int[] columns = b.select(l -> !a.has(l));
    int[] result = concat(batch, rows, columns);
    if (inner.length == 0) {
      return new Contraction(Mul.of(a.broadcastable(result), b.broadcastable(result)), result);
    }
    long batches = a.numel(batch);
    long m = a.numel(rows);
    long k = a.numel(inner);
    long n = b.numel(columns);
    Variable left = a.ordered(concat(batch, rows, inner)).x;
    Variable right = b.ordered(concat(batch, inner, columns)).x;
    boolean single = batch.length == 0;
    Variable product =
        Matmul.of(
            op,
            Reshape.of(left, single ? Shape.of(m, k) : Shape.of(batches, m, k)),
            Reshape.of(right, single ? Shape.of(k, n) : Shape.of(batches, k, n)));
    long[] sizes = Arrays.stream(result).mapToLong(l -> a.has(l) ? a.size(l) : b.size(l)).toArray();
    return new Contraction(Reshape.of(product, Shape.of(sizes)), result);
  }

  /** How many elements {@link #times} would give. */
  long resultSize(Contraction other, IntPredicate wanted) {
    return numel(select(wanted)) * other.numel(other.select(l -> wanted.test(l) && !has(l)));
  }

  static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
