package dev.clgrad;

import static dev.clgrad.Index.all;
import static dev.clgrad.Index.at;
import static dev.clgrad.Index.ellipsis;
import static dev.clgrad.Index.newAxis;
import static dev.clgrad.Index.range;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Reading and writing by indices, ranges, masks and index tensors, by PyTorch's rules. */
class IndexingTest {
  /** Element (i, j, k) is 100 i + 10 j + k. */
  private static Tensor cube(long a, long b, long c) {
    Tensor i = Tensor.arange(a).mul(100).reshape(a, 1, 1);
    Tensor j = Tensor.arange(b).mul(10).reshape(b, 1);
    return i.add(j).add(Tensor.arange(c)).to(DType.FLOAT32);
  }

  private static void assertTensor(Tensor x, Shape shape, double... values) {
    assertEquals(shape, x.shape());
    assertArrayEquals(values, x.toDoubleArray());
  }

  private static Tensor grad(Tensor x) {
    return Objects.requireNonNull(x.grad());
  }

  private static void assertRefused(
      Class<? extends ClgradException> type, Executable call, String... parts) {
    String message = String.valueOf(assertThrows(type, call).getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
    }
  }

  @Test
  void indicesAndRangesAreViews() {
    Tensor x = cube(2, 3, 4);
    assertTensor(x.get(1, -1), Shape.of(4), 120, 121, 122, 123);
    assertTensor(x.get(1, 2, 3), Shape.SCALAR, 123);
    assertTensor(x.get(all(), range(1, 3), at(2)), Shape.of(2, 2), 12, 22, 112, 122);
    assertTensor(x.get(ellipsis(), at(-1)), Shape.of(2, 3), 3, 13, 23, 103, 113, 123);
    assertTensor(x.get(at(0), ellipsis(), range(0, 4, 2)), Shape.of(3, 2), 0, 2, 10, 12, 20, 22);
    assertTensor(x.get(at(0), Index.from(-1), newAxis()), Shape.of(1, 1, 4), 20, 21, 22, 23);
    assertTensor(x.get(at(1), at(1), range(-3, -1)), Shape.of(2), 111, 112);
    assertEquals(Shape.of(2, 3, 4), x.get(ellipsis()).shape());
    x.get(all(), at(0), range(0, 2)).zero_();
    assertTensor(x.get(all(), at(0)), Shape.of(2, 4), 0, 0, 2, 3, 0, 0, 102, 103);
  }

  @Test
  void oneIndexTensorStandsForItsDimension() {
    Tensor x = cube(2, 3, 4);
    Tensor index = Tensor.of(new long[][] {{0, -1}, {2, 2}});
    assertTensor(x.get(at(0), Index.of(index), at(1)), Shape.of(2, 2), 1, 21, 21, 21);
    assertTensor(
        x.get(at(0), all(), Index.of(Tensor.of(3, 0))), Shape.of(3, 2), 3, 0, 13, 10, 23, 20);
    assertEquals(Shape.of(2, 2, 2, 4), x.get(all(), Index.of(index)).shape());
    assertTensor(
        x.get(all(), Index.of(index), at(0)), Shape.of(2, 2, 2), 0, 20, 20, 20, 100, 120, 120, 120);
    assertTensor(
        x.get(Tensor.of(new int[] {1}), Tensor.of(0, 2)).select(1, 1), Shape.of(2), 101, 121);
    assertTensor(x.get(Tensor.of(new long[0])), Shape.of(0, 3, 4));
    assertTensor(x.get(Tensor.scalar(1)).get(0), Shape.of(4), 100, 101, 102, 103);
  }

  @Test
  void severalBroadcastAndKeepTheirPlaceIfSideBySide() {
    Tensor x = cube(2, 3, 4);
    Tensor rows = Tensor.of(new long[][] {{0}, {2}});
    Tensor columns = Tensor.of(3, 1);
    assertTensor(
        x.get(all(), Index.of(rows), Index.of(columns)),
        Shape.of(2, 2, 2),
        3,
        1,
        23,
        21,
        103,
        101,
        123,
        121);
    Tensor apart = x.get(Index.of(Tensor.of(0, 1)), all(), Index.of(columns));
    assertTensor(apart, Shape.of(2, 3), 3, 13, 23, 101, 111, 121);
    // With an index between them gone, what is left lies side by side.
    Tensor deep = Tensor.stack(cube(2, 3, 4), cube(2, 3, 4).add(1000));
    assertEquals(
        Shape.of(2, 2),
        deep.get(all(), Index.of(Tensor.of(0, 1)), at(2), Index.of(columns)).shape());
    assertEquals(
        Shape.of(2, 2, 3),
        deep.get(all(), Index.of(Tensor.of(0, 1)), all(), Index.of(columns))
            .permute(1, 0, 2)
            .shape());
    // Apart with all of a dimension before them: in front.
    assertTensor(
        deep.get(range(1, 2), Index.of(Tensor.of(0, 1)), range(2, 3), Index.of(columns)),
        Shape.of(2, 1, 1),
        1023,
        1121);
  }

  @Test
  void masksStandForTheirDimensions() {
    Tensor x = cube(2, 3, 4);
    assertTensor(x.get(x.gt(121)), Shape.of(2), 122, 123);
    assertTensor(
        x.get(all(), Index.of(Tensor.of(true, false, true)), at(1)),
        Shape.of(2, 2),
        1,
        21,
        101,
        121);
    Tensor mask = Tensor.of(new boolean[][] {{true, false, false}, {false, false, true}});
    assertTensor(x.get(mask), Shape.of(2, 4), 0, 1, 2, 3, 120, 121, 122, 123);
    assertTensor(x.get(Index.of(mask), at(-1)), Shape.of(2), 3, 123);
    assertTensor(x.get(mask, Tensor.of(1, 0)), Shape.of(2), 1, 120);
    assertTensor(x.get(x.lt(0)), Shape.of(0));
    Tensor y = cube(2, 3, 4).requiresGrad(true);
    y.get(y.gt(121)).mul(Tensor.of(2f, 3f)).sum().backward();
    assertEquals(5, grad(y).sum().item());
    assertTensor(grad(y).get(1, 2), Shape.of(4), 0, 0, 2, 3);
  }

  @Test
  void gradientsOfRepeatedIndicesAddUp() {
    Tensor x = cube(1, 3, 2).get(0).requiresGrad(true);
    x.get(Tensor.of(2, 0, 2, -1))
        .mul(Tensor.of(new float[][] {{1}, {2}, {3}, {4}}))
        .sum()
        .backward();
    assertTensor(grad(x), Shape.of(3, 2), 2, 2, 0, 0, 8, 8);
  }

  @Test
  void putReplacesAndTheLastOfSeveralStays() {
    Tensor x = cube(1, 2, 3).get(0).requiresGrad(true);
    Tensor values = Tensor.of(7f, 8f, 9f).requiresGrad(true);
    List<Index> places = List.of(Index.of(Tensor.of(0, 1, 0)), Index.of(Tensor.of(1, 2, 1)));
    Tensor y = x.indexPut(places, values);
    assertTensor(y, Shape.of(2, 3), 0, 9, 2, 10, 11, 8);
    assertTensor(x, Shape.of(2, 3), 0, 1, 2, 10, 11, 12);
    Tensor weights = Tensor.of(new float[][] {{1, 2, 3}, {4, 5, 6}});
    y.mul(weights).sum().backward();
    assertTensor(grad(x), Shape.of(2, 3), 1, 0, 3, 4, 5, 0);
    assertTensor(grad(values), Shape.of(3), 0, 6, 2);
    x.zeroGrad();
    values.zeroGrad();
    Tensor sum = x.indexPut(places, values, true);
    assertTensor(sum, Shape.of(2, 3), 0, 17, 2, 10, 11, 20);
    sum.mul(weights).sum().backward();
    assertTensor(grad(x), Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    assertTensor(grad(values), Shape.of(3), 2, 6, 2);
  }

  @Test
  void putReachesThroughViewsMasksAndAxes() {
    Tensor x = cube(2, 3, 4).requiresGrad(true);
    Tensor y = x.indexPut(List.of(at(1), all(), Index.of(Tensor.of(0, 3))), Tensor.of(-1f, -2f));
    assertTensor(y.get(1, 2), Shape.of(4), -1, 121, 122, -2);
    assertTensor(y.get(0, 2), Shape.of(4), 20, 21, 22, 23);
    y.sum().backward();
    assertTensor(grad(x).get(1, 0), Shape.of(4), 0, 1, 1, 0);
    assertEquals(18, grad(x).sum().item());
    Tensor z = x.detach().indexPut(List.of(Index.of(x.detach().gt(20))), Tensor.scalar(0f));
    assertEquals(72, z.get(0).sum().item(), 1e-6);
    Tensor apart =
        x.detach()
            .indexPut(
                List.of(Index.of(Tensor.of(1, 0)), all(), Index.of(Tensor.of(2, 3))),
                Tensor.of(new float[][] {{1, 2, 3}, {4, 5, 6}}));
    assertTensor(apart.get(all(), all(), at(2)), Shape.of(2, 3), 2, 12, 22, 1, 2, 3);
    assertTensor(apart.get(all(), all(), at(3)), Shape.of(2, 3), 4, 5, 6, 103, 113, 123);
    Tensor basic = x.detach().indexPut(List.of(ellipsis(), at(0)), Tensor.scalar(5f), true);
    assertTensor(basic.get(all(), at(1)), Shape.of(2, 4), 15, 11, 12, 13, 115, 111, 112, 113);
  }

  @Test
  void putInPlaceIsSeenThroughViews() {
    Tensor x = cube(1, 3, 4).get(0);
    Tensor column = x.transpose(0, 1).get(1);
    assertSame(column, column.indexPut_(List.of(Index.of(Tensor.of(-1, 0))), Tensor.of(8f, 9f)));
    assertTensor(x.get(all(), at(1)), Shape.of(3), 9, 11, 8);
    x.indexPut_(List.of(at(1), range(0, 2)), Tensor.scalar(0f));
    assertTensor(x.get(1), Shape.of(4), 0, 0, 12, 13);
    x.indexPut_(List.of(Index.of(x.eq(0))), Tensor.scalar(1f), true);
    assertTensor(x.get(1), Shape.of(4), 1, 1, 12, 13);
    Tensor leaf = cube(1, 3, 4).requiresGrad(true);
    assertRefused(
        AutogradException.class,
        () -> leaf.indexPut_(List.of(at(0)), Tensor.scalar(0f)),
        "requires gradients");
    Tensor windows = Tensor.arange(5).to(DType.FLOAT32).unfold(0, 3, 1);
    assertRefused(AutogradException.class, () -> windows.add_(1), "share one place");
    Tensor apart = Tensor.arange(6).to(DType.FLOAT32);
    apart.unfold(0, 2, 3).add_(10);
    assertTensor(apart, Shape.of(6), 10, 11, 2, 13, 14, 5);
    apart.reshape(2, 3).diagonal().zero_();
    assertTensor(apart, Shape.of(6), 0, 11, 2, 13, 0, 5);
  }

  @Test
  void wrongIndicesAreToldOf() {
    Tensor x = cube(2, 3, 4);
    assertRefused(ShapeException.class, () -> x.get(0, 0, 0, 0), "get: ", "[2, 3, 4]", "4");
    assertRefused(ShapeException.class, () -> x.get(ellipsis(), ellipsis()), "get: ", "one");
    assertRefused(IndexException.class, () -> x.get(2), "select: index 2", "[2, 3, 4]");
    assertRefused(ShapeException.class, () -> x.get(range(0, 2, -1)), "step -1", "flip");
    assertRefused(
        ShapeException.class, () -> x.get(Tensor.of(true, false, true)), "get: ", "mask", "[3]");
    assertRefused(ShapeException.class, () -> x.get(Tensor.scalar(true)), "get: ", "mask");
    assertRefused(DTypeException.class, () -> x.get(Tensor.of(1f)), "get: ", "float32", "INT64");
    assertRefused(
        DTypeException.class, () -> x.get(Tensor.of(new byte[] {1})), "get: ", "uint8", "mask");
    assertRefused(
        ShapeException.class, () -> x.get(Tensor.of(0, 1), Tensor.of(0, 1, 2)), "get: ", "[2]");
    assertRefused(
        IndexException.class,
        () -> x.get(all(), Index.of(Tensor.of(0, -4))).toFloatArray(),
        "get: index -4",
        "dimension 1",
        "0 to 2");
    assertRefused(
        IndexException.class,
        () -> x.indexPut(List.of(Index.of(Tensor.of(0, 2))), Tensor.scalar(1f)).toFloatArray(),
        "indexPut: index 2");
    assertRefused(
        ShapeException.class,
        () -> x.indexPut(List.of(Index.of(Tensor.of(0, 1))), Tensor.ones(3)),
        "indexPut: ",
        "[3]",
        "[2, 3, 4]");
    assertRefused(
        DTypeException.class,
        () -> x.indexPut(List.of(Index.of(Tensor.of(0, 1))), Tensor.scalar(1.0)),
        "float64",
        "float32");
    assertRefused(
        IndexException.class,
        () -> Tensor.of(0, 5).embedding(Tensor.ones(5, 2)).toFloatArray(),
        "embedding: index 5");
    assertTensor(x.get(1, 2), Shape.of(4), 120, 121, 122, 123);
  }

  @Test
  void gradientsOfEveryOrder() {
    double[] data = {0.3, -1.2, 0.7, 2.1, -0.4, 1.6};
    Tensor index = Tensor.of(1, 0, 1);
    List<Index> rows = List.of(Index.of(index));
    List<Index> inside = List.of(at(1), Index.of(Tensor.of(2, 2)));
    Shape shape = Shape.of(2, 3);
    FiniteDifferences.check(x -> x.get(index).square().mul(x.get(1)), shape, data);
    FiniteDifferences.check(x -> x.get(x.gt(0.5)).square(), shape, data);
    FiniteDifferences.check(
        x -> x.square().indexPut(rows, x.get(0).mul(x.get(1)).expand(3, 3)).square(), shape, data);
    FiniteDifferences.check(
        x -> x.square().indexPut(rows, x.get(0).mul(x.get(1)), true).square(), shape, data);
    FiniteDifferences.check(x -> x.square().indexPut(inside, x.get(0, 1)).square(), shape, data);
    FiniteDifferences.check(
        x -> x.square().scatter(1, Tensor.of(new long[][] {{0, 0}, {2, 1}}), x).square(),
        shape,
        data);
    FiniteDifferences.check(
        x -> x.square().scatterAdd(1, Tensor.of(new long[][] {{0, 0}, {2, 1}}), x).square(),
        shape,
        data);
    FiniteDifferences.check(x -> index.embedding(x.square()).square(), shape, data);
    FiniteDifferences.check(x -> x.unfold(1, 2, 1).square().mul(x.get(0, 0)), shape, data);
    FiniteDifferences.check(x -> Tensor.cat(x, x.square().flip(1)).square(), shape, data);
    FiniteDifferences.check(
        x -> x.square().pad(new long[] {1, 2}, PadMode.REFLECT).square(), shape, data);
    FiniteDifferences.check(x -> x.square().tril().roll(1, 0).square(), shape, data);
  }
}
