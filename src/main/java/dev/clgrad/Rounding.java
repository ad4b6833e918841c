package dev.clgrad;

/** How a division rounds its quotient to a whole number. */
public enum Rounding {
  /** Towards 0, as Java divides integers. */
  TRUNC,
  /** Down, as {@link Math#floorDiv(long, long)} does. */
  FLOOR
}
