package dev.clgrad;

/** What {@link Tensor#pad} puts around a tensor. */
public enum PadMode {
  /** One value. */
  CONSTANT,
  /** The elements next to the end, mirrored at the last one, which is not repeated. */
  REFLECT,
  /** The last element. */
  REPLICATE,
  /** The elements at the other end. */
  CIRCULAR
}
