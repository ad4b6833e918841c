package dev.clgrad.tape;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the program wants to see or change of the gradients at one node. They run in the order in
 * which they were added: those of an output's tensor, then what retains its gradient, then those
 * before the node, the node itself, and those after it.
 */
public final class NodeHooks {
  /** Sees a gradient, and may put another in its place. */
  @FunctionalInterface
  public interface OnGradient {
    /** The gradient that takes the place of this one; null to leave it. */
    @Nullable Variable apply(Variable gradient);
  }

  /** Sees the gradients of a node's outputs, and may put others in their place. */
  @FunctionalInterface
  public interface Before {
    /** As many gradients as were given, or null to leave them. */
    @Nullable Variable @Nullable [] apply(@Nullable Variable[] outputs);
  }

  /** Sees the gradients that a node made, and may put others in their place. */
  @FunctionalInterface
  public interface After {
    /** As many gradients as there are inputs, or null to leave them. */
    @Nullable Variable @Nullable [] apply(
        @Nullable Variable[] inputs, @Nullable Variable[] outputs);
  }

  record OfOutput(int output, OnGradient hook) {}

  record Retained(int output, WeakReference<Variable> variable) {}

  final List<OfOutput> tensors = new CopyOnWriteArrayList<>();
  final List<Retained> retained = new CopyOnWriteArrayList<>();
  final List<Before> before = new CopyOnWriteArrayList<>();
  final List<After> after = new CopyOnWriteArrayList<>();

  /** Run for a leaf whenever its gradient has been accumulated. */
  final List<Consumer<Variable>> accumulated = new CopyOnWriteArrayList<>();

  /** Takes a hook away again; idempotent. */
  @FunctionalInterface
  public interface Removal {
    void remove();
  }

  private static <T> Removal add(List<T> hooks, T hook) {
    hooks.add(hook);
    // By identity: the same hook may stand there twice.
    return new Removal() {
      private boolean removed;

      @Override
      public synchronized void remove() {
        if (removed) {
          return;
        }
        removed = true;
        for (int i = 0; i < hooks.size(); i++) {
          if (hooks.get(i) == hook) {
            hooks.remove(i);
            return;
          }
        }
      }
    };
  }

  Removal onGradient(int output, OnGradient hook) {
    return add(tensors, new OfOutput(output, hook));
  }

  /** Adds a hook that runs before the node. */
  public Removal before(Before hook) {
    return add(before, hook);
  }

  /** Adds a hook that runs after the node. */
  public Removal after(After hook) {
    return add(after, hook);
  }

  /** Adds a hook that runs when a leaf's gradient has been accumulated. */
  public Removal accumulated(Consumer<Variable> hook) {
    return add(accumulated, hook);
  }

  /** Lets a variable have the gradient of an output, for as long as somebody has the variable. */
  void retain(int output, Variable variable) {
    retained.add(new Retained(output, new WeakReference<>(variable)));
  }

  /** Takes back {@link #retain}: the variable is the output of another node now. */
  void release(Variable variable) {
    retained.removeIf(r -> r.variable().refersTo(variable));
  }

  boolean isEmpty() {
    return tensors.isEmpty() && retained.isEmpty() && before.isEmpty() && after.isEmpty();
  }
}
