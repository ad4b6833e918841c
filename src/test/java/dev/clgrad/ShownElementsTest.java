package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.clgrad.TensorFormat.Elements;
import org.junit.jupiter.api.Test;

class ShownElementsTest {
  private static float[] ramp(int count) {
    float[] data = new float[count];
    for (int i = 0; i < count; i++) {
      data[i] = i / 4f;
    }
    return data;
  }

  private static void printsAsIfAllWereRead(long... sizes) {
    Shape shape = Shape.of(sizes);
    float[] data = ramp((int) shape.numel());
    String expected = TensorFormat.tensor(shape, DType.FLOAT32, Elements.of(data), null, false);
    assertEquals(expected, Tensor.of(data).reshape(sizes).toString());
  }

  @Test
  void cornersMakeTheWholeSummary() {
    printsAsIfAllWereRead(1001);
    printsAsIfAllWereRead(40, 50);
    printsAsIfAllWereRead(2, 700);
    printsAsIfAllWereRead(300, 5);
    printsAsIfAllWereRead(9, 5, 30);
    printsAsIfAllWereRead(7, 7, 7, 7);
  }

  @Test
  void viewsAndIntegersToo() {
    long[] data = new long[1200];
    for (int i = 0; i < data.length; i++) {
      data[i] = 1000L - i;
    }
    Tensor transposed = Tensor.of(data).reshape(30, 40).t();
    long[] expected = new long[data.length];
    for (int i = 0; i < data.length; i++) {
      expected[i] = data[i % 30 * 40 + i / 30];
    }
    assertFalse(transposed.isContiguous());
    assertEquals(
        TensorFormat.tensor(Shape.of(40, 30), DType.INT64, Elements.of(expected), null, false),
        transposed.toString());
  }

  @Test
  void printingRecordsNothing() {
    Tensor x = Tensor.of(ramp(2000)).requiresGrad(true);
    Tensor y = x.mul(2);
    String text = y.toString();
    assertEquals(true, text.endsWith("grad_fn=<MulBackward0>)"), text);
    y.sum().backward();
    Tensor grad = x.grad();
    assertEquals(2f, grad == null ? 0 : grad.toFloatArray()[1999]);
  }
}
