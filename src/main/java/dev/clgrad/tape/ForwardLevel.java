package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.DTypeException;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forward mode on one thread: while it is open, a variable may have a tangent, and every recorded
 * operation gives its outputs theirs.
 *
 * <p>An operation only says how gradients go backward: dx = Jᵀ dy, in differentiable operations,
 * linear in dy. That is enough. With a stand-in u for dy, the gradient of ⟨Jᵀ u, t⟩ with respect to
 * u is J t, the tangent of the output. The value of u does not enter, and what is computed of it on
 * the way is dropped before anything runs; what remains are the operations of J t.
 */
public final class ForwardLevel implements AutoCloseable {
  private final Algebra algebra;
  private final Modes modes;
  private final GradMode recording;

  private ForwardLevel(Algebra algebra, Modes modes) {
    this.algebra = algebra;
    this.modes = modes;
    this.recording = GradMode.set(true);
  }

  /**
   * Opens it on this thread.
   *
   * @throws AutogradException if it is open already
   */
  public static ForwardLevel open(Algebra algebra) {
    Modes modes = Modes.current();
    if (modes.forward != null) {
      throw new AutogradException(
          "forward mode: it is open on this thread already, and there is one level; for second derivatives go forward over"
              + " backward, as Functional.hvp does");
    }
    ForwardLevel level = new ForwardLevel(algebra, modes);
    modes.forward = level;
    return level;
  }

  /** The level that is open on this thread; null for none. */
  static @Nullable ForwardLevel current() {
    return Modes.current().forward;
  }

  /** Whether it is open on this thread. */
  public static boolean isOpen() {
    return current() != null;
  }

  /** Ends it: no variable has a tangent any longer. */
  @Override
  public void close() {
    if (modes.forward == this) {
      modes.forward = null;
      recording.close();
    }
  }

  /**
   * A variable of the same elements that has a tangent; gradients flow through it.
   *
   * @throws ShapeException if the tangent has another shape
   * @throws DTypeException if it has another dtype, or that is not floating-point
   */
  public Variable dual(Variable x, Variable tangent) {
    if (!x.dtype().isFloating() || x.dtype() != tangent.dtype()) {
      throw new DTypeException(
          "forward mode: a tensor of "
              + x.dtype()
              + " cannot have a tangent of "
              + tangent.dtype()
              + "; both must be of one floating-point dtype");
    }
    if (!x.shape().equals(tangent.shape())) {
      throw new ShapeException(
          "forward mode: a tensor of shape "
              + x.shape()
              + " cannot have a tangent of shape "
              + tangent.shape()
              + "; they must be equal");
    }
    Variable dual = x.detach();
    Node.record(
        "AliasBackward0",
        List.of(x),
        List.of(dual),
        List.of(),
        c -> new @Nullable Variable[] {c.dy()});
    dual.setTangent(tangent, this);
    return dual;
  }

  /** The tangent of a variable; null where it does not depend on one that has a tangent. */
  public @Nullable Variable tangent(Variable y) {
    return y.tangent();
  }

  /** Gives the outputs of an operation their tangents. */
  void propagate(
      @Nullable Node node,
      List<Variable> inputs,
      List<Variable> outputs,
      List<Variable> saved,
      Gradient gradient) {
    List<@Nullable Variable> tangents = new ArrayList<>();
    boolean any = false;
    boolean differentiable = false;
    for (Variable input : inputs) {
      Variable tangent = input.tangent();
      tangents.add(tangent);
      any |= tangent != null;
      differentiable |= input.requiresGrad() || (tangent != null && tangent.requiresGrad());
    }
    @Nullable Variable[] found = new Variable[outputs.size()];
    if (any) {
      modes.forward = null;
      try (GradMode on = GradMode.set(true)) {
        if (differentiable) {
          found = pushed(tangents, outputs, saved, gradient, true);
        } else {
          try (Scope temporary = Scope.open("forward mode")) {
            found = pushed(tangents, outputs, saved, gradient, false);
            for (Variable tangent : found) {
              if (tangent != null) {
                temporary.keep(tangent.storage());
              }
            }
          }
        }
      } finally {
        modes.forward = this;
      }
    }
    for (int i = 0; i < found.length; i++) {
      outputs.get(i).setTangent(found[i], this);
    }
    if (node != null) {
      node.setTangents(found);
    }
  }

  private @Nullable Variable[] pushed(
      List<@Nullable Variable> tangents,
      List<Variable> outputs,
      List<Variable> saved,
      Gradient gradient,
      boolean createGraph) {
    @Nullable Variable[] standIns = new Variable[outputs.size()];
    List<Variable> sources = new ArrayList<>();
    for (int i = 0; i < standIns.length; i++) {
      Variable y = outputs.get(i);
      if (y.dtype().isFloating()) {
        Variable u = algebra.full(new Node.OutputMetadata(y.scheduler(), y.dtype(), y.shape()), 0);
        u.setRequiresGrad(true);
        standIns[i] = u;
        sources.add(u);
      }
    }
    @Nullable Variable[] dx = gradient.apply(new StandIn(standIns, tangents, saved));
    List<Variable> roots = new ArrayList<>();
    List<Variable> seeds = new ArrayList<>();
    for (int i = 0; i < dx.length; i++) {
      Variable d = dx[i];
      Variable tangent = tangents.get(i);
      if (tangent != null && d != null && d.requiresGrad()) {
        roots.add(d);
        seeds.add(tangent);
      }
    }
    @Nullable Variable[] found = new Variable[outputs.size()];
    if (!roots.isEmpty()) {
      @Nullable Variable[] pushed =
          Backward.gradients(roots, seeds, sources, true, createGraph, algebra);
      int next = 0;
      for (int i = 0; i < found.length; i++) {
        found[i] = standIns[i] == null ? null : pushed[next++];
      }
    }
    return found;
  }

  /** Lets a gradient run on stand-ins of what would arrive. */
  private record StandIn(
      @Nullable Variable[] dys, List<@Nullable Variable> tangents, List<Variable> saved)
      implements Gradient.Context {
    @Override
    public Variable dy(int output) {
      return java.util.Objects.requireNonNull(dys[output]);
    }

    @Override
    public boolean arrived(int output) {
      return dys[output] != null;
    }

    @Override
    public Variable saved(int i) {
      return saved.get(i);
    }

    @Override
    public boolean needs(int input) {
      return tangents.get(input) != null;
    }

    @Override
    public boolean createGraph() {
      return true;
    }
  }
}
