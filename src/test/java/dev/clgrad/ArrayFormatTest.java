package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.TensorFormat.Elements;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The expected texts are those of NumPy 2.4. */
class ArrayFormatTest {
  private static String singles(Shape shape, float... data) {
    return TensorFormat.array(shape, DType.FLOAT32, Elements.of(data));
  }

  private static String doubles(Shape shape, double... data) {
    return TensorFormat.array(shape, DType.FLOAT64, Elements.of(data));
  }

  @Test
  void vectorsAlignAtThePoint() {
    assertEquals("[-16.  -8.]", singles(Shape.of(2), -16, -8));
    assertEquals("[-8. -4.]", singles(Shape.of(2), -8, -4));
    assertEquals("[ 0.1  10.    2.25]", singles(Shape.of(3), 0.1f, 10, 2.25f));
    assertEquals("[0.33333334]", singles(Shape.of(1), 1 / 3f));
    assertEquals("[0.33333333 1.        ]", doubles(Shape.of(2), 1 / 3d, 1));
    assertEquals("[-0.  1.]", singles(Shape.of(2), -0f, 1));
  }

  @Test
  void scalars() {
    assertEquals("-6.0", singles(Shape.SCALAR, -6));
    assertEquals("0.1", singles(Shape.SCALAR, 0.1f));
    assertEquals("0.30000000000000004", doubles(Shape.SCALAR, 0.1 + 0.2));
    assertEquals("1e-05", doubles(Shape.SCALAR, 1e-5));
    assertEquals("1.25e+16", doubles(Shape.SCALAR, 1.25e16));
    assertEquals("5000000.0", doubles(Shape.SCALAR, 5e6));
    assertEquals("0.0", doubles(Shape.SCALAR, 0));
    assertEquals("nan", doubles(Shape.SCALAR, Double.NaN));
    assertEquals(
        "True", TensorFormat.array(Shape.SCALAR, DType.BOOL, Elements.of(new boolean[] {true})));
  }

  @Test
  void sizesFarApartAreScientific() {
    assertEquals("[1.e+00 1.e+04]", singles(Shape.of(2), 1, 1e4f));
    assertEquals("[1.5e-05 2.0e+00]", doubles(Shape.of(2), 1.5e-5, 2));
  }

  @Test
  void nonFiniteNumbersWidenTheColumn() {
    float inf = Float.POSITIVE_INFINITY;
    assertEquals("[ 1. nan inf]", singles(Shape.of(3), 1, Float.NaN, inf));
    assertEquals("[  1. -inf]", singles(Shape.of(2), 1, -inf));
    assertEquals("[nan inf]", singles(Shape.of(2), Float.NaN, inf));
  }

  @Test
  void integersAndBooleans() {
    assertEquals(
        "[[ 1 -2]\n [30  4]]",
        TensorFormat.array(Shape.of(2, 2), DType.INT64, Elements.of(new long[] {1, -2, 30, 4})));
    assertEquals(
        "[ True False]",
        TensorFormat.array(Shape.of(2), DType.BOOL, Elements.of(new boolean[] {true, false})));
    assertEquals("[]", TensorFormat.array(Shape.of(0, 3), DType.INT64, Elements.of(new long[0])));
  }

  @Test
  void linesWrapAndLargeArraysAreSummarized() {
    assertEquals(
        "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"
            + " 24 25 26 27 28 29]",
        TensorFormat.array(
            Shape.of(30), DType.INT64, Elements.of(LongStream.range(0, 30).toArray())));
    assertEquals(
        "[   0    1    2 ... 1998 1999 2000]",
        TensorFormat.array(
            Shape.of(2001), DType.INT64, Elements.of(LongStream.range(0, 2001).toArray())));
  }
}
