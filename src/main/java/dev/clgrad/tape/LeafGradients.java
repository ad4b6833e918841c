package dev.clgrad.tape;

import dev.clgrad.schedule.Scope;
import org.jspecify.annotations.Nullable;

/** Adds the gradients of a walk to those of variables. */
final class LeafGradients {
  private final Algebra algebra;
  private final InFlight inFlight;
  private final boolean createGraph;

  LeafGradients(Algebra algebra, InFlight inFlight, boolean createGraph) {
    this.algebra = algebra;
    this.inFlight = inFlight;
    this.createGraph = createGraph;
  }

  /** Adds a gradient, which is consumed, to that of a leaf; then its hooks run. */
  void accumulate(Variable leaf, Variable gradient) {
    // Graphs of several threads may end at the same leaf.
    synchronized (leaf) {
      if (!leaf.requiresGrad()) {
        // It was set off after the graph was made.
        inFlight.consumed(new Variable[] {gradient});
        return;
      }
      add(leaf, gradient);
    }
    NodeHooks hooks = leaf.isLeaf() ? leaf.accumulator().hooksOrNull() : null;
    if (hooks != null) {
      hooks.accumulated.forEach(hook -> hook.accept(leaf));
    }
  }

  private void add(Variable leaf, Variable gradient) {
    try (GradMode mode = GradMode.set(createGraph)) {
      Variable grad = sum(leaf.grad(), gradient);
      // It lives as long as the leaf, however short the scope that backward ran in.
      Scope.follow(grad.storage(), leaf.storage());
      leaf.setGrad(grad);
    }
    if (!createGraph) {
      inFlight.consumed(new Variable[] {gradient});
    }
  }

  /** Adds a gradient, which stays on its way, to that of a variable that retains it. */
  void retain(Variable variable, Variable gradient) {
    synchronized (variable) {
      Variable before = variable.grad();
      Variable grad = before == null ? algebra.copy(gradient) : algebra.add(before, gradient);
      Scope.follow(grad.storage(), variable.storage());
      variable.setGrad(grad);
    }
  }

  private Variable sum(@Nullable Variable before, Variable gradient) {
    if (before != null) {
      if (createGraph || before.requiresGrad()) {
        return algebra.add(before, gradient);
      }
      algebra.addInPlace(before, gradient);
      return before;
    }
    if (createGraph) {
      // It may be the user's own, another leaf's too, or expanded, and is a part of the new graph.
      return algebra.copy(gradient);
    }
    return inFlight.giveAway(gradient) ? gradient.detach() : algebra.copy(gradient);
  }
}
