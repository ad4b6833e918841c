package dev.clgrad.optim;

import dev.clgrad.ClgradException;
import dev.clgrad.Tensor;
import dev.clgrad.schedule.Recording;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.StepScalar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adam (Kingma and Ba, 2015), as PyTorch's {@code Adam}; t counts a parameter's steps from 1:
 *
 * <pre>
 *   g = gradient + weightDecay p
 *   m = beta1 m + (1 - beta1) g
 *   v = beta2 v + (1 - beta2) g²
 *   p = p - learningRate / (1 - beta1ᵗ) · m / (√v / √(1 - beta2ᵗ) + epsilon)
 * </pre>
 */
public final class Adam extends Optimizer {
  private final Options options;
  private final List<@Nullable State> states;

  /** What is remembered for a parameter. */
  private static final class State {
    final Tensor mean;
    final Tensor square;
    int steps;

    State(Tensor like) {
      mean = Tensor.zerosLike(like);
      square = Tensor.zerosLike(like);
    }

    void advance() {
      steps++;
      Recording.onReplay(() -> steps++, () -> steps--);
    }
  }

  /** Adam with betas 0.9 and 0.999, epsilon 1e-8 and no weight decay. */
  public Adam(List<Tensor> parameters, double learningRate) {
    this(parameters, learningRate, Options.DEFAULT);
  }

  /**
   * Adam with options: {@code new Adam(model.parameters(), 1e-3,
   * Adam.options().weightDecay(1e-4))}.
   */
  public Adam(List<Tensor> parameters, double learningRate, Options options) {
    super(parameters, learningRate);
    this.options = options;
    this.states = new ArrayList<>(Collections.nCopies(parameters.size(), null));
  }

  /** The default options; each method gives options that differ in one point. */
  public static Options options() {
    return Options.DEFAULT;
  }

  @Override
  void update(int index, Tensor parameter, Tensor gradient) {
    Tensor g = decayed(gradient, parameter, options.weightDecay);
    State state = states.get(index);
    if (state == null) {
      state = Scope.outside(() -> new State(parameter));
      states.set(index, state);
    }
    state.advance();
    state.mean.mul_(options.beta1).add_(g, 1 - options.beta1);
    state.square.mul_(options.beta2).add_(g.square(), 1 - options.beta2);
    State s = state;
    StepScalar step = StepScalar.of(() -> -learningRate() / (1 - Math.pow(options.beta1, s.steps)));
    StepScalar scale = StepScalar.of(() -> Math.sqrt(1 - Math.pow(options.beta2, s.steps)));
    Tensor denominator = s.square.sqrt().div(scale).add(options.epsilon);
    parameter.add_(s.mean.div(denominator), step);
  }

  /** What {@link Adam} can be told beside the learning rate. Immutable. */
  public static final class Options {
    private static final Options DEFAULT = new Options(0.9, 0.999, 1e-8, 0);

    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double weightDecay;

    private Options(double beta1, double beta2, double epsilon, double weightDecay) {
      this.beta1 = belowOne("beta1", beta1);
      this.beta2 = belowOne("beta2", beta2);
      this.epsilon = notNegative("epsilon", epsilon);
      this.weightDecay = notNegative("weight decay", weightDecay);
    }

    private static double belowOne(String what, double value) {
      if (notNegative(what, value) >= 1) {
        throw new ClgradException(
            "optimizer: " + what + " is " + value + "; expected less than 1, such as 0.9");
      }
      return value;
    }

    /** How much of the running means of gradient and squared gradient is kept each step. */
    public Options betas(double first, double second) {
      return new Options(first, second, epsilon, weightDecay);
    }

    /** What keeps the denominator from 0; 1e-8 by default. */
    public Options epsilon(double value) {
      return new Options(beta1, beta2, value, weightDecay);
    }

    /** How much of the parameter is added to its gradient; 0 by default. */
    public Options weightDecay(double value) {
      return new Options(beta1, beta2, epsilon, value);
    }
  }
}
