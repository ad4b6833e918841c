package dev.clgrad.tape;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes behind some variables, each once, what they read before what they make. Data alone, but
 * for the leaves: it keeps no node and nothing that nodes saved.
 *
 * @param nodes the nodes
 * @param outputs for each variable, the position of the node that made it or collects its gradient
 */
public record RecordedGraph(List<Recorded> nodes, List<Integer> outputs) {

  /**
   * One node.
   *
   * @param name the name PyTorch gives it, such as {@code AddBackward0}
   * @param leaf the leaf whose gradient it collects; null for an operation
   * @param inputs for each differentiable input, the position of the node its gradient goes to; -1
   *     where it needs none
   * @param saved what it keeps for its gradient
   */
  public record Recorded(
      String name, @Nullable Variable leaf, List<Integer> inputs, List<Kept> saved) {}

  /**
   * A value kept for backward.
   *
   * @param isOutput whether the node made it; otherwise it read it
   */
  public record Kept(DType dtype, Shape shape, boolean isOutput) {}

  /** A node on the way down, and how many of its edges have been followed. */
  private static final class Visit {
    final Node node;
    int next;

    Visit(Node node) {
      this.node = node;
    }
  }

  /** The nodes behind variables, all of which require gradients. */
  public static RecordedGraph of(List<Variable> variables) {
    IdentityHashMap<Node, Integer> numbers = new IdentityHashMap<>();
    List<Recorded> nodes = new ArrayList<>();
    List<Integer> outputs = new ArrayList<>();
    for (Variable variable : variables) {
      Node.Edge edge = Node.edge(variable);
      if (edge == null) {
        throw new IllegalArgumentException("a variable that requires no gradients has no node");
      }
      collect(edge.node(), numbers, nodes);
      outputs.add(numbers.getOrDefault(edge.node(), -1));
    }
    return new RecordedGraph(nodes, outputs);
  }

  /** Adds a node behind all it leads to; with a stack of its own, for graphs are deep. */
  private static void collect(
      Node root, IdentityHashMap<Node, Integer> numbers, List<Recorded> nodes) {
    List<Visit> stack = new ArrayList<>(List.of(new Visit(root)));
    while (!stack.isEmpty()) {
      Visit visit = stack.get(stack.size() - 1);
      List<Node.@Nullable Edge> edges = visit.node.edges();
      if (numbers.containsKey(visit.node)) {
        stack.remove(stack.size() - 1);
      } else if (visit.next < edges.size()) {
        Node.Edge edge = edges.get(visit.next++);
        if (edge != null && !numbers.containsKey(edge.node())) {
          stack.add(new Visit(edge.node()));
        }
      } else {
        numbers.put(visit.node, nodes.size());
        nodes.add(describe(visit.node, numbers));
        stack.remove(stack.size() - 1);
      }
    }
  }

  private static Recorded describe(Node node, IdentityHashMap<Node, Integer> numbers) {
    List<Integer> inputs = new ArrayList<>();
    for (Node.Edge edge : node.edges()) {
      inputs.add(edge == null ? -1 : numbers.getOrDefault(edge.node(), -1));
    }
    List<Kept> saved = new ArrayList<>();
    for (Saved one : node.saved()) {
      if (one.isThere()) {
        saved.add(new Kept(one.dtype(), one.layout().shape(), one.isOwnOutput()));
      }
    }
    return new Recorded(node.name(), node.leaf(), inputs, saved);
  }
}
