package dev.clgrad.nn;

import dev.clgrad.Tensor;
import java.util.List;

/** Modules one after the other, named by their place: {@code 0}, {@code 1}, and so on. */
public final class Sequential extends Module {
  private final List<Module> steps;

  /** These modules in this order; with none, the output is the input. */
  public Sequential(Module... steps) {
    this.steps = List.of(steps);
    for (int i = 0; i < steps.length; i++) {
      module(Integer.toString(i), steps[i]);
    }
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = x;
    for (Module step : steps) {
      y = step.forward(y);
    }
    return y;
  }
}
