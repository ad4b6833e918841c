package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.Launch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A recorded step as launches, planned once, that run again with other contents in the place of
 * those it read: no task is made and nothing is planned or rendered.
 *
 * <p>Memory is planned too ({@link ReplayMemory}): all buffers of a run are taken before its first
 * launch, so that a run for which there is no memory changes nothing.
 */
public final class Replay {
  private final Scheduler scheduler;
  private final Batch batch;
  private final Key key;
  private final Plan plan;
  private final ReplayMemory memory;
  private final int[] inputs;
  private final int[] outputs;
  private final List<Recording.Effect> effects;
  private final boolean reachesBack;
  private final boolean[] isShifted;
  private final @Nullable Launch[] launches;
  private @Nullable Buffer[] last;

  /** Whether all programs are built: what may still fail must not overwrite what was there. */
  private boolean hasRun;

  /**
   * A content that a run reads.
   *
   * @param shift for an input, where it begins in the content; 0 for others
   */
  public record Input(Content content, long shift) {}

  private Replay(Recording recording, List<Content> kept, Map<Content, Long> first) {
    scheduler = recording.scheduler();
    Key found = new Key();
    // Unlike the keys of pending tasks, which begin with 0 or 1.
    found.add(scheduler.isFused() ? 2 : 3);
    Batch.Recorded recorded = Batch.of(recording, kept, first, found);
    batch = recorded.batch();
    key = found.frozen();
    plan = scheduler.pending().plan(batch, key);
    inputs = recorded.externals();
    outputs = recorded.kept();
    effects = recording.effects();
    reachesBack = recorded.reachesBack();
    memory = new ReplayMemory(batch, plan);
    isShifted = new boolean[batch.contentCount()];
    launches = new @Nullable Launch[plan.launches().size()];
    last = new @Nullable Buffer[batch.contentCount()];
  }

  /**
   * Plans a recorded step.
   *
   * @param kept the contents that the step leaves behind: those of tensors that it returns and of
   *     storages that it writes
   * @param first where inputs begin in their contents; 0 for those that are not named
   */
  public static Replay of(Recording recording, List<Content> kept, Map<Content, Long> first) {
    Scheduler scheduler = recording.scheduler();
    scheduler.lock();
    try {
      return new Replay(recording, kept, first);
    } finally {
      scheduler.unlock();
    }
  }

  /** Whether the step reads an input's memory from before its beginning: then it cannot be run. */
  public boolean reachesBack() {
    return reachesBack;
  }

  /** How many launches a run has. */
  public int launches() {
    return plan.launches().size();
  }

  /** Whether another recording, planned too, does the same, but for the values of scalars. */
  public boolean isLike(Replay other) {
    return key.equals(other.key)
        && Arrays.equals(inputs, other.inputs)
        && effects.size() == other.effects.size();
  }

  /**
   * The first scalar in which two recordings of the same structure differ, as a sentence; null if
   * there is none. Scalars that are asked for anew each time do not count.
   */
  public @Nullable String difference(Replay other) {
    for (int t = 0; t < batch.tasks().size(); t++) {
      Task task = batch.tasks().get(t);
      List<Object> own = task.scalarArguments();
      List<Object> others = other.batch.tasks().get(t).scalarArguments();
      for (int i = 0; i < own.size(); i++) {
        boolean same = own.get(i).equals(others.get(i));
        if (!same && !(own.get(i) instanceof StepScalar && others.get(i) instanceof StepScalar)) {
          return "a Java number in "
              + task.op()
              + " was "
              + own.get(i)
              + " when it was first recorded and "
              + others.get(i)
              + " afterwards";
        }
      }
    }
    return null;
  }

  /** What is done with the contents that a run leaves behind, in the order of {@code kept}. */
  public interface Commit {
    /** Takes over the contents; the device's lock is held. */
    void accept(List<Content> kept);
  }

  /**
   * Runs the launches after everything that is pending.
   *
   * @param read for each of the recording's externals, in order, what is read instead
   * @throws ClgradException if one of them could not be computed, there is no memory, or a kernel
   *     finds an error; nothing has changed then
   */
  public void run(List<Input> read, Commit commit) {
    scheduler.lock();
    try {
      Content[] contents = new Content[batch.contentCount()];
      long[] shifts = new long[contents.length];
      for (int i = 0; i < inputs.length; i++) {
        Content content = read.get(i).content();
        contents[inputs[i]] = content;
        shifts[inputs[i]] = read.get(i).shift();
        isShifted[inputs[i]] |= read.get(i).shift() != 0;
      }
      makeReady(contents);
      ReplayMemory.Run run = memory.take(scheduler.memory(), contents, hasRun);
      int begun = 0;
      try {
        for (; begun < effects.size(); begun++) {
          effects.get(begun).run().run();
        }
        launch(run, shifts);
        hasRun = true;
      } catch (RuntimeException | Error e) {
        run.giveBackAll();
        while (begun > 0) {
          effects.get(--begun).undo().run();
        }
        // Some are bound to this run's buffers, which are not those of the last run.
        Arrays.fill(launches, null);
        throw e;
      }
      commit.accept(run.finish(outputs));
    } finally {
      scheduler.unlock();
    }
  }

  /** Runs what is pending, and stores what is read and is not in memory yet. */
  private void makeReady(@Nullable Content[] contents) {
    Pending pending = scheduler.pending();
    pending.flush();
    for (Content content : contents) {
      if (content != null && !content.hasBuffer()) {
        if (content.recipe() != null) {
          pending.materialize(content);
        }
        if (!content.hasBuffer()) {
          throw pending.failure("captured step", content);
        }
      }
    }
  }

  private void launch(ReplayMemory.Run run, long[] shifts) {
    @Nullable Buffer[] buffers = run.buffers();
    PlannedLaunch.Buffers find = run.shifted(shifts);
    for (int l = 0; l < launches.length; l++) {
      PlannedLaunch planned = plan.launches().get(l);
      run.copyBases(scheduler.pending(), l);
      if (planned.isEmpty()) {
        continue;
      }
      Launch launch = launches[l];
      if (launch == null || isChanged(planned, buffers)) {
        launch = planned.binder().bind(batch, find);
        launches[l] = isPrepared(planned) ? launch : null;
      }
      scheduler.pending().launch(launch);
    }
    // What the program gives differs from run to run, and nothing of it is kept here.
    last = buffers.clone();
    for (int input : inputs) {
      if (!memory.isOverwritten(input)) {
        last[input] = null;
      }
    }
  }

  private boolean isChanged(PlannedLaunch launch, @Nullable Buffer[] buffers) {
    for (int slot : launch.reads()) {
      if (buffers[slot] != last[slot]) {
        return true;
      }
    }
    for (int slot : launch.writes()) {
      if (buffers[slot] != last[slot]) {
        return true;
      }
    }
    return false;
  }

  /** Whether a launch may be the same in the next run: its numbers stay what they are. */
  private boolean isPrepared(PlannedLaunch launch) {
    for (int slot : launch.reads()) {
      if (isShifted[slot]) {
        return false;
      }
    }
    for (int t : launch.tasks()) {
      for (Object scalar : batch.tasks().get(t).scalarArguments()) {
        if (scalar instanceof StepScalar) {
          return false;
        }
      }
    }
    return true;
  }
}
