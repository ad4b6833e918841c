package dev.clgrad.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.AutogradException;
import dev.clgrad.ClgradException;
import dev.clgrad.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Optimizers against their rules in plain double loops. */
class OptimizerTest {
  private static final float[] START = {1, -2, 0.5f, 3};
  private static final float[] TARGET = {0.25f, 1, -1, 2};
  private static final int STEPS = 12;

  /** One parameter's rule: changes p by g. */
  private interface Rule {
    void apply(double[] p, double[] g);
  }

  /**
   * Minimizes Σ (p - target)⁴ / 4, whose gradient is (p - target)³, with both, and compares after
   * each step.
   */
  private static void compare(Function<List<Tensor>, Optimizer> made, Rule rule) {
    Tensor p = Tensor.of(START).requiresGrad(true);
    Tensor target = Tensor.of(TARGET);
    Optimizer optimizer = made.apply(List.of(p));
    double[] expected = doubles(START);
    for (int step = 1; step <= STEPS; step++) {
      optimizer.zeroGrad();
      p.sub(target).pow(4).sum().mul(0.25).backward();
      optimizer.step();

      double[] gradient = new double[START.length];
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = Math.pow(expected[i] - TARGET[i], 3);
      }
      rule.apply(expected, gradient);
      assertArrayEquals(expected, p.toDoubleArray(), 2e-5, "after step " + step);
    }
    assertTrue(p.isLeaf() && p.requiresGrad());
  }

  private static double[] doubles(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }

  @Test
  void plainSgd() {
    compare(
        p -> new Sgd(p, 0.02),
        (p, g) -> {
          for (int i = 0; i < p.length; i++) {
            p[i] -= 0.02 * g[i];
          }
        });
  }

  @Test
  void sgdWithMomentumDampeningAndWeightDecay() {
    double[] velocity = new double[START.length];
    int[] step = {0};
    compare(
        p -> new Sgd(p, 0.01, Sgd.options().momentum(0.9).dampening(0.25).weightDecay(0.1)),
        (p, g) -> {
          for (int i = 0; i < p.length; i++) {
            double d = g[i] + 0.1 * p[i];
            velocity[i] = step[0] == 0 ? d : 0.9 * velocity[i] + 0.75 * d;
            p[i] -= 0.01 * velocity[i];
          }
          step[0]++;
        });
  }

  @Test
  void sgdWithNesterovMomentum() {
    double[] velocity = new double[START.length];
    compare(
        p -> new Sgd(p, 0.01, Sgd.options().momentum(0.8).nesterov()),
        (p, g) -> {
          for (int i = 0; i < p.length; i++) {
            velocity[i] = 0.8 * velocity[i] + g[i];
            p[i] -= 0.01 * (g[i] + 0.8 * velocity[i]);
          }
        });
  }

  @Test
  void adam() {
    compare(p -> new Adam(p, 0.05), adamRule(0.05, 0.9, 0.999, 1e-8, 0));
  }

  @Test
  void adamWithOptions() {
    compare(
        p -> new Adam(p, 0.03, Adam.options().betas(0.8, 0.95).epsilon(0.01).weightDecay(0.2)),
        adamRule(0.03, 0.8, 0.95, 0.01, 0.2));
  }

  private static Rule adamRule(
      double rate, double beta1, double beta2, double epsilon, double decay) {
    double[] mean = new double[START.length];
    double[] square = new double[START.length];
    int[] step = {0};
    return (p, g) -> {
      step[0]++;
      for (int i = 0; i < p.length; i++) {
        double d = g[i] + decay * p[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * d;
        square[i] = beta2 * square[i] + (1 - beta2) * d * d;
        double unbiasedMean = mean[i] / (1 - Math.pow(beta1, step[0]));
        double unbiasedSquare = square[i] / (1 - Math.pow(beta2, step[0]));
        p[i] -= rate * unbiasedMean / (Math.sqrt(unbiasedSquare) + epsilon);
      }
    };
  }

  @Test
  void skipsParametersWithoutAGradientAndCountsTheirStepsApart() {
    Tensor first = Tensor.of(START).requiresGrad(true);
    Tensor second = Tensor.of(START).requiresGrad(true);
    Adam both = new Adam(List.of(first, second), 0.05);
    first.pow(2).sum().backward();
    both.step();
    assertArrayEquals(START, second.toFloatArray());
    // The second parameter's first step is one with t = 1, however many the first has had.
    both.zeroGrad();
    assertNull(first.grad());
    float[] before = first.toFloatArray();
    second.pow(2).sum().backward();
    both.step();
    assertArrayEquals(before, first.toFloatArray());
    assertArrayEquals(first.toFloatArray(), second.toFloatArray(), 1e-7f);
  }

  @Test
  void leavesGradientsAlone() {
    Tensor p = Tensor.of(START).requiresGrad(true);
    for (Optimizer optimizer :
        List.of(
            new Sgd(List.of(p), 0.1, Sgd.options().momentum(0.9).weightDecay(0.1)),
            new Adam(List.of(p), 0.1, Adam.options().weightDecay(0.1)))) {
      p.zeroGrad();
      p.sum().backward();
      for (int step = 0; step < 3; step++) {
        optimizer.step();
        Tensor grad = p.grad();
        assertTrue(grad != null);
        assertArrayEquals(new float[] {1, 1, 1, 1}, grad.toFloatArray());
      }
    }
  }

  @Test
  void theLearningRateCanChange() {
    Tensor p = Tensor.scalar(1f).requiresGrad(true);
    Sgd sgd = new Sgd(List.of(p), 0.5);
    p.mul(1).backward();
    sgd.step();
    assertEquals(0.5, p.item());
    sgd.learningRate(0.25);
    assertEquals(0.25, sgd.learningRate());
    sgd.step();
    assertEquals(0.25, p.item());
    assertThrows(ClgradException.class, () -> sgd.learningRate(-1));
    assertThrows(ClgradException.class, () -> sgd.learningRate(Double.NaN));
  }

  @Test
  void refusesWhatItCannotChange() {
    Tensor leaf = Tensor.of(START).requiresGrad(true);
    Tensor constant = Tensor.of(START);
    Tensor computed = leaf.mul(2);
    AutogradException e =
        assertThrows(AutogradException.class, () -> new Sgd(List.of(leaf, constant), 0.1));
    assertTrue(e.getMessage().contains("parameter 1 of shape [4]"), e.getMessage());
    assertThrows(AutogradException.class, () -> new Adam(List.of(computed), 0.1));
    assertThrows(ClgradException.class, () -> new Adam(List.of(), 0.1));
    assertThrows(ClgradException.class, () -> new Adam(List.of(leaf, leaf), 0.1));
    assertThrows(ClgradException.class, () -> new Adam(List.of(leaf), -0.1));
  }

  @Test
  void refusesOptionsWithoutSense() {
    List<Tensor> p = List.of(Tensor.of(START).requiresGrad(true));
    assertThrows(ClgradException.class, () -> Sgd.options().momentum(-0.1));
    assertThrows(ClgradException.class, () -> Sgd.options().weightDecay(Double.NaN));
    assertThrows(ClgradException.class, () -> new Sgd(p, 0.1, Sgd.options().nesterov()));
    assertThrows(
        ClgradException.class,
        () -> new Sgd(p, 0.1, Sgd.options().momentum(0.9).dampening(0.1).nesterov()));
    assertThrows(ClgradException.class, () -> Adam.options().betas(1, 0.9));
    assertThrows(ClgradException.class, () -> Adam.options().betas(0.9, -1));
    assertThrows(ClgradException.class, () -> Adam.options().epsilon(-1));
  }
}
