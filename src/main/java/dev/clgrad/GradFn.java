package dev.clgrad;

import dev.clgrad.schedule.Recording;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.NodeHooks;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A node of the graph: the operation that made a tensor, seen from backward. Walk the graph with
 * {@link #nextFunctions}. Two are equal if they are the same node.
 *
 * <p>Whoever holds one holds the graph behind it, but not the tensors it made.
 */
public final class GradFn {
  private final Node node;

  GradFn(Node node) {
    this.node = node;
  }

  static @Nullable GradFn of(@Nullable Node node) {
    return node == null ? null : new GradFn(node);
  }

  /**
   * Where a gradient goes.
   *
   * @param function the node
   * @param output which of its outputs the gradient is of
   */
  public record Next(GradFn function, int output) {}

  /** The name PyTorch gives it, such as {@code AddBackward0}, or {@code AccumulateGrad}. */
  public String name() {
    return node.name();
  }

  /**
   * Where the gradients of its inputs go, in the order of the inputs: the functions that made them,
   * or those that accumulate the gradient of a leaf; null for an input that needs none.
   */
  public List<@Nullable Next> nextFunctions() {
    List<@Nullable Next> next = new ArrayList<>();
    for (Node.Edge edge : node.edges()) {
      next.add(edge == null ? null : new Next(new GradFn(edge.node()), edge.output()));
    }
    return next;
  }

  /** The leaf whose gradient it accumulates; null for an operation. */
  public @Nullable Tensor variable() {
    Variable leaf = node.leaf();
    return leaf == null ? null : new Tensor(leaf);
  }

  /**
   * Runs a hook before this function, with the gradients of its outputs.
   *
   * @param hook takes the gradients (null where none arrived) and returns as many in their place,
   *     or null to leave them
   */
  public RemovableHandle registerPrehook(UnaryOperator<@Nullable List<@Nullable Tensor>> hook) {
    NodeHooks.Removal removal =
        node.hooks().before(outputs -> variables(hook.apply(tensors(outputs))));
    return handle(removal);
  }

  /**
   * Runs a hook after this function, with the gradients that it made of its inputs and those of its
   * outputs.
   *
   * @param hook takes both (null where there is none) and returns as many gradients of inputs in
   *     their place, or null to leave them
   * @throws AutogradException for a leaf's, which makes none
   */
  public RemovableHandle registerHook(
      BiFunction<List<@Nullable Tensor>, List<@Nullable Tensor>, @Nullable List<@Nullable Tensor>>
          hook) {
    if (node.leaf() != null) {
      throw new AutogradException(
          "registerHook: AccumulateGrad makes no gradients; use registerHook or registerPostAccumulateGradHook of its tensor");
    }
    NodeHooks.Removal removal =
        node.hooks()
            .after((inputs, outputs) -> variables(hook.apply(tensors(inputs), tensors(outputs))));
    return handle(removal);
  }

  /** A captured step runs without Java: it has to be recorded again where a leaf's hooks change. */
  private RemovableHandle handle(NodeHooks.Removal removal) {
    if (node.leaf() == null) {
      return removal::remove;
    }
    Recording.invalidate();
    return () -> {
      Recording.invalidate();
      removal.remove();
    };
  }

  private static List<@Nullable Tensor> tensors(@Nullable Variable[] variables) {
    List<@Nullable Tensor> tensors = new ArrayList<>();
    for (Variable variable : variables) {
      tensors.add(variable == null ? null : new Tensor(variable));
    }
    return tensors;
  }

  private static @Nullable Variable @Nullable [] variables(
      @Nullable List<@Nullable Tensor> tensors) {
    if (tensors == null) {
      return null;
    }
    @Nullable Variable[] variables = new Variable[tensors.size()];
    for (int i = 0; i < variables.length; i++) {
      Tensor tensor = tensors.get(i);
      variables[i] = tensor == null ? null : tensor.variable();
    }
    return variables;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GradFn that && that.node == node;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(node);
  }

  /** The name between angle brackets, as a tensor prints it: {@code <AddBackward0>}. */
  @Override
  public String toString() {
    return "<" + node.name() + ">";
  }
}
