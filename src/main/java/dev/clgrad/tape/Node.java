package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.schedule.Storage;
import java.util.ArrayList;
import java.util.List;
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
  private boolean usedAsRoot;

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
    if (!GradMode.isEnabled() || inputs.stream().noneMatch(Variable::requiresGrad)) {
      return;
    }
    List<@Nullable Edge> edges = new ArrayList<>();
    for (Variable input : inputs) {
      edges.add(edge(input));
    }
    List<Saved> kept = new ArrayList<>();
    for (Variable variable : saved) {
      kept.add(new Saved(variable, outputs.indexOf(variable)));
    }
    Node node = new Node(name, gradient, null, edges, kept);
    for (int i = 0; i < outputs.size(); i++) {
      Variable output = outputs.get(i);
      node.outputs.add(new OutputMetadata(output.scheduler(), output.dtype(), output.shape()));
      if (output.dtype().isFloating()) {
        output.attach(node, i);
      }
    }
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

  /** The leaf whose gradient it collects; null for an operation. */
  @Nullable Variable leaf() {
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
   * Remembers that a backward pass started here, which may happen once unless the graph is
   * retained.
   */
  void markRoot() {
    usedAsRoot = true;
  }

  /**
   * Checks, before anything is changed, that the gradient can be computed.
   *
   * @throws AutogradException if what it saved is gone or was overwritten
   */
  void checkUsable(boolean asRoot) {
    List<Saved> s = saved;
    if (s == null || (asRoot && usedAsRoot)) {
      throw new AutogradException(
          "backward: the graph of "
              + name
              + " has been used already and what it saved was given back; pass retainGraph = true to the first backward, or compute"
              + " the result again");
    }
    for (Saved one : s) {
      one.check(name);
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

  /** What it keeps for its gradient; nothing if that was given back. */
  List<Saved> saved() {
    List<Saved> s = saved;
    return s == null ? List.of() : s;
  }

  /** Whether a storage is one of its saved values' own. */
  boolean isSaved(Storage storage) {
    List<Saved> s = saved;
    return s != null && s.stream().anyMatch(one -> one.isIn(storage));
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
