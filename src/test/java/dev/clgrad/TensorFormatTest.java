package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.TensorFormat.Elements;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The expected texts are PyTorch's. */
class TensorFormatTest {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  private static String floats(Shape shape, float... data) {
    return TensorFormat.tensor(shape, DType.FLOAT32, Elements.of(data), null, false);
  }

  private static String vector(float... data) {
    return floats(Shape.of(data.length), data);
  }

  private static String longs(Shape shape, DType dtype, long... data) {
    return TensorFormat.tensor(shape, dtype, Elements.of(data), null, false);
  }

  private static String empty(DType dtype, long... sizes) {
    return TensorFormat.tensor(Shape.of(sizes), dtype, Elements.of(new long[0]), null, false);
  }

  @Test
  void scalars() {
    assertEquals("tensor(3.)", floats(Shape.SCALAR, 3));
    assertEquals("tensor(-0.5000)", floats(Shape.SCALAR, -0.5f));
    assertEquals("tensor(0.)", floats(Shape.SCALAR, 0));
    assertEquals("tensor(-0.)", floats(Shape.SCALAR, -0f));
    assertEquals("tensor(nan)", floats(Shape.SCALAR, NAN));
    assertEquals("tensor(-inf)", floats(Shape.SCALAR, -INF));
    assertEquals("tensor(5)", longs(Shape.SCALAR, DType.INT64, 5));
    assertEquals(
        "tensor(True)",
        TensorFormat.tensor(
            Shape.SCALAR, DType.BOOL, Elements.of(new boolean[] {true}), null, false));
  }

  @Test
  void integersAmongFloatsHaveAPoint() {
    assertEquals("tensor([2., 3.])", vector(2, 3));
    assertEquals("tensor([ -4., -12.])", vector(-4, -12));
    assertEquals("tensor([0., -0.])", vector(0, -0f));
    assertEquals("tensor([1000.,    1.])", vector(1000, 1));
    assertEquals("tensor([100000000.])", vector(1e8f));
  }

  @Test
  void oneFractionGivesAllFourDigits() {
    assertEquals("tensor([1.0000, 2.5000])", vector(1, 2.5f));
    assertEquals("tensor([  0.1000, -10.0000])", vector(0.1f, -10));
    assertEquals("tensor([-0.0000, 0.5000])", vector(-0f, 0.5f));
  }

  @Test
  void roundsTheExactValueTiesToEven() {
    assertEquals("tensor([0.0312, 0.0938])", vector(0.03125f, 0.09375f));
    // 1.00005f lies just below that decimal, so that rounding its shortest digits would round up.
    assertEquals("tensor([1.0000])", vector(1.00005f));
  }

  @Test
  void sizesFarApartAreScientific() {
    assertEquals("tensor([1.0000e+00, 1.0010e+03])", vector(1, 1001));
    assertEquals("tensor([1.0000e-01, 2.0000e+02])", vector(0.1f, 200));
    assertEquals("tensor([ 1.0000e-05, -2.5000e-05])", vector(1e-5f, -2.5e-5f));
    assertEquals("tensor([2.0000e+08])", vector(2e8f));
    assertEquals("tensor([0.0000e+00, 1.0000e-05])", vector(0, 1e-5f));
    assertEquals("tensor([       nan, 1.0000e-05])", vector(NAN, 1e-5f));
    assertEquals(
        "tensor([1.0000e+100, 1.0000e-300], dtype=float64)",
        TensorFormat.tensor(
            Shape.of(2), DType.FLOAT64, Elements.of(new double[] {1e100, 1e-300}), null, false));
  }

  @Test
  void nonFiniteNumbersDoNotWidenTheColumn() {
    assertEquals("tensor([nan, 1.])", vector(NAN, 1));
    assertEquals("tensor([-inf, 1., inf])", vector(-INF, 1, INF));
    assertEquals("tensor([   inf, 1.5000,    nan])", vector(INF, 1.5f, NAN));
    assertEquals("tensor([nan, inf, -inf])", vector(NAN, INF, -INF));
  }

  @Test
  void matricesAlign() {
    assertEquals(
        "tensor([[1, 2],\n        [3, 4]])", longs(Shape.of(2, 2), DType.INT64, 1, 2, 3, 4));
    assertEquals(
        "tensor([[  1.,  -2.],\n        [  3., 400.]])", floats(Shape.of(2, 2), 1, -2, 3, 400));
    assertEquals(
        "tensor([[[1],\n         [2]],\n\n        [[3],\n         [4]]])",
        longs(Shape.of(2, 2, 1), DType.INT64, 1, 2, 3, 4));
  }

  @Test
  void booleans() {
    Elements elements = Elements.of(new boolean[] {true, false});
    assertEquals(
        "tensor([ True, False])",
        TensorFormat.tensor(Shape.of(2), DType.BOOL, elements, null, false));
  }

  @Test
  void dtypesThatAreNotDefaults() {
    assertEquals("tensor([1, 2], dtype=int32)", longs(Shape.of(2), DType.INT32, 1, 2));
    assertEquals("tensor([  1, 255], dtype=uint8)", longs(Shape.of(2), DType.UINT8, 1, 255));
    assertEquals(
        "tensor(1.5000, dtype=float64)",
        TensorFormat.tensor(
            Shape.SCALAR, DType.FLOAT64, Elements.of(new double[] {1.5}), null, false));
  }

  @Test
  void emptyTensors() {
    assertEquals("tensor([])", empty(DType.FLOAT32, 0));
    assertEquals("tensor([], size=(0, 3))", empty(DType.FLOAT32, 0, 3));
    assertEquals("tensor([], size=(2, 0))", empty(DType.FLOAT32, 2, 0));
    assertEquals("tensor([], dtype=int64)", empty(DType.INT64, 0));
    assertEquals("tensor([], size=(1, 0, 2), dtype=bool)", empty(DType.BOOL, 1, 0, 2));
  }

  @Test
  void suffixes() {
    Elements elements = Elements.of(new float[] {9, 11});
    Shape shape = Shape.of(2);
    assertEquals(
        "tensor([ 9., 11.], grad_fn=<AddBackward0>)",
        TensorFormat.tensor(shape, DType.FLOAT32, elements, "AddBackward0", true));
    assertEquals(
        "tensor([ 9., 11.], requires_grad=True)",
        TensorFormat.tensor(shape, DType.FLOAT32, elements, null, true));
    assertEquals(
        "tensor(3., dtype=float64, requires_grad=True)",
        TensorFormat.tensor(
            Shape.SCALAR, DType.FLOAT64, Elements.of(new double[] {3}), null, true));
  }

  @Test
  void aSuffixTooLongForTheLineGoesToTheNext() {
    // The line is 57 characters long: with the comma and the suffix it would just exceed 80.
    float[] data = new float[6];
    Arrays.fill(data, 0.25f);
    assertEquals(
        "tensor([0.2500, 0.2500, 0.2500, 0.2500, 0.2500, 0.2500],\n"
            + "       grad_fn=<UnsafeViewBackward0>)",
        TensorFormat.tensor(
            Shape.of(6), DType.FLOAT32, Elements.of(data), "UnsafeViewBackward0", false));
    assertEquals(
        "tensor([0.2500, 0.2500, 0.2500, 0.2500, 0.2500, 0.2500], requires_grad=True)",
        TensorFormat.tensor(Shape.of(6), DType.FLOAT32, Elements.of(data), null, true));
  }

  @Test
  void longVectorsWrapAtEightyCharacters() {
    String text =
        longs(Shape.of(30), DType.INT64, LongStream.range(0, 30).map(i -> i * 10).toArray());
    assertEquals(
        """
        tensor([  0,  10,  20,  30,  40,  50,  60,  70,  80,  90, 100, 110, 120, 130,
                140, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 260, 270,
                280, 290])\
        """,
        text);
  }

  @Test
  void moreThanAThousandElementsAreSummarized() {
    assertEquals(
        "tensor([   0,    1,    2,  ..., 1998, 1999, 2000])",
        longs(Shape.of(2001), DType.INT64, LongStream.range(0, 2001).toArray()));
    assertEquals(
        """
        tensor([[   0,    1,    2,  ...,   37,   38,   39],
                [  40,   41,   42,  ...,   77,   78,   79],
                [  80,   81,   82,  ...,  117,  118,  119],
                ...,
                [1480, 1481, 1482,  ..., 1517, 1518, 1519],
                [1520, 1521, 1522,  ..., 1557, 1558, 1559],
                [1560, 1561, 1562,  ..., 1597, 1598, 1599]])\
        """,
        longs(Shape.of(40, 40), DType.INT64, LongStream.range(0, 1600).toArray()));
  }

  @Test
  void aSummaryReadsOnlyWhatItShows() {
    Shape shape = Shape.of(5, 1_000_000_000L, 7);
    long[] shown = TensorFormat.shownIndices(shape);
    assertEquals(5 * 6 * 6, shown.length);
    assertArrayEquals(new long[] {0, 1, 2, 4, 5, 6, 7}, Arrays.copyOf(shown, 7));
    assertArrayEquals(new long[0], TensorFormat.shownIndices(Shape.of(0, 3)));
    assertArrayEquals(new long[] {0}, TensorFormat.shownIndices(Shape.SCALAR));
  }

  @Test
  void theLocaleOfTheMachineDoesNotMatter() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals("tensor([1.0000, 2.5000])", vector(1, 2.5f));
      assertEquals("tensor([12])", longs(Shape.of(1), DType.INT64, 12));
      assertEquals("[1.  2.5]", TensorFormat.array(Shape.of(2), DType.FLOAT32, of(1, 2.5f)));
    } finally {
      Locale.setDefault(before);
    }
  }

  private static Elements of(float... data) {
    return Elements.of(data);
  }
}
