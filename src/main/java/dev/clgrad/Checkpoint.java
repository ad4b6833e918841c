package dev.clgrad;

import dev.clgrad.op.RandomLog;
import dev.clgrad.schedule.Scope;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.SavedHooks;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A segment of a program whose operations keep nothing for backward but a number: when backward
 * asks for the first of these values, the segment is computed again, and all of them are kept until
 * they are used. (Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016.)
 */
final class Checkpoint implements SavedHooks {
  private final Function<List<Tensor>, List<Tensor>> segment;
  private final List<Variable> inputs = new ArrayList<>();
  private final List<Boolean> requireGrad = new ArrayList<>();
  private final List<Boolean> leaf = new ArrayList<>();
  private final RandomLog random = new RandomLog();
  private int count;
  private @Nullable List<@Nullable Variable> values;

  private Checkpoint(Function<List<Tensor>, List<Tensor>> segment, List<Tensor> inputs) {
    this.segment = segment;
    for (Tensor input : inputs) {
      Variable v = input.variable();
      // Shares: what is changed in place afterwards is still as it was.
      this.inputs.add(new Variable(v.storage().share(), v.layout()));
      leaf.add(v.isLeaf());
      requireGrad.add(v.isDifferentiated());
    }
  }

  static List<Tensor> run(Function<List<Tensor>, List<Tensor>> segment, List<Tensor> inputs) {
    if (!GradMode.isEnabled()) {
      return segment.apply(inputs);
    }
    Checkpoint checkpoint = new Checkpoint(segment, inputs);
    try (SavedHooks.Restore hooks = SavedHooks.use(checkpoint);
        RandomLog.Use log = checkpoint.random.write()) {
      return segment.apply(inputs);
    }
  }

  @Override
  public Object pack(Variable value) {
    value.storage().close();
    return count++;
  }

  @Override
  public synchronized Variable unpack(Object packed) {
    int i = (Integer) packed;
    List<@Nullable Variable> all = values;
    if (all == null || all.get(i) == null) {
      all = Scope.outside(this::again);
      values = all;
    }
    return java.util.Objects.requireNonNull(all.get(i));
  }

  @Override
  public synchronized void release(Object packed) {
    List<@Nullable Variable> all = values;
    if (all != null) {
      Variable value = all.set((Integer) packed, null);
      if (value != null) {
        value.storage().close();
      }
    }
  }

  /** Computes the segment again, as far as something is saved in it. */
  private List<@Nullable Variable> again() {
    List<@Nullable Variable> collected = new ArrayList<>();
    List<Tensor> arguments = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      arguments.add(new Tensor(argument(i)));
    }
    try (Scope scope = Scope.open("a checkpointed segment");
        GradMode on = GradMode.set(true);
        SavedHooks.Restore hooks = SavedHooks.use(new Collector(scope, collected, count));
        RandomLog.Use log = random.read()) {
      var unused = segment.apply(arguments);
    } catch (Enough enough) {
      // What comes after the last saved value need not be computed.
    }
    if (collected.size() != count) {
      throw new AutogradException(
          "checkpoint: computed again, a segment saved "
              + collected.size()
              + " tensors for backward, and the first time "
              + count
              + "; it must do the same each time it is called");
    }
    return collected;
  }

  /** An input as it was given, in memory of its own: the segment may change it in place. */
  private Variable argument(int i) {
    Variable input = inputs.get(i);
    Variable argument = new Variable(input.storage().share(), input.layout());
    if (!requireGrad.get(i)) {
      return argument;
    }
    argument.setRequiresGrad(true);
    if (leaf.get(i)) {
      return argument;
    }
    Variable made = new Variable(input.storage().share(), input.layout());
    try (GradMode on = GradMode.set(true)) {
      Node.record(
          "AliasBackward0",
          List.of(argument),
          List.of(made),
          List.of(),
          c -> new @Nullable Variable[] {c.dy()});
    }
    return made;
  }

  /** Keeps what the segment saves when it is computed again. */
  private record Collector(Scope scope, List<@Nullable Variable> collected, int count)
      implements SavedHooks {
    @Override
    public Object pack(Variable value) {
      if (collected.size() == count) {
        throw new AutogradException(
            "checkpoint: computed again, a segment saved more than the "
                + count
                + " tensors of the first time; it must do the same each time it is called");
      }
      scope.keep(value.storage());
      collected.add(value);
      if (collected.size() == count) {
        throw new Enough();
      }
      return collected.size() - 1;
    }

    @Override
    public Variable unpack(Object packed) {
      return java.util.Objects.requireNonNull(collected.get((Integer) packed));
    }
  }

  /** All that backward will ask for is there. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("the segment need not be computed further", null, false, false);
    }
  }
}
