package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.schedule.Trace;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs hooks on the gradients of one walk. What they have seen is the program's from then on. */
final class HookRunner {
  private final InFlight inFlight;
  private final LeafGradients leafGradients;
  private final UnaryOperator<Variable> asFor;

  /**
   * For one walk.
   *
   * @param asFor a gradient as it leaves the walk
   */
  HookRunner(InFlight inFlight, LeafGradients leafGradients, UnaryOperator<Variable> asFor) {
    this.inFlight = inFlight;
    this.leafGradients = leafGradients;
    this.asFor = asFor;
  }

  /** Runs the hooks on what has arrived at a node. */
  void before(Node node, NodeHooks hooks, @Nullable Variable[] dy) {
    Trace.refuseIfActive("a hook");
    for (NodeHooks.OfOutput one : hooks.tensors) {
      Variable gradient = dy[one.output()];
      if (gradient != null) {
        inFlight.seen(gradient);
        put(node, dy, one.output(), one.hook().apply(gradient));
      }
    }
    for (NodeHooks.Retained one : hooks.retained) {
      Variable variable = one.variable().get();
      Variable gradient = dy[one.output()];
      if (variable != null && gradient != null) {
        leafGradients.retain(variable, asFor.apply(gradient));
      }
    }
    for (NodeHooks.Before hook : hooks.before) {
      show(dy);
      @Nullable Variable[] changed = hook.apply(dy.clone());
      if (changed != null) {
        checkCount(node, dy.length, changed.length);
        for (int i = 0; i < dy.length; i++) {
          put(node, dy, i, changed[i]);
        }
      }
    }
  }

  private void put(Node node, @Nullable Variable[] dy, int i, @Nullable Variable changed) {
    if (changed != null) {
      check("a hook before " + node, node.outputs().get(i), changed);
      inFlight.replace(dy[i], changed);
      dy[i] = changed;
    }
  }

  private static void checkCount(Node node, int expected, int actual) {
    if (expected != actual) {
      throw new AutogradException(
          "backward: a hook on "
              + node
              + " returned "
              + actual
              + " gradients for the "
              + expected
              + " it was given; return as many, or null to leave them");
    }
  }

  /** Runs the hooks on what a node has made, and gives what takes its place. */
  @Nullable Variable[] after(
      Node node, NodeHooks hooks, @Nullable Variable[] made, @Nullable Variable[] dy) {
    Trace.refuseIfActive("a hook");
    @Nullable Variable[] dx = made;
    show(dy);
    show(dx);
    for (NodeHooks.After hook : hooks.after) {
      @Nullable Variable[] changed = hook.apply(dx.clone(), dy.clone());
      if (changed != null) {
        checkCount(node, dx.length, changed.length);
        dx = changed;
      }
    }
    return dx;
  }

  private void show(@Nullable Variable[] gradients) {
    for (Variable gradient : gradients) {
      if (gradient != null) {
        inFlight.seen(gradient);
      }
    }
  }

  /**
   * Checks a gradient before it goes further.
   *
   * @param maker what made it, for errors
   * @throws AutogradException if it has not the shape and dtype of what it is the gradient of
   */
  static void check(String maker, Node.OutputMetadata expected, Variable gradient) {
    if (!expected.shape().equals(gradient.shape()) || expected.dtype() != gradient.dtype()) {
      throw new AutogradException(
          "backward: "
              + maker
              + " made a gradient of shape "
              + gradient.shape()
              + " and dtype "
              + gradient.dtype()
              + " for a tensor of shape "
              + expected.shape()
              + " and dtype "
              + expected.dtype());
    }
  }
}
