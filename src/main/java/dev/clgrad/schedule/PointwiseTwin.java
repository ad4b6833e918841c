package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;

/**
 * A pointwise function in Java, over tiles: {@code float[]} for float32, {@code double[]} for
 * float64, {@code long[]} for the integer types (which are wrapped to their width afterwards) and
 * {@code byte[]} of 0 and 1 for bool and masks.
 */
@FunctionalInterface
public interface PointwiseTwin {
  /**
   * Computes {@code out[i] = f(in[0][i], in[1][i], …; scalars)} for i from 0 to {@code n} - 1.
   *
   * @param dtype the type the function is computed in
   * @param in the input tiles; {@code out} may be one of them
   * @param scalars what changes from call to call without being a tensor
   */
  void run(Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n);
}
