package dev.clgrad.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that are planned together, and the contents they read and make, numbered in the order
 * of their first appearance: plans speak of these numbers alone, and so fit every batch of the same
 * {@link Key}.
 */
final class Batch {
  private static final AtomicLong STAMPS = new AtomicLong();

  private final long stamp = STAMPS.incrementAndGet();
  private final @Nullable Map<Content, Content> recordedDonors;
  private final List<Task> tasks;
  private final int imported;
  private final List<Content> contents = new ArrayList<>();
  private final List<int[]> reads = new ArrayList<>();
  private final List<int[]> writes = new ArrayList<>();
  private final Map<Integer, Integer> donors = new HashMap<>();
  private final int target;
  private final boolean[] held;

  /**
   * A batch.
   *
   * @param pending the tasks in program order; recipes of virtual contents they read come before
   *     them
   * @param wanted a virtual content that is to be stored; null for none
   * @param key receives what a plan depends on
   */
  Batch(List<Task> pending, @Nullable Content wanted, Key key) {
    recordedDonors = null;
    List<Task> recipes = new ArrayList<>();
    if (wanted != null) {
      include(wanted, recipes);
    }
    for (Task task : pending) {
      for (Value input : task.inputs()) {
        include(input.content(), recipes);
      }
      Task.Patch patch = task.patch();
      if (patch != null) {
        include(patch.base(), recipes);
      }
    }
    imported = recipes.size();
    recipes.addAll(pending);
    tasks = recipes;
    for (int t = 0; t < tasks.size(); t++) {
      describe(t, key);
    }
    // Held by somebody besides the tasks of this batch: only known when all reads have been
    // counted.
    int[] own = new int[contents.size()];
    for (int t = imported; t < tasks.size(); t++) {
      for (Value input : tasks.get(t).inputs()) {
        own[slot(input.content())]++;
      }
      for (Value output : tasks.get(t).outputs()) {
        Content donor = output.content().donor();
        if (donor != null) {
          own[slot(donor)]++;
        }
      }
    }
    held = new boolean[own.length];
    for (int s = 0; s < own.length; s++) {
      held[s] = contents.get(s).references() > own[s];
      key.add(held[s] ? 1 : 0);
    }
    target = wanted == null ? -1 : slot(wanted);
    key.add(target);
    key.add(imported);
  }

  private Batch(List<Task> tasks, Map<Content, Content> donors, List<Content> kept, Key key) {
    this.tasks = tasks;
    recordedDonors = donors;
    imported = 0;
    target = -1;
    for (int t = 0; t < tasks.size(); t++) {
      describe(t, key);
    }
    for (Content content : kept) {
      number(content, key);
    }
    held = new boolean[contents.size()];
    for (Content content : kept) {
      held[slot(content)] = true;
      key.add(slot(content));
    }
  }

  /**
   * A recorded step as a batch.
   *
   * @param externals the numbers of what it reads and was there before, in the recording's order
   * @param kept the numbers of what it leaves behind
   * @param reachesBack whether it reads an input's memory from before the input's first element
   */
  record Recorded(Batch batch, int[] externals, int[] kept, boolean reachesBack) {}

  /**
   * The batch of a recorded step. Its tasks and contents are stand-ins, so that it keeps nothing of
   * the recording alive.
   *
   * @param kept the contents that somebody refers to when the step has ended
   * @param first where inputs begin in their contents: offsets are counted from there
   */
  static Recorded of(Recording recording, List<Content> kept, Map<Content, Long> first, Key key) {
    Map<Content, Content> standIns = new HashMap<>();
    UnaryOperator<Content> standIn =
        c ->
            standIns.computeIfAbsent(
                c, real -> new Content(real.scheduler(), real.dtype(), real.length()));
    boolean[] reachesBack = {false};
    UnaryOperator<Value> replace =
        v -> {
          long offset = v.layout().offset() - first.getOrDefault(v.content(), 0L);
          reachesBack[0] |= offset < 0;
          return new Value(standIn.apply(v.content()), v.layout().startingAt(offset));
        };
    List<Task> tasks = recording.tasks().stream().map(t -> t.with(replace)).toList();
    Map<Content, Content> donors = new HashMap<>();
    recording.donors().forEach((to, from) -> donors.put(standIn.apply(to), standIn.apply(from)));
    Batch batch = new Batch(tasks, donors, kept.stream().map(standIn).toList(), key);
    ToIntFunction<Content> number = c -> batch.slot(standIn.apply(c));
    return new Recorded(
        batch,
        recording.externals().stream().mapToInt(number).toArray(),
        kept.stream().mapToInt(number).toArray(),
        reachesBack[0]);
  }

  private @Nullable Content donor(Content content) {
    return recordedDonors == null ? content.donor() : recordedDonors.get(content);
  }

  private void include(Content content, List<Task> recipes) {
    Task recipe = content.recipe();
    if (recipe == null || content.slot(stamp) >= 0) {
      return;
    }
    content.setSlot(stamp, Integer.MAX_VALUE);
    for (Value input : recipe.inputs()) {
      include(input.content(), recipes);
    }
    recipes.add(recipe);
  }

  private void describe(int t, Key key) {
    Task task = tasks.get(t);
    key.add(task.op());
    key.add(task.isDefinition() ? 1 : 0);
    task.describe(key);
    int[] slots = new int[task.inputs().size()];
    for (int k = 0; k < slots.length; k++) {
      slots[k] = number(task.inputs().get(k).content(), key);
      key.add(slots[k]);
    }
    reads.add(slots);
    int[] made = new int[task.outputs().size()];
    writes.add(made);
    for (int k = 0; k < made.length; k++) {
      Value output = task.outputs().get(k);
      made[k] = number(output.content(), key);
      key.add(made[k]);
      Content donor = donor(output.content());
      int from = donor == null ? -1 : number(donor, key);
      key.add(from);
      if (from >= 0) {
        donors.put(made[k], from);
      }
    }
    Task.Patch patch = task.patch();
    key.add(patch == null ? -1 : number(patch.base(), key));
  }

  private int number(Content content, Key key) {
    int slot = content.slot(stamp);
    if (slot < 0 || slot == Integer.MAX_VALUE) {
      slot = contents.size();
      content.setSlot(stamp, slot);
      contents.add(content);
      key.add(content.dtype().ordinal());
      key.add((int) content.length());
      key.add((int) (content.length() >>> 32));
    }
    return slot;
  }

  /** The tasks: recipes first, then the pending ones in program order. */
  List<Task> tasks() {
    return tasks;
  }

  /** How many of the tasks, the first ones, are recipes, which are not themselves pending. */
  int imported() {
    return imported;
  }

  int contentCount() {
    return contents.size();
  }

  Content content(int slot) {
    return contents.get(slot);
  }

  /** The number of a content of this batch, until the next batch is made. */
  int slot(Content content) {
    return content.slot(stamp);
  }

  /** The contents that a task reads, by number, in the order of its inputs. */
  int[] reads(int task) {
    return reads.get(task);
  }

  /** The contents that a task makes, by number, in the order of its outputs. */
  int[] writes(int task) {
    return writes.get(task);
  }

  /** The content whose buffer another one may take over; -1 for none. */
  int donor(int slot) {
    return donors.isEmpty() ? -1 : donors.getOrDefault(slot, -1);
  }

  /** Whether somebody besides the tasks of this batch refers to a content. */
  boolean isHeld(int slot) {
    return held[slot];
  }

  /** Whether a content must be stored, whoever else reads it. */
  boolean isWanted(int slot) {
    return slot == target || (recordedDonors != null && held[slot]);
  }
}
