package dev.clgrad.tape;

import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Storage;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The gradients that are on their way on one walk. They have no owner in Java: memory that the walk
 * made is given back as soon as nothing on its way is in it.
 */
final class InFlight {
  private final Algebra algebra;
  private final boolean createGraph;
  private final IdentityHashMap<Node, @Nullable Variable[]> arrived = new IdentityHashMap<>();
  private final IdentityHashMap<Storage, Integer> holders = new IdentityHashMap<>();
  private final IdentityHashMap<Storage, Boolean> owned = new IdentityHashMap<>();

  InFlight(Algebra algebra, boolean createGraph) {
    this.algebra = algebra;
    this.createGraph = createGraph;
  }

  /** Adds a gradient to those that have arrived at an output of a node. */
  void arrive(Node.Edge edge, Variable gradient) {
    Node node = edge.node();
    @Nullable Variable[] slots =
        arrived.computeIfAbsent(node, n -> new Variable[Math.max(n.outputs().size(), 1)]);
    Variable before = slots[edge.output()];
    if (before == null) {
      hold(gradient);
      slots[edge.output()] = gradient;
      return;
    }
    Variable sum;
    if (createGraph) {
      sum = algebra.add(before, gradient);
    } else {
      hold(gradient);
      try (Scope scope = Scope.open()) {
        sum = algebra.add(before, gradient);
        scope.keep(sum.storage());
      }
      owned.put(sum.storage(), true);
      consumed(new Variable[] {before, gradient});
    }
    hold(sum);
    slots[edge.output()] = sum;
  }

  /**
   * The gradients that arrived at a node's outputs, which are in flight no longer; null for none.
   */
  @Nullable Variable @Nullable [] take(Node node) {
    return arrived.remove(node);
  }

  private void hold(Variable gradient) {
    holders.merge(gradient.storage(), 1, Integer::sum);
  }

  /** Takes note that the walk itself made a gradient. */
  void own(Variable gradient) {
    owned.put(gradient.storage(), true);
  }

  /** Puts another gradient in the place of one that has been taken. */
  void replace(@Nullable Variable before, @Nullable Variable after) {
    if (before == after) {
      return;
    }
    if (after != null) {
      hold(after);
    }
    consumed(new Variable[] {before});
  }

  /** Lets go of gradients; what the walk made and is nowhere else on its way is given back. */
  void consumed(@Nullable Variable[] gradients) {
    for (Variable gradient : gradients) {
      if (gradient != null) {
        Storage storage = gradient.storage();
        if (holders.merge(storage, -1, Integer::sum) == 0 && owned.remove(storage) != null) {
          storage.close();
        }
      }
    }
  }

  /** Takes note that the program has a gradient: its memory is given back by nobody. */
  void seen(Variable gradient) {
    owned.remove(gradient.storage());
  }

  /**
   * Whether the memory of a gradient can become a leaf's: nobody else looks at it and all of it is
   * needed. The walk does not own it afterwards.
   */
  boolean giveAway(Variable gradient) {
    Storage storage = gradient.storage();
    boolean can =
        owned.containsKey(storage)
            && holders.getOrDefault(storage, 0) == 1
            && gradient.layout().isContiguous()
            && storage.content().length() == gradient.shape().numel()
            && gradient.scheduler().isUnshared(storage);
    if (can) {
      owned.remove(storage);
    }
    return can;
  }
}
