package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Storage;
import dev.clgrad.tape.Node.Edge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the tape, from roots to leaves: each node runs once, when the gradients of all its
 * outputs have arrived. Iterative, so that a graph may be of any depth. Everything that can be
 * wrong with the graph is checked before the first gradient is computed, and leaves get theirs
 * after the last.
 *
 * <p>Gradients on their way have no owner in Java: they are given back as soon as the node they
 * were for has run.
 */
public final class Backward {
  private final Algebra algebra;
  private final boolean retainGraph;
  private final boolean createGraph;
  private final IdentityHashMap<Node, Integer> dependencies = new IdentityHashMap<>();
  private final IdentityHashMap<Node, @Nullable Variable[]> arrived = new IdentityHashMap<>();
  private final IdentityHashMap<Storage, Integer> holders = new IdentityHashMap<>();
  private final IdentityHashMap<Storage, Boolean> owned = new IdentityHashMap<>();

  private Backward(Algebra algebra, boolean retainGraph, boolean createGraph) {
    this.algebra = algebra;
    this.retainGraph = retainGraph;
    this.createGraph = createGraph;
  }

  /**
   * Accumulates the gradients of roots into the leaves.
   *
   * @param roots what is differentiated; all require gradients
   * @param gradients the upstream gradient of each root, of its shape
   */
  public static void accumulate(
      List<Variable> roots,
      List<Variable> gradients,
      boolean retainGraph,
      boolean createGraph,
      Algebra algebra) {
    Backward walk = new Backward(algebra, retainGraph, createGraph);
    List<Leaf> leaves = new ArrayList<>();
    walk.run(roots, gradients, null, leaves);
    for (Leaf leaf : leaves) {
      walk.accumulate(leaf);
    }
  }

  /**
   * The gradients of roots with respect to inputs, which are neither accumulated nor need be
   * leaves.
   *
   * @return one for each input; null where no root depends on it
   */
  public static @Nullable Variable[] gradients(
      List<Variable> roots,
      List<Variable> gradients,
      List<Variable> inputs,
      boolean retainGraph,
      boolean createGraph,
      Algebra algebra) {
    List<Edge> wanted = new ArrayList<>();
    for (Variable input : inputs) {
      Edge edge = Node.edge(input);
      if (edge == null) {
        throw new AutogradException(
            "grad: an input of shape "
                + input.shape()
                + " does not require gradients; call requiresGrad(true) before it is used");
      }
      wanted.add(edge);
    }
    Backward walk = new Backward(algebra, retainGraph, createGraph);
    return walk.run(roots, gradients, wanted, new ArrayList<>());
  }

  private record Leaf(Variable variable, Variable gradient) {}

  private @Nullable Variable[] run(
      List<Variable> roots,
      List<Variable> gradients,
      @Nullable List<Edge> wanted,
      List<Leaf> leaves) {
    List<Edge> starts = new ArrayList<>();
    for (Variable root : roots) {
      Edge edge = Node.edge(root);
      if (edge == null) {
        throw new AutogradException(
            "backward: the tensor of shape "
                + root.shape()
                + " does not require gradients and was not made from one that does; call requiresGrad(true) on a leaf"
                + " before computing with it");
      }
      starts.add(edge);
    }
    Set<Node> startNodes = Collections.newSetFromMap(new IdentityHashMap<>());
    starts.forEach(e -> startNodes.add(e.node()));
    List<Node> order = discover(starts);
    Needed needed = wanted == null ? Needed.everything() : Needed.leadingTo(wanted, order);
    for (Node node : order) {
      if (node.leaf() == null && needed.runs(node)) {
        node.checkUsable(startNodes.contains(node));
      }
    }
    @Nullable Variable[] results = new Variable[wanted == null ? 0 : wanted.size()];
    PriorityQueue<Node> ready =
        new PriorityQueue<>(Comparator.comparingLong(Node::sequence).reversed());
    try (GradMode mode = GradMode.set(createGraph)) {
      for (int i = 0; i < starts.size(); i++) {
        arrive(starts.get(i), gradients.get(i));
      }
      for (Node node : startNodes) {
        if (dependencies.getOrDefault(node, 0) == 0) {
          ready.add(node);
        }
      }
      for (Node node = ready.poll(); node != null; node = ready.poll()) {
        @Nullable Variable[] dy = arrived.remove(node);
        if (wanted != null && dy != null) {
          for (int i = 0; i < results.length; i++) {
            if (wanted.get(i).node() == node) {
              results[i] = captured(dy[wanted.get(i).output()]);
            }
          }
        }
        visit(node, dy, needed, leaves, wanted == null);
        for (Edge edge : node.edges()) {
          if (edge != null && dependencies.merge(edge.node(), -1, Integer::sum) == 0) {
            ready.add(edge.node());
          }
        }
      }
    }
    if (!retainGraph) {
      startNodes.forEach(Node::markRoot);
    }
    return results;
  }

  private void visit(
      Node node,
      @Nullable Variable @Nullable [] dy,
      Needed needed,
      List<Leaf> leaves,
      boolean accumulating) {
    if (dy == null) {
      return;
    }
    Variable leaf = node.leaf();
    if (leaf != null) {
      Variable gradient = dy[0];
      if (accumulating && gradient != null) {
        leaves.add(new Leaf(leaf, gradient));
      } else {
        consumed(dy);
      }
      return;
    }
    if (needed.runs(node)) {
      boolean[] needs = new boolean[node.edges().size()];
      for (int i = 0; i < needs.length; i++) {
        Edge edge = node.edges().get(i);
        needs[i] = edge != null && needed.receives(edge.node());
      }
      @Nullable Variable[] dx = apply(node, dy, needs);
      for (int i = 0; i < needs.length; i++) {
        Edge edge = node.edges().get(i);
        Variable gradient = dx[i];
        if (edge != null && needs[i] && gradient != null) {
          checkGradient(node, edge, gradient);
          arrive(edge, gradient);
        }
      }
      if (!retainGraph) {
        node.release();
      }
    }
    consumed(dy);
  }

  private @Nullable Variable[] apply(Node node, @Nullable Variable[] dy, boolean[] needs) {
    Gradient gradient = java.util.Objects.requireNonNull(node.gradient());
    Call call = new Call(node, dy, needs);
    if (createGraph) {
      return gradient.apply(call);
    }
    try (Scope scope = Scope.open()) {
      @Nullable Variable[] dx = gradient.apply(call);
      for (int i = 0; i < dx.length; i++) {
        Variable d = dx[i];
        if (d != null && node.isSaved(d.storage())) {
          // What was saved may be given back before its gradient has arrived.
          d = new Variable(d.storage().share(), d.layout());
          dx[i] = d;
        }
        if (d != null && scope.keep(d.storage())) {
          owned.put(d.storage(), true);
        }
      }
      return dx;
    }
  }

  /** Adds a gradient to those that have arrived at an output of a node. */
  private void arrive(Edge edge, Variable gradient) {
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

  private void hold(Variable gradient) {
    holders.merge(gradient.storage(), 1, Integer::sum);
  }

  /**
   * Lets go of gradients; what was made on this walk and is nowhere else on its way is given back.
   */
  private void consumed(@Nullable Variable[] gradients) {
    for (Variable gradient : gradients) {
      if (gradient != null) {
        Storage storage = gradient.storage();
        if (holders.merge(storage, -1, Integer::sum) == 0 && owned.remove(storage) != null) {
          storage.close();
        }
      }
    }
  }

  /** A gradient that leaves the walk as a result. */
  private @Nullable Variable captured(@Nullable Variable gradient) {
    if (gradient == null || createGraph) {
      return gradient;
    }
    owned.remove(gradient.storage());
    return gradient;
  }

  private void accumulate(Leaf leaf) {
    // Graphs of several threads may end at the same leaf.
    synchronized (leaf.variable) {
      if (!leaf.variable.requiresGrad()) {
        // It was set off after the graph was made.
        consumed(new Variable[] {leaf.gradient});
        return;
      }
      try (GradMode mode = GradMode.set(createGraph)) {
        Variable grad = accumulated(leaf.variable.grad(), leaf.gradient);
        // It lives as long as the leaf, however short the scope that backward ran in.
        Scope.follow(grad.storage(), leaf.variable.storage());
        leaf.variable.setGrad(grad);
      }
      if (!createGraph) {
        consumed(new Variable[] {leaf.gradient});
      }
    }
  }

  private Variable accumulated(@Nullable Variable before, Variable gradient) {
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
    // The gradient's memory becomes the leaf's only if nobody else looks at it and all of it is
    // needed.
    Storage storage = gradient.storage();
    boolean takeOver =
        owned.containsKey(storage)
            && holders.getOrDefault(storage, 0) == 1
            && gradient.layout().isContiguous()
            && storage.content().length() == gradient.shape().numel()
            && gradient.scheduler().isUnshared(storage);
    if (!takeOver) {
      return algebra.copy(gradient);
    }
    owned.remove(storage);
    return gradient.detach();
  }

  private List<Node> discover(List<Edge> starts) {
    List<Node> order = new ArrayList<>();
    IdentityHashMap<Node, Boolean> seen = new IdentityHashMap<>();
    Deque<Node> stack = new ArrayDeque<>();
    for (Edge start : starts) {
      if (seen.put(start.node(), true) == null) {
        stack.push(start.node());
      }
    }
    while (!stack.isEmpty()) {
      Node node = stack.pop();
      order.add(node);
      for (Edge edge : node.edges()) {
        if (edge != null) {
          dependencies.merge(edge.node(), 1, Integer::sum);
          if (seen.put(edge.node(), true) == null) {
            stack.push(edge.node());
          }
        }
      }
    }
    return order;
  }

  private static void checkGradient(Node node, Edge edge, Variable gradient) {
    Node.OutputMetadata expected = edge.node().outputs().get(edge.output());
    if (!expected.shape().equals(gradient.shape()) || expected.dtype() != gradient.dtype()) {
      throw new AutogradException(
          "backward: "
              + node
              + " made a gradient of shape "
              + gradient.shape()
              + " and dtype "
              + gradient.dtype()
              + " for an input of shape "
              + expected.shape()
              + " and dtype "
              + expected.dtype());
    }
  }

  private final class Call implements Gradient.Context {
    private final Node node;
    private final @Nullable Variable[] dy;
    private final boolean[] needs;

    Call(Node node, @Nullable Variable[] dy, boolean[] needs) {
      this.node = node;
      this.dy = dy;
      this.needs = needs;
    }

    @Override
    public Variable dy(int output) {
      Variable d = dy[output];
      return d != null ? d : algebra.full(node.outputs().get(output), 0);
    }

    @Override
    public Variable saved(int i) {
      return node.saved(i);
    }

    @Override
    public boolean needs(int input) {
      return needs[input];
    }

    @Override
    public boolean createGraph() {
      return createGraph;
    }
  }
}
