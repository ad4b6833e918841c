package dev.clgrad.tape;

import dev.clgrad.AutogradException;

/** Puts hooks on variables: on the node that made one, or on that which collects its gradient. */
public final class VariableHooks {
  private VariableHooks() {}

  /**
   * Runs a hook whenever a gradient of a variable has been computed.
   *
   * @throws AutogradException if it does not require gradients
   */
  public static NodeHooks.Removal onGradient(Variable x, NodeHooks.OnGradient hook) {
    if (!x.requiresGrad()) {
      throw new AutogradException(
          "registerHook: the tensor of shape "
              + x.shape()
              + " does not require gradients, so none is ever computed; call requiresGrad(true) first");
    }
    Node made = x.node();
    return watched(
        x,
        made != null
            ? made.hooks().onGradient(x.output(), hook)
            : x.accumulator().hooks().onGradient(0, hook));
  }

  /**
   * Runs a hook whenever the gradient of a leaf has been accumulated.
   *
   * @throws AutogradException if it is no leaf that requires gradients
   */
  public static NodeHooks.Removal onAccumulated(Variable x, Runnable hook) {
    if (!x.requiresGrad() || !x.isLeaf()) {
      throw new AutogradException(
          "registerPostAccumulateGradHook: gradients are accumulated in leaves that require them, and the tensor of shape "
              + x.shape()
              + (x.isLeaf() ? " does not require gradients" : " was made by " + x.node())
              + "; use registerHook, or retainGrad()");
    }
    return watched(x, x.accumulator().hooks().accumulated(v -> hook.run()));
  }

  private static NodeHooks.Removal watched(Variable x, NodeHooks.Removal removal) {
    x.hooksChange();
    return () -> {
      x.hooksChange();
      removal.remove();
    };
  }
}
