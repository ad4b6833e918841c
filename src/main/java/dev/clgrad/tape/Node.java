package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.schedule.CallSite;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.schedule.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One recorded operation: its gradient, what that needs, and where the gradients go. Nodes refer to
 * the nodes of their inputs, never the other way round, so a graph lives exactly as long as
 * somebody holds its results.
 */
public final class Node {
  private static final AtomicLong SEQUENCE = new AtomicLong();

  private final String name;
  private final @Nullable Gradient gradient;
  private final @Nullable Variable leaf;
  private final List<@Nullable Edge> edges;
  private final List<OutputMetadata> outputs = new ArrayList<>();
  private final long sequence = SEQUENCE.getAndIncrement();
  private @Nullable List<Saved> saved;
  private final @Nullable CallSite site = CallSite.here();
  private @Nullable NodeHooks hooks;

  /** The outputs that a walk started at which gave back what was saved; null for none. */
  private @Nullable BitSet usedAsRoot;

  /** The tangents of its outputs, for what it saved of them; null for none. */
  private @Nullable Variable @Nullable [] tangents;

  /** The thread of the walk it is part of; null for none. Guarded by {@link Walks}. */
  @Nullable Thread walker;

  /** Where a gradient goes: an output of the node that made an input. */
  public record Edge(Node node, int output) {}

  /** What an output was, to make zeros where no gradient arrives. */
  public record OutputMetadata(Scheduler scheduler, DType dtype, Shape shape) {}

  private Node(
      String name,
      @Nullable Gradient gradient,
      @Nullable Variable leaf,
      List<@Nullable Edge> edges,
      List<Saved> saved) {
    this.name = name;
    this.gradient = gradient;
    this.leaf = leaf;
    this.edges = edges;
    this.saved = saved;
  }

  static Node accumulator(Variable leaf) {
    Node node = new Node("AccumulateGrad", null, leaf, List.of(), List.of());
    node.outputs.add(new OutputMetadata(leaf.scheduler(), leaf.dtype(), leaf.shape()));
    return node;
  }

  /**
   * Records an operation if this thread records and an input requires gradients; else does nothing.
   *
   * @param name the name PyTorch gives the node, such as {@code AddBackward0}
   * @param inputs the differentiable inputs, in the order of the gradients
   * @param outputs what it made; those of integer or bool dtype take no part
   * @param saved what the gradient needs: inputs, outputs or temporaries
   */
  public static void record(
      String name,
      List<Variable> inputs,
      List<Variable> outputs,
      List<Variable> saved,
      Gradient gradient) {
    Modes modes = Modes.current();
    if (!modes.grad) {
      return;
    }
    Node node = needGradient(inputs) ? record(name, inputs, outputs, saved, gradient, true) : null;
    ForwardLevel level = modes.forward;
    if (level != null) {
      level.propagate(node, inputs, outputs, saved, gradient);
    }
  }

  /** A node of an operation that saves nothing, whatever the mode; its outputs are not changed. */
  static Node of(String name, List<Variable> inputs, List<Variable> outputs, Gradient gradient) {
    return record(name, inputs, outputs, List.of(), gradient, false);
  }

  private static Node record(
      String name,
      List<Variable> inputs,
      List<Variable> outputs,
      List<Variable> saved,
      Gradient gradient,
      boolean attach) {
    List<@Nullable Edge> edges = new ArrayList<>(inputs.size());
    for (Variable input : inputs) {
      edges.add(edge(input));
    }
    List<Saved> kept = saved.isEmpty() ? List.of() : new ArrayList<>(saved.size());
    for (Variable variable : saved) {
      kept.add(Saved.of(variable, outputs.indexOf(variable), name));
    }
    Node node = new Node(name, gradient, null, edges, kept);
    for (int i = 0; i < outputs.size(); i++) {
      Variable output = outputs.get(i);
      node.outputs.add(new OutputMetadata(output.scheduler(), output.dtype(), output.shape()));
      if (attach && output.dtype().isFloating()) {
        output.attach(node, i);
      }
    }
    return node;
  }

  private static boolean needGradient(List<Variable> variables) {
    for (int i = 0; i < variables.size(); i++) {
      if (variables.get(i).requiresGrad()) {
        return true;
      }
    }
    return false;
  }

  /** Where the gradient of a variable goes; null if it needs none. */
  static @Nullable Edge edge(Variable variable) {
    if (!variable.requiresGrad()) {
      return null;
    }
    Node node = variable.node();
    return node != null ? new Edge(node, variable.output()) : new Edge(variable.accumulator(), 0);
  }

  /** The name PyTorch gives it, such as {@code AddBackward0}. */
  public String name() {
    return name;
  }

  /** Where the gradients of its inputs go; null for inputs that need none. */
  public List<@Nullable Edge> edges() {
    return edges;
  }

  /** Where the program called the operation, if that was watched. */
  @Nullable CallSite site() {
    return site;
  }

  /** The hooks on it. */
  public synchronized NodeHooks hooks() {
    NodeHooks h = hooks;
    if (h == null) {
      h = new NodeHooks();
      hooks = h;
    }
    return h;
  }

  /** The hooks on it; null if there was never one. */
  @Nullable NodeHooks hooksOrNull() {
    return hooks;
  }

  /** The leaf whose gradient it collects; null for an operation. */
  public @Nullable Variable leaf() {
    return leaf;
  }

  long sequence() {
    return sequence;
  }

  List<OutputMetadata> outputs() {
    return outputs;
  }

  @Nullable Gradient gradient() {
    return gradient;
  }

  /**
   * Remembers that a backward pass started at an output, which may happen once unless the graph is
   * retained.
   */
  void markRoot(int output) {
    if (usedAsRoot == null) {
      usedAsRoot = new BitSet();
    }
    usedAsRoot.set(output);
  }

  /**
   * Checks, before anything is changed, that the gradient can be computed.
   *
   * @param asRoot the outputs that a walk starts at; null for none
   * @throws AutogradException if what it saved is gone or was overwritten
   */
  void checkUsable(@Nullable BitSet asRoot) {
    List<Saved> s = saved;
    if (s == null || (asRoot != null && usedAsRoot != null && asRoot.intersects(usedAsRoot))) {
      throw new AutogradException(
          "backward: the graph of "
              + name
              + " has been used already and what it saved was given back; pass retainGraph = true to the first backward, or compute"
              + " the result again");
    }
    for (Saved one : s) {
      one.check(this);
    }
  }

  Variable saved(int i) {
    List<Saved> s = saved;
    if (s == null) {
      throw new AutogradException(
          "backward: " + name + " reads what it saved after giving it back");
    }
    return s.get(i).unpack(this);
  }

  void setTangents(@Nullable Variable[] tangents) {
    this.tangents = tangents;
  }

  /** The tangent of an output when it was made; null for none. */
  @Nullable Variable tangent(int output) {
    @Nullable Variable[] t = tangents;
    return t == null ? null : t[output];
  }

  /** What it keeps for its gradient; nothing if that was given back. */
  List<Saved> saved() {
    List<Saved> s = saved;
    return s == null ? List.of() : s;
  }

  /** Whether a storage is one of its saved values' own. */
  boolean isSaved(Storage storage) {
    List<Saved> s = saved;
    if (s == null) {
      return false;
    }
    for (int i = 0; i < s.size(); i++) {
      if (s.get(i).isIn(storage)) {
        return true;
      }
    }
    return false;
  }

  /**
   * After an in-place operation was recorded as a function and its result became the elements of
   * the variable it changed: what the nodes of that function saved of the variable is of before or
   * after, on purpose; only later changes count.
   *
   * @param changed the storage that was changed
   * @param result the storage of the function's result
   * @param since the number of nodes when the function began
   */
  public void settle(Storage changed, Storage result, long since) {
    Deque<Node> stack = new ArrayDeque<>(List.of(this));
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    while (!stack.isEmpty()) {
      Node node = stack.pop();
      if (node.sequence >= since && seen.add(node)) {
        node.saved().forEach(s -> s.settle(changed.version(), result.version()));
        for (Edge edge : node.edges) {
          if (edge != null) {
            stack.push(edge.node());
          }
        }
      }
    }
  }

  /** The number that the next node gets. */
  public static long nextSequence() {
    return SEQUENCE.get();
  }

  /** Gives back what was saved. */
  void release() {
    List<Saved> s = saved;
    if (s != null && !s.isEmpty()) {
      s.forEach(Saved::release);
      saved = null;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
