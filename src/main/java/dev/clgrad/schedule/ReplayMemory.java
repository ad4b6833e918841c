package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a replayed step. For every content that its launches store, it is decided
 * beforehand where: in a buffer of its own, if it outlives the run; in one that several share, of
 * which one is done with before the next is made; or where what it overwrites lies, if nobody reads
 * that afterwards.
 *
 * <p>Whether memory from before the run may be overwritten is only known when it runs: if somebody
 * else shares it then, the content gets a buffer of its own after all. And it is overwritten only
 * by launches behind which no error that depends on values can be raised.
 */
final class ReplayMemory {
  private record Kind(DType dtype, long length) {}

  /** A write to a part of a content: the rest is that of the content it was before. */
  private record Patching(Task.Patch patch, int base, int fresh) {}

  private final Batch batch;
  private final Plan plan;

  /** For each content, the launch that stores it; -1 if it was there before, -2 if none does. */
  private final int[] storedAt;

  /** For each content, the last launch that reads it or what it is computed from. */
  private final int[] lastRead;

  /** For each content, the one whose buffer it takes over; -1 for none. */
  private final int[] takesOver;

  /** For each content, the number of its shared buffer; -1 for none. */
  private final int[] sharedBuffer;

  private final List<Kind> shared = new ArrayList<>();
  private final boolean[] overwritten;
  private final List<List<Patching>> patches = new ArrayList<>();

  ReplayMemory(Batch batch, Plan plan) {
    this.batch = batch;
    this.plan = plan;
    int contents = batch.contentCount();
    storedAt = new int[contents];
    Arrays.fill(storedAt, -2);
    lastRead = new int[contents];
    Arrays.fill(lastRead, -1);
    takesOver = new int[contents];
    Arrays.fill(takesOver, -1);
    sharedBuffer = new int[contents];
    Arrays.fill(sharedBuffer, -1);
    overwritten = new boolean[contents];
    findUses();
    takeOver();
    share();
  }

  private void findUses() {
    boolean[] hasWriter = new boolean[storedAt.length];
    int[] lastOf = new int[batch.tasks().size()];
    Arrays.fill(lastOf, -1);
    for (int l = 0; l < plan.launches().size(); l++) {
      PlannedLaunch launch = plan.launches().get(l);
      for (int slot : launch.writes()) {
        storedAt[slot] = l;
      }
      for (int slot : launch.reads()) {
        lastRead[slot] = l;
      }
      List<Patching> patching = new ArrayList<>();
      for (int t : launch.tasks()) {
        lastOf[t] = l;
        Task task = batch.tasks().get(t);
        Task.Patch patch = task.patch();
        if (patch != null) {
          int base = batch.slot(patch.base());
          patching.add(new Patching(patch, base, batch.writes(t)[0]));
          lastRead[base] = l;
        }
      }
      patches.add(patching);
    }
    for (int t = 0; t < lastOf.length; t++) {
      for (int slot : batch.writes(t)) {
        hasWriter[slot] = true;
      }
      for (int slot : batch.reads(t)) {
        lastRead[slot] = Math.max(lastRead[slot], lastOf[t]);
      }
    }
    for (int slot = 0; slot < hasWriter.length; slot++) {
      if (!hasWriter[slot]) {
        storedAt[slot] = -1;
      }
    }
  }

  /** Which contents may lie where what they overwrite lay. */
  private void takeOver() {
    int fallible = -1;
    for (int l = 0; l < plan.launches().size(); l++) {
      for (int t : plan.launches().get(l).tasks()) {
        fallible = batch.tasks().get(t).mayFail() ? l : fallible;
      }
    }
    boolean[] taken = new boolean[storedAt.length];
    for (int l = 0; l < plan.launches().size(); l++) {
      PlannedLaunch launch = plan.launches().get(l);
      for (int i = 0; i < launch.writes().length; i++) {
        int slot = launch.writes()[i];
        int donor = launch.maybeDonated()[i] ? donor(slot, l) : -1;
        boolean before = donor >= 0 && root(donor) >= 0 && storedAt[root(donor)] == -1;
        if (donor >= 0 && !taken[donor] && (!before || l > fallible)) {
          takesOver[slot] = donor;
          taken[donor] = true;
          if (before) {
            overwritten[root(donor)] = true;
          }
        }
      }
    }
  }

  /** What lies where a content lies in the end: the first whose buffer was taken over. */
  private int root(int slot) {
    int root = slot;
    while (takesOver[root] >= 0) {
      root = takesOver[root];
    }
    return root;
  }

  private int donor(int slot, int launch) {
    for (int d = batch.donor(slot); d >= 0; d = batch.donor(d)) {
      if (batch.isHeld(d) || lastRead[d] > launch || storedAt[d] >= launch) {
        return -1;
      }
      if (storedAt[d] != -2) {
        boolean fits = batch.content(d).length() == batch.content(slot).length();
        return fits ? d : -1;
      }
    }
    return -1;
  }

  /** Gives buffers to what does not outlive the run, each as soon as it is free again. */
  private void share() {
    int[] end = lastRead.clone();
    for (int slot = 0; slot < end.length; slot++) {
      for (int d = slot; takesOver[d] >= 0; d = takesOver[d]) {
        int from = takesOver[d];
        end[from] = Math.max(end[from], Math.max(end[slot], storedAt[slot]));
      }
    }
    Map<Kind, Deque<Integer>> free = new HashMap<>();
    for (int l = 0; l < plan.launches().size(); l++) {
      for (int slot : plan.launches().get(l).writes()) {
        if (takesOver[slot] < 0 && !outlives(slot)) {
          Content content = batch.content(slot);
          Kind kind = new Kind(content.dtype(), content.length());
          Deque<Integer> ready = free.get(kind);
          if (ready != null && !ready.isEmpty()) {
            sharedBuffer[slot] = ready.pop();
          } else {
            sharedBuffer[slot] = shared.size();
            shared.add(kind);
          }
        }
      }
      for (int slot = 0; slot < end.length; slot++) {
        if (sharedBuffer[slot] >= 0 && Math.max(end[slot], storedAt[slot]) == l) {
          Content content = batch.content(slot);
          free.computeIfAbsent(new Kind(content.dtype(), content.length()), k -> new ArrayDeque<>())
              .push(sharedBuffer[slot]);
        }
      }
    }
  }

  /** Whether a content, or what takes over its buffer, is there when the run has ended. */
  private boolean outlives(int slot) {
    if (batch.isHeld(slot)) {
      return true;
    }
    for (int other = 0; other < takesOver.length; other++) {
      if (takesOver[other] == slot) {
        return outlives(other);
      }
    }
    return false;
  }

  /** Whether a content from before the run may be overwritten, and its buffer be used again. */
  boolean isOverwritten(int slot) {
    return overwritten[slot];
  }

  /**
   * Takes the buffers of a run; all, or none if there is no memory.
   *
   * @param mayOverwrite whether memory from before the run may be overwritten at all
   */
  Run take(Memory memory, Content[] contents, boolean mayOverwrite) {
    Run run = new Run(memory, contents);
    try {
      run.takeAll(mayOverwrite);
    } catch (RuntimeException | Error e) {
      run.giveBackAll();
      throw e;
    }
    return run;
  }

  /** The buffers of one run. */
  final class Run {
    private final Memory memory;
    private final Content[] contents;
    private final @Nullable Buffer[] buffers;
    private final @Nullable Buffer[] sharedBuffers = new @Nullable Buffer[shared.size()];
    private final List<Buffer> taken = new ArrayList<>();

    private Run(Memory memory, Content[] contents) {
      this.memory = memory;
      this.contents = contents;
      this.buffers = new @Nullable Buffer[contents.length];
    }

    private void takeAll(boolean mayOverwrite) {
      for (int slot = 0; slot < contents.length; slot++) {
        if (storedAt[slot] == -1) {
          buffers[slot] = contents[slot].buffer();
        }
      }
      for (int i = 0; i < sharedBuffers.length; i++) {
        sharedBuffers[i] = take(shared.get(i).dtype, shared.get(i).length);
      }
      for (PlannedLaunch launch : plan.launches()) {
        for (int slot : launch.writes()) {
          Content content = batch.content(slot);
          int donor = takesOver[slot];
          boolean before = donor >= 0 && storedAt[donor] == -1;
          if (donor >= 0 && (!before || (mayOverwrite && contents[donor].isUnshared()))) {
            buffers[slot] = buffers[donor];
          } else if (sharedBuffer[slot] >= 0) {
            buffers[slot] = sharedBuffers[sharedBuffer[slot]];
          } else {
            buffers[slot] = take(content.dtype(), content.length());
          }
        }
      }
    }

    private Buffer take(DType dtype, long length) {
      Buffer buffer = memory.take("captured step", dtype, length);
      taken.add(buffer);
      return buffer;
    }

    @Nullable Buffer[] buffers() {
      return buffers;
    }

    /** The buffers as launches are bound to them; those of inputs are read from a shift on. */
    PlannedLaunch.Buffers shifted(long[] shifts) {
      return (slot, offset, written) -> new Arg.Mem(buffer(slot), offset + shifts[slot], written);
    }

    private Buffer buffer(int slot) {
      Buffer buffer = buffers[slot];
      if (buffer == null) {
        throw new IllegalStateException("a launch uses a content that none stores");
      }
      return buffer;
    }

    /** Copies what the writes in place of a launch leave alone, where they do not lie in place. */
    void copyBases(Pending pending, int launch) {
      for (Patching each : patches.get(launch)) {
        if (buffer(each.fresh) != buffer(each.base)) {
          Content from = batch.content(each.base);
          Content to = batch.content(each.fresh);
          Layout whole = Layout.contiguous(Shape.of(to.length()));
          Task copy = each.patch.copy().apply(new Value(from, whole), new Value(to, whole));
          pending.launchAlone(copy, buffer(each.base), buffer(each.fresh));
        }
      }
    }

    /** Gives back everything; nothing has changed, as far as anybody can see. */
    void giveBackAll() {
      taken.forEach(memory::giveBack);
      taken.clear();
    }

    /** Gives back what the run no longer needs; the contents it leaves behind. */
    List<Content> finish(int[] kept) {
      List<Content> left = new ArrayList<>();
      Map<Integer, Content> made = new HashMap<>();
      for (int slot : kept) {
        if (storedAt[slot] == -1) {
          left.add(contents[slot]);
          continue;
        }
        left.add(
            made.computeIfAbsent(
                slot,
                s -> {
                  Content like = batch.content(s);
                  Content content = new Content(like.scheduler(), like.dtype(), like.length());
                  int root = root(s);
                  Buffer buffer = buffer(s);
                  if (storedAt[root] == -1 && buffer == buffers[root]) {
                    contents[root].takeBuffer();
                  } else {
                    taken.remove(buffer);
                  }
                  content.setBuffer("captured step", buffer);
                  return content;
                }));
      }
      giveBackAll();
      return left;
    }
  }
}
