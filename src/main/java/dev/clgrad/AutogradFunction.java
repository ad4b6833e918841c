package dev.clgrad;

import dev.clgrad.op.TapeAlgebra;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Storage;
import dev.clgrad.schedule.Trace;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A differentiable function of a program's own: what it computes, and its gradient, both in
 * tensors.
 *
 * <pre>{@code
 * final class Cube extends AutogradFunction {
 *   protected List<Tensor> forward(Context context, List<Tensor> inputs) {
 *     context.save(inputs.get(0));
 *     return List.of(inputs.get(0).pow(3));
 *   }
 *
 *   protected List<Tensor> backward(Context context, List<Tensor> gradients) {
 *     Tensor x = context.saved(0);
 *     return List.of(gradients.get(0).mul(x.square()).mul(3));
 *   }
 * }
 *
 * Tensor y = new Cube().apply(x);
 * }</pre>
 *
 * <p>Forward is not recorded, whatever it does inside. Backward is recorded where gradients are to
 * be differentiated in turn: it then must use differentiable operations alone, or say that it
 * {@link #isOnceDifferentiable}. An object may be applied any number of times and on any thread;
 * what backward needs of one call belongs into its context.
 */
public abstract class AutogradFunction {
  private final String nodeName;

  /** A function that is called after its class. */
  protected AutogradFunction() {
    String name = getClass().getSimpleName();
    this.nodeName = (name.isEmpty() ? "Function" : name) + "Backward";
  }

  /** A function of a name; its node is called so with {@code Backward} behind. */
  protected AutogradFunction(String name) {
    this.nodeName = name + "Backward";
  }

  /**
   * Computes the results.
   *
   * @param context keeps what backward needs
   * @return one or more tensors
   */
  protected abstract List<Tensor> forward(Context context, List<Tensor> inputs);

  /**
   * Computes the gradients of the inputs.
   *
   * @param context has what forward kept
   * @param gradients those of the results, of their shapes; zeros where none arrived, or null after
   *     {@link Context#setMaterializeGrads setMaterializeGrads(false)}
   * @return one for each input, of its shape and dtype; null where there is none
   */
  protected abstract List<? extends @Nullable Tensor> backward(
      Context context, List<@Nullable Tensor> gradients);

  /** Whether differentiating its gradient is an error; if not, backward must be differentiable. */
  protected boolean isOnceDifferentiable() {
    return false;
  }

  /** The result, for functions with one. */
  public final Tensor apply(Tensor... inputs) {
    List<Tensor> results = applyAll(List.of(inputs));
    if (results.size() != 1) {
      throw new AutogradException(
          nodeName
              + ": apply is for functions with one result, and this one has "
              + results.size()
              + "; call applyAll");
    }
    return results.get(0);
  }

  /**
   * The results.
   *
   * @throws AutogradException if forward marked as changed in place what must not be
   */
  public final List<Tensor> applyAll(List<Tensor> inputs) {
    Context context = new Context(inputs);
    List<Tensor> returned;
    try (GradMode off = GradMode.set(false)) {
      returned = forward(context, inputs);
    }
    context.isForward = false;
    checkDirty(context, returned);
    return record(context, inputs, returned);
  }

  private List<Tensor> record(Context context, List<Tensor> inputs, List<Tensor> returned) {
    List<Tensor> results = new ArrayList<>();
    List<Variable> outputs = new ArrayList<>();
    IdentityHashMap<Variable, Variable> made = new IdentityHashMap<>();
    for (Tensor tensor : returned) {
      // What forward returns may be an input, or a view of one; the result is another variable.
      Variable result = tensor.variable().detach();
      if (inputs.stream().anyMatch(t -> t.variable().storage() == result.storage())) {
        result.keepAsItIs(nodeName);
      }
      made.put(tensor.variable(), result);
      results.add(context.dirty.contains(tensor.variable()) ? tensor : new Tensor(result));
      if (!context.constants.contains(tensor.variable())) {
        outputs.add(result);
        context.places.add(outputs.size() - 1);
      } else {
        context.places.add(-1);
      }
      context.results.add(
          new Node.OutputMetadata(result.scheduler(), result.dtype(), result.shape()));
    }
    List<Variable> saved = new ArrayList<>();
    context.toSave.forEach(v -> saved.add(made.getOrDefault(v, v)));
    context.toSave.clear();
    List<Variable> differentiable = inputs.stream().map(t -> t.variable()).toList();
    Node.record(nodeName, differentiable, outputs, saved, c -> gradients(context, c));
    for (Variable changed : context.dirty) {
      Variable result = made.get(changed);
      if (result != null && result.node() != null) {
        changed.rebase(result);
      }
    }
    context.dirty.clear();
    context.constants.clear();
    return results;
  }

  private void checkDirty(Context context, List<Tensor> returned) {
    for (Variable changed : context.dirty) {
      String problem = null;
      if (returned.stream().noneMatch(t -> t.variable() == changed)) {
        problem = "and did not return it; return it too";
      } else if (GradMode.isEnabled() && changed.requiresGrad() && changed.isLeaf()) {
        problem = "which is a leaf that requires gradients; give the function a copy";
      } else if (changed.view() != null) {
        problem = "which is a view; give the function what it is a view of, or a copy";
      }
      if (problem != null) {
        throw new AutogradException(
            nodeName
                + ": forward changed in place an input of shape "
                + changed.shape()
                + ", "
                + problem);
      }
    }
  }

  private @Nullable Variable[] gradients(Context context, Gradient.Context c) {
    Trace.runsForeignCode();
    List<@Nullable Tensor> dy = new ArrayList<>();
    for (int i = 0; i < context.places.size(); i++) {
      dy.add(context.upstream(i, c));
    }
    boolean recorded = c.createGraph() && !isOnceDifferentiable();
    Context own = new Context(context, c);
    List<? extends @Nullable Tensor> dx;
    try (GradMode mode = GradMode.set(recorded)) {
      // What the program makes here may outlive the walk.
      dx = Scope.outside(() -> backward(own, dy));
    }
    if (dx.size() != context.needs.length) {
      throw new AutogradException(
          nodeName
              + ": backward returned "
              + dx.size()
              + " gradients for "
              + context.needs.length
              + " inputs; return one for each, null where there is none");
    }
    @Nullable Variable[] found = new Variable[dx.size()];
    for (int i = 0; i < found.length; i++) {
      Tensor gradient = dx.get(i);
      found[i] = gradient == null ? null : own.lasting(gradient.variable());
    }
    if (c.createGraph() && isOnceDifferentiable()) {
      close(dy, found);
    }
    return found;
  }

  /** Lets an error follow where gradients that came of dy are differentiated. */
  private void close(List<@Nullable Tensor> dy, @Nullable Variable[] dx) {
    List<Variable> from = new ArrayList<>();
    for (Tensor tensor : dy) {
      if (tensor != null) {
        from.add(tensor.variable());
      }
    }
    List<Variable> to = new ArrayList<>();
    for (int i = 0; i < dx.length; i++) {
      Variable gradient = dx[i];
      if (gradient != null) {
        Variable last = gradient.detach();
        dx[i] = last;
        to.add(last);
      }
    }
    String name = nodeName;
    Node.record(
        name + "Backward",
        from,
        to,
        List.of(),
        c -> {
          throw new AutogradException(
              name
                  + ": its gradient cannot be differentiated: the function says that it is once differentiable");
        });
  }

  /** What belongs to one call of a function: what backward needs of forward. */
  public static final class Context {
    private final boolean[] needs;
    private final Map<String, Object> values;
    private final Gradient.@Nullable Context backward;
    private final List<Variable> toSave = new ArrayList<>();
    private final Set<Variable> dirty = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Variable> constants = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Integer> places = new ArrayList<>();
    private final List<Node.OutputMetadata> results = new ArrayList<>();
    private final Set<Storage> read = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean materialize = true;
    private boolean isForward;

    private Context(List<Tensor> inputs) {
      this.needs = new boolean[inputs.size()];
      for (int i = 0; i < needs.length; i++) {
        needs[i] = inputs.get(i).variable().isDifferentiated();
      }
      this.values = new HashMap<>();
      this.backward = null;
      this.isForward = true;
    }

    private Context(Context forward, Gradient.Context backward) {
      this.needs = new boolean[forward.needs.length];
      for (int i = 0; i < needs.length; i++) {
        needs[i] = backward.needs(i);
      }
      this.values = forward.values;
      this.backward = backward;
    }

    private @Nullable Tensor upstream(int result, Gradient.Context c) {
      int place = places.get(result);
      if (place >= 0 && c.arrived(place)) {
        c.show(place);
        return new Tensor(c.dy(place));
      }
      return materialize ? new Tensor(TapeAlgebra.INSTANCE.full(results.get(result), 0)) : null;
    }

    private void inForward(String what) {
      if (!isForward) {
        throw new AutogradException(what + ": call it within forward");
      }
    }

    /**
     * Keeps tensors for backward: inputs, results, or others. What is changed in place afterwards
     * is noticed, and {@link Autograd#savedTensorHooks} apply.
     */
    public void save(Tensor... tensors) {
      inForward("save");
      for (Tensor tensor : tensors) {
        toSave.add(tensor.variable());
      }
    }

    /** A tensor that forward kept, by its place in all that it kept. */
    public Tensor saved(int i) {
      if (backward == null) {
        throw new AutogradException("saved: call it within backward");
      }
      Variable saved = backward.saved(i);
      read.add(saved.storage());
      return new Tensor(saved);
    }

    /** A gradient that stays when what was saved is given back. */
    private Variable lasting(Variable gradient) {
      if (!read.contains(gradient.storage())) {
        return gradient;
      }
      Variable shared = new Variable(gradient.storage().share(), gradient.layout());
      Node.record(
          "AliasBackward0",
          List.of(gradient),
          List.of(shared),
          List.of(),
          c -> new @Nullable Variable[] {c.dy()});
      return shared;
    }

    /** Keeps a number, a shape or another object that is no tensor for backward. */
    public void put(String name, Object value) {
      values.put(name, value);
    }

    /** What was kept under a name. */
    public <T> T get(String name, Class<T> type) {
      Object value = values.get(name);
      if (value == null) {
        throw new AutogradException("get: forward kept nothing under the name " + name);
      }
      return type.cast(value);
    }

    /** Whether the gradient of an input is needed; null may be returned for it if not. */
    public boolean needsInputGrad(int input) {
      return needs[input];
    }

    /** Says that results have no gradient, such as indices; integers never have one. */
    public void markNonDifferentiable(Tensor... tensors) {
      inForward("markNonDifferentiable");
      for (Tensor tensor : tensors) {
        constants.add(tensor.variable());
      }
    }

    /** Says that forward changed inputs in place; it must return them. */
    public void markDirty(Tensor... tensors) {
      inForward("markDirty");
      for (Tensor tensor : tensors) {
        dirty.add(tensor.variable());
      }
    }

    /** Whether backward gets zeros rather than null for results that no gradient arrived for. */
    public void setMaterializeGrads(boolean materialize) {
      inForward("setMaterializeGrads");
      this.materialize = materialize;
    }
  }
}
