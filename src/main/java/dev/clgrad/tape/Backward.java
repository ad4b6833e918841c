package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.schedule.Scope;
import dev.clgrad.tape.Node.Edge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
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
  private final boolean asked;
  private final boolean checkFinite = Anomaly.isCheckingFinite();
  private final IdentityHashMap<Node, Integer> dependencies = new IdentityHashMap<>();
  private final InFlight inFlight;
  private final LeafGradients leafGradients;
  private final HookRunner hookRunner;
  private final List<Leaf> leaves = new ArrayList<>();

  private Backward(Algebra algebra, boolean retainGraph, boolean createGraph) {
    this.algebra = algebra;
    this.retainGraph = retainGraph;
    // In forward mode gradients have tangents, which come of recorded operations alone.
    this.createGraph = createGraph || ForwardLevel.current() != null;
    this.asked = createGraph;
    this.inFlight = new InFlight(algebra, this.createGraph);
    this.leafGradients = new LeafGradients(algebra, inFlight, this.createGraph);
    this.hookRunner = new HookRunner(inFlight, leafGradients, this::asFor);
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
    walk.run(roots, gradients, null);
    for (Leaf leaf : walk.leaves) {
      walk.leafGradients.accumulate(leaf.variable, leaf.gradient);
    }
  }

  /**
   * Accumulates the gradients of roots into these variables alone, which need not be leaves.
   *
   * @param inputs what gradients are accumulated in; all require gradients
   */
  public static void accumulateInto(
      List<Variable> roots,
      List<Variable> gradients,
      List<Variable> inputs,
      boolean retainGraph,
      boolean createGraph,
      Algebra algebra) {
    if (inputs.isEmpty()) {
      throw new AutogradException(
          "backward: the list of inputs is empty; give those whose gradients are wanted, or null for all leaves");
    }
    Backward walk = new Backward(algebra, retainGraph, createGraph);
    @Nullable Variable[] found = walk.run(roots, gradients, edges("backward", inputs));
    for (int i = 0; i < found.length; i++) {
      Variable gradient = found[i];
      // One that is named twice gets its gradient once.
      if (gradient != null && inputs.indexOf(inputs.get(i)) == i) {
        walk.leafGradients.accumulate(inputs.get(i), gradient);
      }
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
    Backward walk = new Backward(algebra, retainGraph, createGraph);
    return walk.run(roots, gradients, edges("grad", inputs));
  }

  private static List<Edge> edges(String op, List<Variable> inputs) {
    List<Edge> edges = new ArrayList<>();
    for (Variable input : inputs) {
      Edge edge = Node.edge(input);
      if (edge == null) {
        throw new AutogradException(
            op
                + ": an input of shape "
                + input.shape()
                + " does not require gradients; call requiresGrad(true) before it is used");
      }
      edges.add(edge);
    }
    return edges;
  }

  private record Leaf(Variable variable, Variable gradient) {}

  private @Nullable Variable[] run(
      List<Variable> roots, List<Variable> gradients, @Nullable List<Edge> wanted) {
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
    IdentityHashMap<Node, BitSet> startOutputs = new IdentityHashMap<>();
    starts.forEach(e -> startOutputs.computeIfAbsent(e.node(), n -> new BitSet()).set(e.output()));
    List<Node> order = discover(starts);
    Needed needed = wanted == null ? Needed.everything() : Needed.leadingTo(wanted, order);
    List<Node> claimed = Walks.begin(order);
    try {
      for (Node node : order) {
        if (node.leaf() == null && needed.runs(node)) {
          node.checkUsable(startOutputs.get(node));
        }
      }
      @Nullable Variable[] results = walk(starts, startOutputs.keySet(), gradients, wanted, needed);
      for (Edge start : starts) {
        if (!retainGraph && needed.runs(start.node())) {
          start.node().markRoot(start.output());
        }
      }
      return results;
    } finally {
      Walks.end(claimed);
    }
  }

  private @Nullable Variable[] walk(
      List<Edge> starts,
      Set<Node> startNodes,
      List<Variable> gradients,
      @Nullable List<Edge> wanted,
      Needed needed) {
    @Nullable Variable[] results = new Variable[wanted == null ? 0 : wanted.size()];
    PriorityQueue<Node> ready =
        new PriorityQueue<>(Comparator.comparingLong(Node::sequence).reversed());
    try (GradMode mode = GradMode.set(createGraph)) {
      for (int i = 0; i < starts.size(); i++) {
        inFlight.arrive(starts.get(i), gradients.get(i));
      }
      for (Node node : startNodes) {
        if (dependencies.getOrDefault(node, 0) == 0) {
          ready.add(node);
        }
      }
      for (Node node = ready.poll(); node != null; node = ready.poll()) {
        @Nullable Variable[] dy = inFlight.take(node);
        if (dy != null) {
          NodeHooks hooks = node.hooksOrNull();
          if (hooks != null && !hooks.isEmpty()) {
            hookRunner.before(node, hooks, dy);
          }
          for (int i = 0; i < results.length; i++) {
            if (wanted != null && wanted.get(i).node() == node) {
              results[i] = captured(dy[wanted.get(i).output()]);
            }
          }
          visit(node, dy, needed, wanted == null);
        }
        for (Edge edge : node.edges()) {
          if (edge != null && dependencies.merge(edge.node(), -1, Integer::sum) == 0) {
            ready.add(edge.node());
          }
        }
      }
    }
    return results;
  }

  private void visit(Node node, @Nullable Variable[] dy, Needed needed, boolean accumulating) {
    Variable leaf = node.leaf();
    if (leaf != null) {
      Variable gradient = dy[0];
      if (!accumulating || gradient == null) {
        inFlight.consumed(dy);
        return;
      }
      NodeHooks hooks = node.hooksOrNull();
      if (hooks != null && !hooks.accumulated.isEmpty()) {
        // Who waits for it wants to do away with it before the walk is over.
        leafGradients.accumulate(leaf, asFor(gradient));
      } else {
        leaves.add(new Leaf(leaf, asFor(gradient)));
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
      NodeHooks hooks = node.hooksOrNull();
      if (hooks != null && !hooks.after.isEmpty()) {
        dx = hookRunner.after(node, hooks, dx, dy);
      }
      for (int i = 0; i < needs.length; i++) {
        Edge edge = node.edges().get(i);
        Variable gradient = dx[i];
        if (edge != null && needs[i] && gradient != null) {
          HookRunner.check(node.toString(), edge.node().outputs().get(edge.output()), gradient);
          if (checkFinite) {
            Anomaly.check(node, i, gradient, algebra);
          }
          inFlight.arrive(edge, gradient);
        }
      }
      if (!retainGraph) {
        node.release();
      }
    }
    inFlight.consumed(dy);
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
          inFlight.own(d);
        }
      }
      return dx;
    }
  }

  /** A gradient that leaves the walk as a result. */
  private @Nullable Variable captured(@Nullable Variable gradient) {
    if (gradient != null && !createGraph) {
      inFlight.seen(gradient);
    }
    return gradient == null ? null : asFor(gradient);
  }

  /** A gradient as it leaves: with a graph only if that was asked for. */
  private Variable asFor(Variable gradient) {
    return asked || !createGraph ? gradient : gradient.detachReverse();
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
    public boolean arrived(int output) {
      return dy[output] != null;
    }

    @Override
    public void show(int output) {
      Variable d = dy[output];
      if (d != null) {
        inFlight.seen(d);
      }
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
