package dev.clgrad.nn;

import dev.clgrad.Tensor;
import java.util.function.UnaryOperator;

/**
 * A function without parameters as a module: {@code new Sequential(new Linear(4, 8),
 * Activation.relu(), new Linear(8, 2))}, or {@code Activation.of("square", x -> x.mul(x))}.
 */
public final class Activation extends Module {
  private final String name;
  private final UnaryOperator<Tensor> function;

  private Activation(String name, UnaryOperator<Tensor> function) {
    this.name = name;
    this.function = function;
  }

  /**
   * Any function of one tensor.
   *
   * @param name what the module is called where it is printed
   */
  public static Activation of(String name, UnaryOperator<Tensor> function) {
    return new Activation(name, function);
  }

  /** max(x, 0). */
  public static Activation relu() {
    return of("relu", Tensor::relu);
  }

  /** The logistic function 1 / (1 + exp(-x)). */
  public static Activation sigmoid() {
    return of("sigmoid", Tensor::sigmoid);
  }

  /** The hyperbolic tangent. */
  public static Activation tanh() {
    return of("tanh", Tensor::tanh);
  }

  @Override
  public Tensor forward(Tensor x) {
    return function.apply(x);
  }

  @Override
  protected String describe() {
    return name;
  }
}
