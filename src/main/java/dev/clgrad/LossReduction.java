package dev.clgrad;

/** What a loss function makes of the losses of all positions. */
public enum LossReduction {
  /** Each stays: the result has an element for each position. */
  NONE,
  /** Their mean; weighted where the positions have weights. The default. */
  MEAN,
  /** Their sum. */
  SUM
}
