package dev.clgrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Clgrad;
import dev.clgrad.ConvOptions;
import dev.clgrad.PoolOptions;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import dev.clgrad.optim.Sgd;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionLayersTest {
  @Test
  void parametersHavePyTorchsShapesAndBounds() {
    Clgrad.manualSeed(3);
    Conv2d layer = new Conv2d(8, 32, 3, ConvOptions.of().stride(2).padding(1).groups(4));
    assertEquals(Shape.of(32, 2, 3, 3), layer.weight().shape());
    assertEquals(Shape.of(32), layer.bias().shape());
    assertEquals(List.of("weight", "bias"), List.copyOf(layer.namedParameters().keySet()));
    assertUniform(layer.weight(), 1 / Math.sqrt(18));
    assertUniform(layer.bias(), 1 / Math.sqrt(18));
    ConvTranspose2d up = new ConvTranspose2d(8, 6, new long[] {2, 3}, ConvOptions.of(), false);
    assertEquals(Shape.of(8, 6, 2, 3), up.weight().shape());
    assertUniform(up.weight(), 1 / Math.sqrt(36));
    assertNull(up.bias());
    assertEquals(Shape.of(5, 2, 7), new Conv1d(2, 5, 7).weight().shape());
  }

  private static void assertUniform(Tensor x, double bound) {
    double largest = 0;
    for (float value : x.toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertTrue(largest <= bound * (1 + 1e-6) && largest > bound * 0.8, largest + " of " + bound);
  }

  @Test
  void layersComputeWhatTensorsDo() {
    Tensor x = Tensor.randn(2, 4, 7, 6);
    ConvOptions options = ConvOptions.of().stride(2).padding(1);
    Conv2d layer = new Conv2d(4, 3, 3, options);
    assertArrayEquals(
        x.conv2d(layer.weight(), layer.bias(), options).toFloatArray(),
        layer.forward(x).toFloatArray());
    assertEquals(
        Shape.of(2, 3, 7, 5),
        new ConvTranspose2d(3, 3, 3, options).forward(layer.forward(x)).shape());
    assertEquals(Shape.of(2, 4, 3, 3), new MaxPool2d(2).forward(x).shape());
    PoolOptions three = PoolOptions.of(3).stride(2);
    assertEquals(Shape.of(2, 4, 3, 2), new AvgPool2d(three).forward(x).shape());
    assertEquals(Shape.of(2, 5, 4), new Conv1d(2, 5, 3).forward(Tensor.ones(2, 2, 6)).shape());
  }

  @Test
  void namesTellTheOptions() {
    assertEquals("Conv2d(3, 8, kernel=[5, 5])", new Conv2d(3, 8, 5).toString());
    ConvOptions options = ConvOptions.of().stride(2).padding("same").groups(3);
    assertEquals(
        "Conv1d(3, 6, kernel=[4], stride=[2], padding=same, groups=3, no bias)",
        new Conv1d(3, 6, 4, options, false).toString());
    assertEquals("MaxPool2d([2])", new MaxPool2d(2).toString());
    assertEquals(
        "AvgPool2d([3], stride=[2], padding=[1], ceilMode, padding not counted, divisorOverride=4)",
        new AvgPool2d(
                PoolOptions.of(3)
                    .stride(2)
                    .padding(1)
                    .ceilMode(true)
                    .countIncludePad(false)
                    .divisorOverride(4))
            .toString());
    assertThrows(ShapeException.class, () -> new Conv2d(0, 1, 1));
    assertThrows(ShapeException.class, () -> new Conv2d(1, 1, 0));
    assertThrows(ShapeException.class, () -> new Conv2d(4, 6, 1, ConvOptions.of().groups(4)));
  }

  /** A small network finds a bright spot wherever it is. */
  @Test
  void learns() {
    Clgrad.manualSeed(1);
    Conv2d first = new Conv2d(1, 4, 3, ConvOptions.of().padding(1));
    Conv2d second = new Conv2d(4, 1, 1);
    Module net = new Sequential(first, Activation.tanh(), new AvgPool2d(2), second);
    Tensor x = Tensor.rand(16, 1, 6, 6);
    Tensor wanted = x.maxPool2d(2);
    Sgd optimizer = new Sgd(net.parameters(), 0.2);
    double before = net.forward(x).sub(wanted).pow(2).mean().item();
    for (int i = 0; i < 40; i++) {
      optimizer.zeroGrad();
      net.forward(x).sub(wanted).pow(2).mean().backward();
      optimizer.step();
    }
    double after = net.forward(x).sub(wanted).pow(2).mean().item();
    assertTrue(after < before / 4, before + " became " + after);
  }
}
