package dev.clgrad;

import java.util.List;

/**
 * How a report calls what a check differentiates. A second derivative is checked as the first one
 * of a function that takes the inputs and then the upstream gradients, and gives gradients of
 * inputs.
 */
final class GradcheckNames {
  private final String check;
  private final int inputs;
  private final List<Integer> differentiated;

  private GradcheckNames(String check, int inputs, List<Integer> differentiated) {
    this.check = check;
    this.inputs = inputs;
    this.differentiated = differentiated;
  }

  /** The names of a first derivative. */
  static GradcheckNames first() {
    return new GradcheckNames("gradcheck", Integer.MAX_VALUE, List.of());
  }

  /**
   * The names of a second derivative.
   *
   * @param inputs how many inputs the function has
   * @param differentiated the places of those whose gradients are its outputs
   */
  static GradcheckNames second(int inputs, List<Integer> differentiated) {
    return new GradcheckNames("gradgradcheck", inputs, differentiated);
  }

  /** The name of the check. */
  String check() {
    return check;
  }

  /** The name of an input of what is checked. */
  String input(int i) {
    return i < inputs ? "input " + i : "the upstream gradient of output " + (i - inputs);
  }

  /** The name of an output of what is checked. */
  String output(int i) {
    return differentiated.isEmpty()
        ? "output " + i
        : "the gradient of input " + differentiated.get(i);
  }
}
