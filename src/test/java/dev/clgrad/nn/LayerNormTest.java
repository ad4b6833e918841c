package dev.clgrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import dev.clgrad.optim.Sgd;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerNormTest {
  @Test
  void hasTheParametersThatItIsAskedFor() {
    LayerNorm both = new LayerNorm(2, 3);
    assertEquals(List.of("weight", "bias"), List.copyOf(both.namedParameters().keySet()));
    assertEquals(Shape.of(2, 3), both.weight().shape());
    assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, both.weight().toFloatArray());
    assertArrayEquals(new float[6], both.bias().toFloatArray());
    LayerNorm noBias = new LayerNorm(Shape.of(4), 0.1, true, false);
    assertEquals(List.of("weight"), List.copyOf(noBias.namedParameters().keySet()));
    LayerNorm none = new LayerNorm(Shape.of(4), 0.1, false, true);
    assertTrue(none.namedParameters().isEmpty());
    assertEquals("LayerNorm([4], eps=0.1, no weight, no bias)", none.toString());
    assertEquals("LayerNorm([2, 3], eps=1.0E-5)", both.toString());
    assertThrows(ShapeException.class, () -> new LayerNorm());
  }

  @Test
  void normalizesAndLearns() {
    LayerNorm layer = new LayerNorm(Shape.of(2), 0, true, true);
    Tensor x = Tensor.of(new float[][] {{1, 3}, {10, -10}});
    assertArrayEquals(new float[] {-1, 1, 1, -1}, layer.forward(x).toFloatArray(), 1e-6f);
    Sgd optimizer = new Sgd(layer.parameters(), 0.5);
    layer.forward(x).mul(Tensor.of(new float[][] {{1, 0}, {0, 1}})).sum().backward();
    optimizer.step();
    // Each half of the weight has seen -1 times its column, and the bias 1.
    assertArrayEquals(new float[] {1.5f, 1.5f}, layer.weight().toFloatArray(), 1e-6f);
    assertArrayEquals(new float[] {-0.5f, -0.5f}, layer.bias().toFloatArray(), 1e-6f);
    assertThrows(ShapeException.class, () -> layer.forward(Tensor.ones(2, 3)));
  }
}
