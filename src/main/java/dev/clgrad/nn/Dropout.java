package dev.clgrad.nn;

import dev.clgrad.ClgradException;
import dev.clgrad.Tensor;

/**
 * Sets elements to 0 with a probability p in training, and divides the others by 1 - p, so that
 * means stay as they are. In evaluation it gives its input.
 */
public final class Dropout extends Module {
  private final double p;

  /** Half of the elements. */
  public Dropout() {
    this(0.5);
  }

  /**
   * A layer without parameters.
   *
   * @param p the probability that an element is set to 0
   * @throws ClgradException if it is not from 0 to 1
   */
  public Dropout(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new ClgradException(
          "Dropout: the probability of setting an element to 0 must be from 0 to 1, not " + p);
    }
    this.p = p;
  }

  @Override
  public Tensor forward(Tensor x) {
    return isTraining() ? x.dropout(p) : x;
  }

  @Override
  protected String describe() {
    return "Dropout(p=" + p + ")";
  }
}
