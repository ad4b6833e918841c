package dev.clgrad.nn;

import dev.clgrad.Autograd;
import dev.clgrad.DTypeException;
import dev.clgrad.IndexException;
import dev.clgrad.Scope;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A table of vectors, one for each number of a vocabulary: y = the rows of the weight that the
 * input names.
 *
 * <p>The weight has shape [numbers, features] and starts normal with mean 0 and variance 1, as
 * PyTorch's does, drawn from clgrad's generator.
 */
public final class Embedding extends Module {
  private final Tensor weight;
  private final @Nullable Long paddingIdx;

  /**
   * A table in float32 on the default device.
   *
   * @param numEmbeddings how many vectors
   * @param embeddingDim how many features each has
   * @throws ShapeException if one is not positive
   */
  public Embedding(long numEmbeddings, long embeddingDim) {
    this(numEmbeddings, embeddingDim, null);
  }

  /**
   * A table in float32 on the default device.
   *
   * @param numEmbeddings how many vectors
   * @param embeddingDim how many features each has
   * @param paddingIdx the number whose vector starts as zeros and is not trained, or null; a
   *     negative one counts from the end
   * @throws ShapeException if one of the sizes is not positive, or there is no such number
   */
  public Embedding(long numEmbeddings, long embeddingDim, @Nullable Long paddingIdx) {
    if (numEmbeddings < 1 || embeddingDim < 1) {
      throw new ShapeException(
          "Embedding: "
              + numEmbeddings
              + " vectors of "
              + embeddingDim
              + " features; expected at least 1 of each");
    }
    if (paddingIdx != null && (paddingIdx < -numEmbeddings || paddingIdx >= numEmbeddings)) {
      throw new ShapeException(
          "Embedding: there is no number " + paddingIdx + " among " + numEmbeddings);
    }
    this.paddingIdx =
        paddingIdx != null && paddingIdx < 0
            ? Long.valueOf(paddingIdx + numEmbeddings)
            : paddingIdx;
    this.weight = parameter("weight", initial(numEmbeddings, embeddingDim, this.paddingIdx));
  }

  private static Tensor initial(long rows, long columns, @Nullable Long zero) {
    try (var off = Autograd.noGrad()) {
      return Scope.compute(
          () -> {
            Tensor normal = Tensor.randn(rows, columns);
            if (zero != null) {
              normal.select(0, zero).zero_();
            }
            return normal;
          });
    }
  }

  /**
   * Looks up.
   *
   * @param x numbers of int32 or int64, of any shape
   * @return of the shape of x and a last dimension of features
   * @throws DTypeException if x is not of integers
   * @throws IndexException if there is no such number: at once on the CPU, at the next host read
   *     elsewhere
   */
  @Override
  public Tensor forward(Tensor x) {
    return paddingIdx == null ? x.embedding(weight) : x.embedding(weight, paddingIdx);
  }

  /** The weight, of shape [numEmbeddings, embeddingDim]. */
  public Tensor weight() {
    return weight;
  }

  @Override
  protected String describe() {
    return "Embedding("
        + weight.size(0)
        + ", "
        + weight.size(1)
        + (paddingIdx == null ? ")" : ", padding_idx=" + paddingIdx + ")");
  }
}
