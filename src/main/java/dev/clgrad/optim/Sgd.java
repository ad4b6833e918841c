package dev.clgrad.optim;

import dev.clgrad.ClgradException;
import dev.clgrad.Tensor;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.StepScalar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent, with momentum where asked for, as PyTorch's {@code SGD}:
 *
 * <pre>
 *   g = gradient + weightDecay p
 *   v = g                              in a parameter's first step
 *   v = momentum v + (1 - dampening) g in the others
 *   p = p - learningRate v             (Nesterov: p - learningRate (g + momentum v))
 * </pre>
 */
public final class Sgd extends Optimizer {
  private final Options options;
  private final List<@Nullable Tensor> velocities;

  /** Plain gradient descent: p = p - learningRate g. */
  public Sgd(List<Tensor> parameters, double learningRate) {
    this(parameters, learningRate, Options.DEFAULT);
  }

  /**
   * Gradient descent with options: {@code new Sgd(model.parameters(), 0.1,
   * Sgd.options().momentum(0.9))}.
   *
   * @throws ClgradException if Nesterov's momentum is asked for without momentum or with dampening
   */
  public Sgd(List<Tensor> parameters, double learningRate, Options options) {
    super(parameters, learningRate);
    if (options.nesterov && (options.momentum == 0 || options.dampening != 0)) {
      throw new ClgradException(
          "Sgd: Nesterov's momentum needs momentum above 0 and dampening 0, and they are "
              + options.momentum
              + " and "
              + options.dampening);
    }
    this.options = options;
    this.velocities = new ArrayList<>(Collections.nCopies(parameters.size(), null));
  }

  /** No momentum, no weight decay; each method gives options that differ in one point. */
  public static Options options() {
    return Options.DEFAULT;
  }

  @Override
  void update(int index, Tensor parameter, Tensor gradient) {
    Tensor g = decayed(gradient, parameter, options.weightDecay);
    if (options.momentum != 0) {
      Tensor v = velocities.get(index);
      if (v == null) {
        v = Scope.outside(g::clone);
        velocities.set(index, v);
      } else {
        v.mul_(options.momentum).add_(g, 1 - options.dampening);
      }
      g = options.nesterov ? g.add(v, options.momentum) : v;
    }
    parameter.add_(g, StepScalar.of(() -> -learningRate()));
  }

  /** What {@link Sgd} does beyond plain descent. Immutable. */
  public static final class Options {
    private static final Options DEFAULT = new Options(0, 0, 0, false);

    private final double momentum;
    private final double dampening;
    private final double weightDecay;
    private final boolean nesterov;

    private Options(double momentum, double dampening, double weightDecay, boolean nesterov) {
      this.momentum = notNegative("momentum", momentum);
      this.dampening = dampening;
      this.weightDecay = notNegative("weight decay", weightDecay);
      this.nesterov = nesterov;
    }

    /** How much of the velocity is kept each step; 0, the default, is none. */
    public Options momentum(double value) {
      return new Options(value, dampening, weightDecay, nesterov);
    }

    /** How much of a gradient does not go into the velocity; 0 by default. */
    public Options dampening(double value) {
      return new Options(momentum, value, weightDecay, nesterov);
    }

    /** How much of the parameter is added to its gradient; 0 by default. */
    public Options weightDecay(double value) {
      return new Options(momentum, dampening, value, nesterov);
    }

    /** Looks ahead along the velocity, as Nesterov's method does. */
    public Options nesterov() {
      return new Options(momentum, dampening, weightDecay, true);
    }
  }
}
