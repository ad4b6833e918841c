package dev.clgrad;

import java.util.Arrays;
import java.util.Locale;

/** What a loss function makes of the losses of all positions. */
public enum LossReduction {
  /** Each stays: the result has an element for each position. */
  NONE,
  /** Their mean; weighted where the positions have weights. The default. */
  MEAN,
  /** Their sum. */
  SUM,
  /** Their sum divided by the size of the first dimension; for {@link Tensor#klDiv} alone. */
  BATCHMEAN;

  /**
   * The reduction of PyTorch's name, such as {@code "mean"}.
   *
   * @throws ClgradException if there is none of that name
   */
  public static LossReduction of(String name) {
    for (LossReduction reduction : values()) {
      if (reduction.toString().equals(name)) {
        return reduction;
      }
    }
    throw new ClgradException(
        "reduction: there is none called "
            + name
            + "; expected one of "
            + Arrays.toString(values()));
  }

  /** PyTorch's name. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
