package dev.clgrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.CapturedStep;
import dev.clgrad.Clgrad;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.Tensor;
import dev.clgrad.optim.Sgd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** BatchNorm1d, BatchNorm2d, GroupNorm and RmsNorm. */
class ChannelNormTest {
  private static float[] floats(Tensor tensor) {
    assertNotNull(tensor);
    return tensor.toFloatArray();
  }

  @Test
  void batchNormLearnsItsStatisticsInTrainingAndUsesThemInEvaluation() {
    BatchNorm1d layer = new BatchNorm1d(2);
    Tensor x = Tensor.of(new float[][] {{1, 10}, {3, -10}});
    assertArrayEquals(new float[] {-1, 1, 1, -1}, layer.forward(x).toFloatArray(), 1e-4f);
    // A tenth of the way to means of 2 and 0, and to unbiased variances of 2 and 200.
    assertArrayEquals(new float[] {0.2f, 0}, floats(layer.runningMean()), 1e-6f);
    assertArrayEquals(new float[] {1.1f, 20.9f}, floats(layer.runningVar()), 1e-5f);
    layer.eval();
    Tensor same = Tensor.of(new float[][] {{0.2f, 0}});
    assertArrayEquals(new float[2], layer.forward(same).toFloatArray(), 1e-6f);
    assertArrayEquals(new float[] {0.2f, 0}, floats(layer.runningMean()), 1e-6f);
    layer.train();
    ShapeException single = assertThrows(ShapeException.class, () -> layer.forward(same));
    assertTrue(String.valueOf(single.getMessage()).contains("a single value"));
    assertArrayEquals(new float[] {0.2f, 0}, floats(layer.runningMean()), 1e-6f);
  }

  @Test
  void layersHaveTheParametersThatTheyAreAskedFor() {
    BatchNorm2d batch = new BatchNorm2d(3);
    assertEquals(List.of("weight", "bias"), List.copyOf(batch.namedParameters().keySet()));
    assertEquals("BatchNorm2d(3, eps=1.0E-5, momentum=0.1)", batch.toString());
    BatchNorm2d bare = new BatchNorm2d(3, 0.5, 0.2, false, false);
    assertTrue(bare.namedParameters().isEmpty());
    assertNull(bare.runningMean());
    assertEquals(
        "BatchNorm2d(3, eps=0.5, momentum=0.2, no running statistics, no weight)", bare.toString());
    bare.eval();
    assertEquals(Shape.of(2, 3, 4, 4), bare.forward(Tensor.ones(2, 3, 4, 4)).shape());
    assertThrows(ShapeException.class, () -> batch.forward(Tensor.ones(2, 3, 4)));
    assertThrows(ShapeException.class, () -> batch.forward(Tensor.ones(2, 4, 4, 4)));
    assertThrows(ShapeException.class, () -> new BatchNorm1d(0));

    GroupNorm group = new GroupNorm(2, 4);
    assertEquals("GroupNorm(2, 4, eps=1.0E-5)", group.toString());
    Tensor x = Tensor.of(new float[][] {{1, 3, -5, 5}});
    assertArrayEquals(new float[] {-1, 1, -1, 1}, group.forward(x).toFloatArray(), 1e-4f);
    assertThrows(ShapeException.class, () -> group.forward(Tensor.ones(2, 6)));
    assertThrows(ShapeException.class, () -> new GroupNorm(3, 4));

    RmsNorm rms = new RmsNorm(2);
    assertEquals("RmsNorm([2])", rms.toString());
    assertEquals(
        "RmsNorm([2], eps=0.5, no weight)", new RmsNorm(Shape.of(2), 0.5, false).toString());
    Tensor y = rms.forward(Tensor.of(new float[][] {{1, 7}, {0, 0}}));
    assertArrayEquals(new float[] {0.2f, 1.4f, 0, 0}, y.toFloatArray(), 1e-6f);
    assertThrows(ShapeException.class, () -> rms.forward(Tensor.ones(3)));
    assertThrows(ShapeException.class, () -> new RmsNorm());
  }

  @Test
  void aCapturedStepMovesTheRunningStatistics() {
    List<float[]> plain = train(false);
    List<float[]> captured = train(true);
    assertEquals(plain.size(), captured.size());
    for (int i = 0; i < plain.size(); i++) {
      assertArrayEquals(plain.get(i), captured.get(i), 1e-5f, "tensor " + i);
    }
  }

  private static List<float[]> train(boolean capture) {
    Clgrad.manualSeed(5);
    BatchNorm1d norm = new BatchNorm1d(4);
    Sequential model = new Sequential(new Linear(3, 4), norm, Activation.tanh(), new Linear(4, 2));
    Sgd optimizer = new Sgd(model.parameters(), 0.1);
    CapturedStep step =
        CapturedStep.of(
            (Tensor x, Tensor t) -> {
              optimizer.zeroGrad();
              Tensor loss = model.forward(x).crossEntropy(t);
              loss.backward();
              optimizer.step();
              return loss;
            });
    List<float[]> seen = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Tensor x = Tensor.arange(15).reshape(5, 3).mul(0.1 + 0.02 * i).tanh();
      Tensor t = Tensor.of(new long[] {0, 1, i % 2, 1, 0});
      if (capture) {
        seen.add(step.run(x, t).toFloatArray());
      } else {
        optimizer.zeroGrad();
        Tensor loss = model.forward(x).crossEntropy(t);
        loss.backward();
        optimizer.step();
        seen.add(loss.detach().toFloatArray());
      }
    }
    seen.add(floats(norm.runningMean()));
    seen.add(floats(norm.runningVar()));
    model.parameters().forEach(p -> seen.add(p.toFloatArray()));
    assertTrue(!capture || step.replays() > 0, "nothing was replayed");
    return seen;
  }
}
