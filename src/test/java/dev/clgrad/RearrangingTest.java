package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What views share, what joining does with many tensors, and paddings of all kinds. */
class RearrangingTest {
  private static Tensor matrix(long rows, long columns) {
    return Tensor.arange(rows * columns).to(DType.FLOAT32).reshape(rows, columns);
  }

  private static void assertTensor(Tensor x, Shape shape, double... values) {
    assertEquals(shape, x.shape());
    assertArrayEquals(values, x.toDoubleArray());
  }

  private static Tensor grad(Tensor x) {
    return Objects.requireNonNull(x.grad());
  }

  @Test
  void viewsShareTheirMemory() {
    Tensor x = matrix(3, 4);
    x.diagonal(1).fill_(-1);
    x.split(2, 1).get(1).select(0, 2).fill_(-2);
    x.chunk(2).get(1).select(1, 0).fill_(-3);
    x.movedim(0, 1).select(0, 1).add_(0.5);
    assertTensor(x, Shape.of(3, 4), 0, -0.5, 2, 3, 4, 5.5, -1, 7, -3, 9.5, -2, -2);
    Tensor y = matrix(3, 4);
    y.unfold(1, 2, 2).select(2, 1).zero_();
    assertTensor(y, Shape.of(3, 4), 0, 0, 2, 0, 4, 0, 6, 0, 8, 0, 10, 0);
    y.flip(1).fill_(9);
    assertTensor(y.get(0), Shape.of(4), 0, 0, 2, 0);
    y.mT().swapaxes(0, 1).unflatten(1, 2, -1).select(1, 1).fill_(7);
    assertTensor(y.get(0), Shape.of(4), 0, 0, 7, 7);
    assertTensor(y.reshape(1, 3, 1, 4).squeeze(0, 2, 3).get(2), Shape.of(4), 8, 0, 7, 7);
  }

  @Test
  void manyTensorsAreJoinedInGroups() {
    for (int count : new int[] {1, 7, 8, 9, 64, 70}) {
      List<Tensor> parts = new ArrayList<>();
      double[] expected = new double[2 * count * (count + 1) / 2];
      int row = expected.length / 2;
      int at = 0;
      for (int i = 0; i < count; i++) {
        Tensor part = Tensor.full(Shape.of(2, i + 1), (double) i).requiresGrad(true);
        parts.add(part);
        for (int k = 0; k <= i; k++, at++) {
          expected[at] = i;
          expected[row + at] = i;
        }
      }
      Tensor y = Tensor.cat(parts, 1);
      assertTensor(y, Shape.of(2, row), expected);
      y.mul(y.detach()).sum().backward();
      for (int i = 0; i < count; i++) {
        assertEquals(2.0 * (i + 1) * i, grad(parts.get(i)).sum().item(), 1e-3);
      }
    }
  }

  @Test
  void joiningPromotesAndTakesStridedParts() {
    Tensor x = matrix(2, 3);
    Tensor mixed = Tensor.cat(List.of(x.mT(), Tensor.ones(Shape.of(3, 1), DType.INT64)), 1);
    assertEquals(DType.FLOAT32, mixed.dtype());
    assertTensor(mixed, Shape.of(3, 3), 0, 3, 1, 1, 4, 1, 2, 5, 1);
    assertTensor(
        Tensor.cat(List.of(x.narrow(1, 1, 2), x.narrow(1, 0, 1)), 1),
        Shape.of(2, 3),
        1,
        2,
        0,
        4,
        5,
        3);
    assertTensor(Tensor.cat(Tensor.of(1f), Tensor.of(new float[0])), Shape.of(1), 1);
    assertEquals(DType.BOOL, Tensor.stack(Tensor.of(true), Tensor.of(false)).dtype());
    assertThrows(ShapeException.class, Tensor::cat);
    assertThrows(ShapeException.class, () -> Tensor.cat(Tensor.scalar(1f)));
  }

  @Test
  void integersAndMasksAreRearrangedToo() {
    Tensor x = Tensor.arange(4);
    assertTensor(x.flip(0), Shape.of(4), 3, 2, 1, 0);
    assertTensor(x.roll(1), Shape.of(4), 3, 0, 1, 2);
    assertEquals(DType.INT64, x.reshape(2, 2).tril().dtype());
    assertTensor(x.gt(1).reshape(2, 2).triu(), Shape.of(2, 2), 0, 0, 0, 1);
    assertEquals(DType.BOOL, x.gt(1).reshape(2, 2).triu().dtype());
    assertTensor(x.pad(new long[] {1, 0}, 9), Shape.of(5), 9, 0, 1, 2, 3);
    assertTensor(x.to(DType.UINT8).flip(0), Shape.of(4), 3, 2, 1, 0);
    assertTensor(x.repeatInterleave(Tensor.of(0, 2, 0, 1)), Shape.of(3), 1, 1, 3);
    assertTensor(x.gt(2).repeat(2), Shape.of(8), 0, 0, 0, 1, 0, 0, 0, 1);
  }

  @Test
  void paddingsOfEveryKind() {
    Tensor x = Tensor.of(1f, 2f, 3f).requiresGrad(true);
    assertTensor(x.pad(new long[] {3, 2}, PadMode.CIRCULAR), Shape.of(8), 1, 2, 3, 1, 2, 3, 1, 2);
    assertTensor(x.pad(new long[] {2, 2}, PadMode.REFLECT), Shape.of(7), 3, 2, 1, 2, 3, 2, 1);
    assertTensor(x.pad(new long[] {0, 2}, PadMode.REPLICATE), Shape.of(5), 1, 2, 3, 3, 3);
    assertTensor(x.pad(1, -1), Shape.of(3), 0, 1, 2);
    Tensor weights = Tensor.of(1f, 10f, 100f, 1000f, 10_000f, 100_000f, 1_000_000f, 10_000_000f);
    x.pad(new long[] {3, 2}, PadMode.CIRCULAR).mul(weights).sum().backward();
    assertTensor(grad(x), Shape.of(3), 1_001_001, 10_010_010, 100_100);
    x.zeroGrad();
    x.pad(new long[] {2, 2}, PadMode.REFLECT).mul(weights.narrow(0, 0, 7)).sum().backward();
    assertTensor(grad(x), Shape.of(3), 1_000_100, 101_010, 10_001);
    x.zeroGrad();
    x.pad(1, -1).mul(weights.narrow(0, 0, 3)).sum().backward();
    assertTensor(grad(x), Shape.of(3), 10, 100, 0);
    for (PadMode mode : new PadMode[] {PadMode.REFLECT, PadMode.CIRCULAR}) {
      String message =
          String.valueOf(
              assertThrows(ShapeException.class, () -> x.pad(new long[] {4, 0}, mode))
                  .getMessage());
      assertTrue(message.startsWith("pad: ") && message.contains("[3]"), message);
    }
  }

  @Test
  void overlappingWindowsAddUpTheirGradients() {
    for (long[] c :
        new long[][] {{5, 3, 1}, {7, 3, 2}, {9, 4, 3}, {6, 2, 4}, {4, 4, 1}, {5, 1, 1}}) {
      Tensor x = Tensor.arange(c[0]).to(DType.FLOAT64).requiresGrad(true);
      Tensor y = x.unfold(0, c[1], c[2]);
      Tensor weights =
          Tensor.arange(1, y.numel() + 1).to(DType.FLOAT64).reshape(y.shape().toArray());
      y.mul(weights).sum().backward();
      double[] expected = new double[(int) c[0]];
      for (int w = 0; w < y.size(0); w++) {
        for (int k = 0; k < c[1]; k++) {
          expected[(int) (w * c[2] + k)] += w * c[1] + k + 1;
        }
      }
      assertTensor(grad(x), Shape.of(c[0]), expected);
    }
  }

  @Test
  void oneUnusedPartOfASplitHasZeroGradient() {
    Tensor x = matrix(2, 5).requiresGrad(true);
    List<Tensor> parts = x.split(new long[] {2, 0, 3}, 1);
    parts.get(2).mul(2).sum().backward();
    assertTensor(grad(x), Shape.of(2, 5), 0, 0, 2, 2, 2, 0, 0, 2, 2, 2);
  }
}
