package dev.clgrad.tape;

import dev.clgrad.tape.Node.Edge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which nodes a walk has to run: all of them, or those that lead to what is wanted. */
final class Needed {
  /** True where a node runs, false where gradients must only arrive; null where everything runs. */
  private final @Nullable IdentityHashMap<Node, Boolean> leading;

  private Needed(@Nullable IdentityHashMap<Node, Boolean> leading) {
    this.leading = leading;
  }

  /** For gradients of all leaves. */
  static Needed everything() {
    return new Needed(null);
  }

  /**
   * For gradients of some variables.
   *
   * @param wanted where they come from
   * @param nodes all nodes the walk can reach
   */
  static Needed leadingTo(List<Edge> wanted, List<Node> nodes) {
    IdentityHashMap<Node, List<Node>> users = new IdentityHashMap<>();
    for (Node node : nodes) {
      for (Edge edge : node.edges()) {
        if (edge != null) {
          users.computeIfAbsent(edge.node(), n -> new ArrayList<>()).add(node);
        }
      }
    }
    IdentityHashMap<Node, Boolean> leading = new IdentityHashMap<>();
    Deque<Node> stack = new ArrayDeque<>();
    for (Edge edge : wanted) {
      // A wanted node need not run itself unless it leads to another one, but gradients must arrive
      // there.
      if (leading.put(edge.node(), Boolean.FALSE) == null) {
        stack.push(edge.node());
      }
    }
    while (!stack.isEmpty()) {
      for (Node user : users.getOrDefault(stack.pop(), List.of())) {
        Boolean before = leading.put(user, Boolean.TRUE);
        if (before == null || !before) {
          stack.push(user);
        }
      }
    }
    return new Needed(leading);
  }

  /** Whether a node's own gradient must be computed. */
  boolean runs(Node node) {
    return leading == null || leading.getOrDefault(node, Boolean.FALSE);
  }

  /** Whether gradients must arrive at a node. */
  boolean receives(Node node) {
    return leading == null || leading.containsKey(node);
  }
}
