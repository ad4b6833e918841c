package dev.clgrad.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compares tensors element by element: equal, both NaN, or |actual - expected| &lt;= atol + rtol
 * |expected|; an infinity only equals itself.
 *
 * @param zeroSigns whether zeros of different sign differ
 */
record Comparison(double rtol, double atol, boolean zeroSigns) {
  private static final int SHOWN = 3;

  /** What differs, as text; empty if nothing does. */
  String difference(String what, TensorData expected, TensorData actual) {
    if (expected.dtype() != actual.dtype() || !Arrays.equals(expected.shape(), actual.shape())) {
      return what + ": expected " + expected.kind() + ", actual " + actual.kind();
    }
    boolean floating = expected.dtype().isFloating();
    int count = floating ? expected.reals().length : expected.integers().length;
    int actualCount = floating ? actual.reals().length : actual.integers().length;
    if (count != actualCount) {
      return what + ": expected " + count + " elements, actual " + actualCount;
    }
    List<String> shown = new ArrayList<>();
    int different = 0;
    for (int i = 0; i < count; i++) {
      boolean same =
          floating
              ? same(expected.reals()[i], actual.reals()[i])
              : same(expected.integers()[i], actual.integers()[i]);
      if (!same) {
        different++;
        if (shown.size() < SHOWN) {
          shown.add(
              "[" + i + "] expected " + expected.element(i) + ", actual " + actual.element(i));
        }
      }
    }
    if (different == 0) {
      return "";
    }
    return what
        + ": "
        + different
        + " of "
        + count
        + " elements of "
        + expected.kind()
        + " differ: "
        + String.join("; ", shown)
        + (different > shown.size() ? "; ..." : "");
  }

  /** Whether two floating-point numbers agree. */
  boolean same(double expected, double actual) {
    if (expected == actual) {
      return !zeroSigns
          || expected != 0
          || Double.doubleToRawLongBits(expected) == Double.doubleToRawLongBits(actual);
    }
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      return Double.isNaN(expected) && Double.isNaN(actual);
    }
    return Math.abs(actual - expected) <= atol + rtol * Math.abs(expected);
  }

  private boolean same(long expected, long actual) {
    return expected == actual
        || Math.abs((double) actual - expected) <= atol + rtol * Math.abs((double) expected);
  }
}
