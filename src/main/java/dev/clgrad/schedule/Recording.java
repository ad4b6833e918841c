package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a thread does with a device while it is recorded: its tasks in order, through which storages
 * it reached what was there before, which of these it wrote, and what else has to happen when the
 * tasks run again. Everything is computed as usual meanwhile.
 *
 * <p>Only the recording thread touches it.
 */
public final class Recording implements AutoCloseable {
  /** Arrays from the host of up to so many elements are remembered, to be compared. */
  static final int MAX_CONSTANT = 4096;

  private static final ThreadLocal<@Nullable Recording> CURRENT = new ThreadLocal<>();
  private static final AtomicLong CHANGES = new AtomicLong();

  /**
   * How many threads are recorded: nearly always none, which is told faster than whether one is.
   */
  private static volatile int active;

  private final Scheduler scheduler;
  private final List<Task> tasks = new ArrayList<>();
  private final Map<Content, Content> donors = new HashMap<>();
  private final Set<Content> written = new HashSet<>();
  private final Set<Content> read = new LinkedHashSet<>();
  private final Map<Content, Storage> reached = new HashMap<>();
  private final Map<Content, Object> constants = new HashMap<>();
  private final Set<Storage> made = new HashSet<>();
  private final Set<Storage> replaced = new LinkedHashSet<>();
  private final Map<Object, @Nullable Object> touched = new LinkedHashMap<>();
  private final List<Effect> effects = new ArrayList<>();
  private @Nullable String obstacle;

  private Recording(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Begins to record this thread, which must not be recorded already. */
  public static Recording begin(Scheduler scheduler) {
    if (isActive()) {
      throw new IllegalStateException("this thread is recorded already");
    }
    Recording recording = new Recording(scheduler);
    CURRENT.set(recording);
    count(1);
    return recording;
  }

  /** The recording of this thread; null if there is none. */
  public static @Nullable Recording current() {
    return active == 0 ? null : CURRENT.get();
  }

  private static synchronized void count(int change) {
    active += change;
  }

  /** Whether this thread is recorded. */
  public static boolean isActive() {
    return current() != null;
  }

  /** Something that happens beside the tasks, and how to take it back. */
  record Effect(Runnable run, Runnable undo) {}

  /** Remembers what has to happen, beside the tasks, each time this step runs again. */
  public static void onReplay(Runnable effect) {
    onReplay(effect, () -> {});
  }

  /**
   * Remembers what has to happen, beside the tasks, each time this step runs again.
   *
   * @param undo takes it back if the run fails
   */
  public static void onReplay(Runnable effect, Runnable undo) {
    Recording recording = current();
    if (recording != null) {
      recording.effects.add(new Effect(effect, undo));
    }
  }

  /**
   * Takes note of a change that steps may depend on but cannot see in their tasks, such as a
   * module's mode: recorded steps have to be recorded again.
   */
  public static void invalidate() {
    CHANGES.incrementAndGet();
  }

  /** How many such changes there were in this process. */
  public static long changes() {
    return CHANGES.get();
  }

  /** Stops to record. */
  @Override
  public void close() {
    CURRENT.remove();
    count(-1);
  }

  /** The thread reads or writes a storage as it is now. */
  public void reaches(Storage storage) {
    Content content = storage.content();
    if (!written.contains(content)) {
      reached.putIfAbsent(content, storage);
    }
  }

  /**
   * The thread reads or sets a variable's state, such as a gradient.
   *
   * @param state the state before
   */
  public void touches(Object owner, @Nullable Object state) {
    if (!touched.containsKey(owner)) {
      touched.put(owner, state);
    }
  }

  void add(Scheduler on, Task task) {
    if (on != scheduler) {
      throw new ClgradException(
          task.op()
              + ": a captured step computes on one device, and this one uses "
              + scheduler.backend().name()
              + " and "
              + on.backend().name()
              + "; move tensors before the step, with to(device)");
    }
    tasks.add(task);
    for (Value input : task.inputs()) {
      reads(input.content());
    }
    Task.Patch patch = task.patch();
    if (patch != null) {
      reads(patch.base());
    }
    for (Value output : task.outputs()) {
      Content content = output.content();
      Content donor = content.donor();
      if (donor != null) {
        donors.put(content, donor);
        reads(donor);
      }
      written.add(content);
    }
  }

  /** Takes note of a content that the step leaves behind. */
  public void leaves(Content content) {
    reads(content);
  }

  private void reads(Content content) {
    if (!written.contains(content)) {
      read.add(content);
    }
  }

  void makes(Storage storage) {
    made.add(storage);
  }

  void replaces(Storage storage) {
    if (!made.contains(storage)) {
      replaced.add(storage);
    }
  }

  /** The thread copies an array to the device. */
  void copies(Content to, Object array) {
    int length = Array.getLength(array);
    if (length > MAX_CONSTANT) {
      throw new ClgradException(
          "a captured step makes a tensor of "
              + length
              + " numbers from a Java array, which would be the same at every run; make it outside and give"
              + " it to the step as an input");
    }
    Object copy = Array.newInstance(array.getClass().getComponentType(), length);
    System.arraycopy(array, 0, copy, 0, length);
    constants.put(to, copy);
  }

  static void refuseRead(String op) {
    if (isActive()) {
      throw new ClgradException(
          op
              + ": a captured step cannot read numbers on the host, for it will run again without Java;"
              + " return the tensor from the step and read it afterwards");
    }
  }

  /** The thread does what cannot be done again without Java. */
  public void hinders(String why) {
    if (obstacle == null) {
      obstacle = why;
    }
  }

  /** What cannot be done again; null for nothing. */
  public @Nullable String obstacle() {
    return obstacle;
  }

  /** The tasks, in order. */
  List<Task> tasks() {
    return tasks;
  }

  /** What was there before and is read, or may be written over, in order. */
  public List<Content> externals() {
    return List.copyOf(read);
  }

  /** The storage through which a content that was there before was reached; null if unknown. */
  public @Nullable Storage reachedThrough(Content content) {
    return reached.get(content);
  }

  /** The array that a content was copied from during the recording; null if it was not. */
  public @Nullable Object constant(Content content) {
    return constants.get(content);
  }

  /** Whether a storage was made during the recording. */
  public boolean isMade(Storage storage) {
    return made.contains(storage);
  }

  /** The storages that were there before and were written. */
  public List<Storage> replaced() {
    return List.copyOf(replaced);
  }

  /** Whose state was read or set, and what it was before. */
  public Map<Object, @Nullable Object> touched() {
    return Collections.unmodifiableMap(touched);
  }

  /** What else has to happen each time, in order. */
  List<Effect> effects() {
    return List.copyOf(effects);
  }

  Map<Content, Content> donors() {
    return donors;
  }

  Scheduler scheduler() {
    return scheduler;
  }
}
