package dev.clgrad;

import dev.clgrad.schedule.Content;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Recording;
import dev.clgrad.schedule.Replay;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Storage;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a captured step does, as one recording of it showed: its launches, where it finds what they
 * read, and where what they leave behind belongs.
 */
final class Capture {
  /** A leaf whose gradient the step reads or sets: one of the inputs, or the same every time. */
  private sealed interface Leaf {
    Variable find(List<Tensor> given);
  }

  private record InputLeaf(int input) implements Leaf {
    @Override
    public Variable find(List<Tensor> given) {
      return given.get(input).variable();
    }
  }

  private record FixedLeaf(Variable variable) implements Leaf {
    @Override
    public Variable find(List<Tensor> given) {
      return variable;
    }
  }

  /** Memory that was there before the step. */
  private sealed interface Source {
    Storage find(List<Tensor> given);
  }

  private record InputMemory(int input) implements Source {
    @Override
    public Storage find(List<Tensor> given) {
      return given.get(input).variable().storage();
    }
  }

  private record GradientMemory(Leaf leaf) implements Source {
    @Override
    public Storage find(List<Tensor> given) {
      Variable grad = leaf.find(given).grad();
      if (grad == null) {
        throw new IllegalStateException("a capture that does not fit was run");
      }
      return grad.storage();
    }
  }

  private record FixedMemory(Storage storage) implements Source {
    @Override
    public Storage find(List<Tensor> given) {
      return storage;
    }
  }

  /** A tensor that the step makes from a Java array, which is the same each time. */
  private record Constant(Storage storage, List<Object> numbers) implements Source {
    @Override
    public Storage find(List<Tensor> given) {
      return storage;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Constant that && numbers.size() == that.numbers.size();
    }

    @Override
    public int hashCode() {
      return numbers.size();
    }
  }

  /** What a leaf's gradient is afterwards. */
  private enum After {
    NONE,
    SAME,
    NEW
  }

  /**
   * What happens to a leaf's gradient.
   *
   * @param before the gradient's layout before the step; null for no gradient
   * @param kept for a new gradient, which of the contents left behind it is
   * @param layout for a new gradient, its layout
   */
  private record Gradient(
      Leaf leaf, @Nullable Layout before, After after, int kept, @Nullable Layout layout) {}

  private record Written(Source memory, int kept) {}

  private record Result(int kept, Layout layout) {}

  private final Signature signature;
  private final List<Source> sources = new ArrayList<>();
  private final List<Gradient> gradients = new ArrayList<>();
  private final List<Written> written = new ArrayList<>();
  private final List<Result> results = new ArrayList<>();

  /** Where inputs that are changed in place begin in their memory; -1 for others. */
  private final List<Long> places = new ArrayList<>();

  private final Replay replay;
  private long changes;
  private @Nullable String obstacle;

  private Capture(
      Signature signature, Recording recording, List<Tensor> given, List<Tensor> returned) {
    this.signature = signature;
    List<Content> kept = new ArrayList<>();
    for (Tensor tensor : returned) {
      Variable v = tensor.variable();
      results.add(new Result(keep(kept, v.storage(), recording), v.layout()));
    }
    Map<Storage, Leaf> gradientsBefore = new LinkedHashMap<>();
    recording
        .touched()
        .forEach(
            (owner, state) -> addGradient(owner, state, recording, given, kept, gradientsBefore));
    for (Storage storage : recording.replaced()) {
      Source source = source(storage, given, gradientsBefore);
      if (!storage.isClosed()) {
        written.add(new Written(source, keep(kept, storage, recording)));
      }
    }
    for (Content content : recording.externals()) {
      Storage storage = recording.reachedThrough(content);
      Object numbers = recording.constant(content);
      if (storage == null) {
        obstacle = "it reads memory that it did not reach through a tensor";
      } else if (numbers != null) {
        Storage own = storage.share();
        Scope.escape(own);
        sources.add(new Constant(own, boxed(numbers)));
      } else {
        if (recording.isMade(storage)) {
          obstacle = "it reads a tensor through a copy that it made itself";
        }
        sources.add(source(storage, given, gradientsBefore));
      }
    }
    Map<Content, Long> first = new HashMap<>();
    for (int k = 0; k < given.size(); k++) {
      Variable input = given.get(k).variable();
      boolean isWritten = recording.replaced().contains(input.storage());
      places.add(isWritten ? input.layout().offset() : -1);
      first.put(input.storage().content(), firstOffset(given, k));
    }
    this.replay = Replay.of(recording, kept, first);
    if (replay.reachesBack()) {
      obstacle = "it reads the memory of an input from before its first element";
    }
    if (recording.obstacle() != null) {
      obstacle = recording.obstacle();
    }
    this.changes = Recording.changes();
  }

  /** What a recording showed; it is still open. */
  static Capture of(
      Signature signature, Recording recording, List<Tensor> given, List<Tensor> returned) {
    return new Capture(signature, recording, given, returned);
  }

  /** Where the inputs that share an input's memory begin in it; 0 if it stays where it is. */
  private long firstOffset(List<Tensor> given, int input) {
    if (places.get(input) >= 0) {
      return 0;
    }
    Variable own = given.get(input).variable();
    long first = own.layout().offset();
    for (Tensor other : given) {
      if (other.variable().storage() == own.storage()) {
        first = Math.min(first, other.variable().layout().offset());
      }
    }
    return first;
  }

  private static int keep(List<Content> kept, Storage storage, Recording recording) {
    Content content = storage.content();
    recording.leaves(content);
    kept.add(content);
    return kept.size() - 1;
  }

  private static Source source(
      Storage storage, List<Tensor> given, Map<Storage, Leaf> gradientsBefore) {
    for (int k = 0; k < given.size(); k++) {
      if (given.get(k).variable().storage() == storage) {
        return new InputMemory(k);
      }
    }
    Leaf leaf = gradientsBefore.get(storage);
    return leaf != null ? new GradientMemory(leaf) : new FixedMemory(storage);
  }

  private void addGradient(
      Object owner,
      @Nullable Object state,
      Recording recording,
      List<Tensor> given,
      List<Content> kept,
      Map<Storage, Leaf> gradientsBefore) {
    Variable variable = (Variable) owner;
    Leaf leaf = new FixedLeaf(variable);
    for (int k = 0; k < given.size(); k++) {
      if (given.get(k).variable() == variable) {
        leaf = new InputLeaf(k);
      }
    }
    Variable before = (Variable) state;
    Variable after = variable.grad();
    Layout layout = before == null ? null : before.layout();
    if (before != null) {
      gradientsBefore.put(before.storage(), leaf);
    }
    if (after == before) {
      gradients.add(new Gradient(leaf, layout, After.SAME, -1, null));
    } else if (after == null) {
      gradients.add(new Gradient(leaf, layout, After.NONE, -1, null));
    } else {
      if (!recording.isMade(after.storage()) || after.node() != null) {
        obstacle = "it sets a gradient that it did not compute itself, or that has a graph";
      }
      int place = keep(kept, after.storage(), recording);
      gradients.add(new Gradient(leaf, layout, After.NEW, place, after.layout()));
    }
  }

  private static List<Object> boxed(Object array) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < java.lang.reflect.Array.getLength(array); i++) {
      list.add(java.lang.reflect.Array.get(array, i));
    }
    return list;
  }

  /** Why it cannot be repeated; null if it can. */
  @Nullable String obstacle() {
    return obstacle;
  }

  /** Whether another recording did the same, but for numbers. */
  boolean isLike(Capture other) {
    return signature.equals(other.signature)
        && sources.equals(other.sources)
        && gradients.equals(other.gradients)
        && written.equals(other.written)
        && results.equals(other.results)
        && places.equals(other.places)
        && replay.isLike(other.replay);
  }

  /** Whether nothing that steps depend on was changed in between. */
  boolean isOfSameState(Capture other) {
    return changes == other.changes;
  }

  /** The first number in which another recording that is like this one differs; null for none. */
  @Nullable String difference(Capture other) {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i) instanceof Constant a
          && other.sources.get(i) instanceof Constant b
          && !a.numbers.equals(b.numbers)) {
        return "a tensor that it makes from a Java array held other numbers when it was recorded again";
      }
    }
    return replay.difference(other.replay);
  }

  /** Takes note that another recording, made after something had changed, did the same. */
  void renew(Capture other) {
    changes = other.changes;
  }

  /** Whether it can be run with these inputs now. */
  boolean fits(Signature now, List<Tensor> given) {
    if (changes != Recording.changes() || !signature.equals(now)) {
      return false;
    }
    for (Gradient gradient : gradients) {
      Variable grad = gradient.leaf.find(given).grad();
      boolean same =
          gradient.before == null
              ? grad == null
              : grad != null
                  && gradient.before.equals(grad.layout())
                  && !grad.requiresGrad()
                  && !grad.storage().isClosed();
      if (!same) {
        return false;
      }
    }
    for (int k = 0; k < places.size(); k++) {
      long place = places.get(k);
      if (place >= 0 && place != given.get(k).variable().layout().offset()) {
        return false;
      }
    }
    return sources.stream().noneMatch(s -> s.find(given).isClosed());
  }

  /** Runs the launches; fits has said that it can. */
  List<Tensor> run(List<Tensor> given) {
    List<Replay.Input> inputs = new ArrayList<>(sources.size());
    for (Source source : sources) {
      long shift = 0;
      if (source instanceof InputMemory memory) {
        shift = firstOffset(given, memory.input);
      }
      inputs.add(new Replay.Input(source.find(given).content(), shift));
    }
    List<Tensor> returned = new ArrayList<>(results.size());
    replay.run(inputs, kept -> commit(given, kept, returned));
    return returned;
  }

  private void commit(List<Tensor> given, List<Content> kept, List<Tensor> returned) {
    for (Written write : written) {
      write.memory.find(given).replace(kept.get(write.kept), "a captured step");
    }
    for (Gradient gradient : gradients) {
      Variable leaf = gradient.leaf.find(given);
      switch (gradient.after) {
        case SAME -> {}
        case NONE -> leaf.dropGrad();
        case NEW -> {
          Storage storage = Storage.of(kept.get(gradient.kept));
          Scope.follow(storage, leaf.storage());
          leaf.dropGrad();
          leaf.setGrad(new Variable(storage, java.util.Objects.requireNonNull(gradient.layout)));
        }
      }
    }
    for (Result result : results) {
      returned.add(new Tensor(new Variable(Storage.of(kept.get(result.kept)), result.layout)));
    }
  }
}
