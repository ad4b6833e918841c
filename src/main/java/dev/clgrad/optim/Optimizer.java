package dev.clgrad.optim;

import dev.clgrad.Autograd;
import dev.clgrad.AutogradException;
import dev.clgrad.ClgradException;
import dev.clgrad.Device;
import dev.clgrad.Scope;
import dev.clgrad.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Changes parameters by their gradients:
 *
 * <pre>{@code
 * optimizer.zeroGrad();
 * Tensor loss = model.forward(images).crossEntropy(labels);
 * loss.backward();
 * optimizer.step();
 * }</pre>
 */
public abstract class Optimizer {
  private final List<Tensor> parameters;
  private double learningRate;

  /**
   * An optimizer of these parameters.
   *
   * @throws ClgradException if there is none, one is given twice, or the learning rate is negative
   * @throws AutogradException if one is not a leaf that requires gradients
   */
  Optimizer(List<Tensor> parameters, double learningRate) {
    if (parameters.isEmpty()) {
      throw new ClgradException(
          name() + ": there are no parameters; give those of a model, model.parameters()");
    }
    Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < parameters.size(); i++) {
      Tensor parameter = parameters.get(i);
      if (!parameter.isLeaf() || !parameter.requiresGrad()) {
        throw new AutogradException(
            name()
                + ": parameter "
                + i
                + " of shape "
                + parameter.shape()
                + (parameter.isLeaf()
                    ? " does not require gradients; call requiresGrad(true) on it"
                    : " was computed from others; give the leaves it was computed from"));
      }
      if (!seen.add(parameter)) {
        throw new ClgradException(
            name()
                + ": parameter "
                + i
                + " is given twice and would be changed twice a step; leave one out");
      }
    }
    this.parameters = List.copyOf(parameters);
    this.learningRate = notNegative("learning rate", learningRate);
  }

  /**
   * Changes each parameter that has a gradient, in place; the others, and what is remembered for
   * them, stay as they are.
   */
  public final void step() {
    // Closed before anything runs, its temporary values need not be there afterwards, and what they
    // read is overwritten in place.
    try (var off = Autograd.noGrad();
        var scope = Scope.open("optimizer step")) {
      Autograd.visitGradients(parameters, (i, g) -> update(i, parameters.get(i), g));
    }
    // The step is whole: what is pending is planned together, and the same way each time.
    parameters.stream().map(Tensor::device).distinct().forEach(Device::flush);
  }

  /**
   * Changes one parameter; called without recording.
   *
   * @param index its place among the parameters
   */
  abstract void update(int index, Tensor parameter, Tensor gradient);

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    parameters.forEach(Tensor::zeroGrad);
  }

  /** The parameters it changes. */
  public final List<Tensor> parameters() {
    return parameters;
  }

  /** The learning rate of the next step. */
  public final double learningRate() {
    return learningRate;
  }

  /**
   * Sets the learning rate from the next step on.
   *
   * @throws ClgradException if it is negative or not a number
   */
  public final void learningRate(double value) {
    learningRate = notNegative("learning rate", value);
  }

  /** The gradient with what weight decay adds: g + decay p. */
  static Tensor decayed(Tensor gradient, Tensor parameter, double weightDecay) {
    return weightDecay == 0 ? gradient : gradient.add(parameter, weightDecay);
  }

  static double notNegative(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new ClgradException(
          "optimizer: " + what + " is " + value + "; expected a finite number of at least 0");
    }
    return value;
  }

  private String name() {
    return getClass().getSimpleName();
  }
}
