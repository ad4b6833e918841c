package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import dev.clgrad.backend.Backend;
import dev.clgrad.schedule.LaunchReport.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Plans what reading a value would launch, as {@link Scheduler#read} does it: all that is pending,
 * then the value itself if it would not be stored. It launches nothing and changes nothing: plans,
 * texts and counters are its own. The scheduler's lock is held.
 */
final class LaunchExplainer {
  private final boolean fused;
  private final Backend backend;
  private final RecordedLaunches maker;
  private final ContentNames names;
  private final List<LaunchDescription> described = new ArrayList<>();

  /** A batch's launches, and which of its contents each one makes. */
  private record Planned(Batch batch, List<PlannedLaunch> launches) {
    /** The launch that makes a content; -1 if none does. */
    int maker(int slot) {
      for (int l = 0; l < launches.size(); l++) {
        for (int write : launches.get(l).writes()) {
          if (write == slot) {
            return l;
          }
        }
      }
      return -1;
    }
  }

  private LaunchExplainer(boolean fused, Backend backend, Map<String, Content> given) {
    this.fused = fused;
    this.backend = backend;
    this.maker =
        new RecordedLaunches(
            backend.runsTwins()
                ? new TwinLaunches()
                : new OpenClLaunches(new Renderer(backend.limits()), backend.limits()));
    this.names = new ContentNames(given);
  }

  /** What reading a content would launch, with these tasks pending. */
  static LaunchReport explain(
      Content content,
      List<Task> pending,
      boolean fused,
      Backend backend,
      Map<String, Content> given) {
    return new LaunchExplainer(fused, backend, given).explain(content, pending);
  }

  private LaunchReport explain(Content content, List<Task> pending) {
    if (content.hasBuffer()) {
      return new LaunchReport(State.IN_MEMORY, names.of(content), List.of(), 0);
    }
    Planned flush = plan(new Batch(pending, null, new Key()));
    if (content.recipe() == null && flush.batch.slot(content) < 0) {
      throw new ClgradException(
          "explain: what was to compute this value failed and was taken back");
    }
    List<Task> within = new ArrayList<>();
    BitSet wanted = new BitSet();
    boolean virtual = content.recipe() != null || flush.maker(flush.batch.slot(content)) < 0;
    if (content.recipe() == null) {
      want(flush, flush.batch.slot(content), wanted, within);
    } else {
      // What it is computed from may be pending, if that could not run before.
      for (Content read : sources(content)) {
        if (flush.batch.slot(read) >= 0) {
          want(flush, flush.batch.slot(read), wanted, new ArrayList<>());
        }
      }
    }
    describe(flush, wanted);
    int others = flush.launches.size() - wanted.cardinality();
    if (virtual) {
      Planned own = plan(new Batch(within, content, new Key()));
      BitSet all = new BitSet();
      all.set(0, own.launches.size());
      describe(own, all);
    }
    State state = described.isEmpty() ? State.IN_MEMORY : virtual ? State.VIRTUAL : State.PENDING;
    return new LaunchReport(state, names.of(content), described, others);
  }

  private Planned plan(Batch batch) {
    List<PlannedLaunch> launches = new ArrayList<>();
    for (PlannedLaunch launch : Planner.plan(batch, fused, maker, backend.limits()).launches()) {
      // What has no element is not launched.
      if (!launch.isEmpty()) {
        launches.add(launch);
      }
    }
    return new Planned(batch, launches);
  }

  /**
   * Collects the launches that a content needs, and in order the tasks that it is computed from
   * after them, where none of them stores it.
   */
  private static void want(Planned plan, int target, BitSet wanted, List<Task> within) {
    Batch batch = plan.batch;
    int[] writer = new int[batch.contentCount()];
    Arrays.fill(writer, -1);
    for (int t = 0; t < batch.tasks().size(); t++) {
      for (int slot : batch.writes(t)) {
        writer[slot] = t;
      }
    }
    BitSet slots = new BitSet();
    BitSet tasks = new BitSet();
    slots.set(target);
    List<Integer> waiting = new ArrayList<>(List.of(target));
    while (!waiting.isEmpty()) {
      int slot = waiting.remove(waiting.size() - 1);
      int[] next = {};
      int maker = plan.maker(slot);
      if (maker >= 0) {
        next = wanted.get(maker) ? next : plan.launches.get(maker).reads();
        wanted.set(maker);
      } else if (writer[slot] >= 0) {
        tasks.set(writer[slot]);
        next = batch.reads(writer[slot]);
      }
      for (int read : next) {
        if (!slots.get(read)) {
          slots.set(read);
          waiting.add(read);
        }
      }
    }
    // Recipes find their way into a batch by themselves.
    tasks.stream()
        .filter(t -> t >= batch.imported())
        .forEach(t -> within.add(batch.tasks().get(t)));
  }

  /** The contents that a virtual one is computed from and that are not virtual themselves. */
  private static List<Content> sources(Content content) {
    List<Content> sources = new ArrayList<>();
    List<Content> waiting = new ArrayList<>(List.of(content));
    Set<Content> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    while (!waiting.isEmpty()) {
      Content next = waiting.remove(waiting.size() - 1);
      Task recipe = next.recipe();
      if (!seen.add(next)) {
        continue;
      }
      if (recipe == null) {
        sources.add(next);
      } else {
        recipe.inputs().forEach(input -> waiting.add(input.content()));
      }
    }
    return sources;
  }

  private void describe(Planned plan, BitSet wanted) {
    wanted.stream()
        .forEach(
            l -> {
              PlannedLaunch launch = plan.launches.get(l);
              int number = described.size() + 1;
              for (int write : launch.writes()) {
                names.setMaker(plan.batch.content(write), number);
              }
              described.add(
                  new LaunchDescriber(plan.batch, names, launch, number)
                      .describe(!backend.runsTwins()));
            });
  }
}
