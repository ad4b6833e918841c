package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a thread would do with a device, collected instead of run: nothing of it is pending, and
 * what it makes is never computed. {@link Widening} makes tasks of it that are.
 *
 * <p>Only the tracing thread touches it.
 */
public final class Trace implements AutoCloseable {
  private static final ThreadLocal<@Nullable Trace> CURRENT = new ThreadLocal<>();

  /** How many threads trace: nearly always none. */
  private static volatile int active;

  private final Scheduler scheduler;
  private final List<Task> tasks = new ArrayList<>();
  private final Set<Storage> made = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean stopped;
  private boolean foreign;

  /** Raised to a thread that does what a trace cannot hold, such as reading numbers. */
  public static final class Refused extends ClgradException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  /**
   * Adds the tasks that compute several rows of what an operation computes one of. Inputs and
   * outputs are those of one row with the number of rows as a dimension in front; an input that is
   * the same for all rows has the stride 0 there.
   */
  @FunctionalInterface
  public interface Rule {
    void add(List<Value> inputs, List<Value> outputs);
  }

  private Trace(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Begins to trace this thread.
   *
   * @throws Refused if it is traced already
   */
  public static Trace begin(Scheduler scheduler) {
    refuseIfActive("a trace within a trace");
    Trace trace = new Trace(scheduler);
    CURRENT.set(trace);
    count(1);
    return trace;
  }

  /** The trace of this thread; null if there is none. */
  static @Nullable Trace current() {
    return active == 0 ? null : CURRENT.get();
  }

  /** Whether this thread is traced. */
  public static boolean isActive() {
    return current() != null;
  }

  private static synchronized void count(int change) {
    active += change;
  }

  /**
   * Raises an error if this thread is traced, before it does what cannot be traced.
   *
   * @throws Refused if it is
   */
  public static void refuseIfActive(String what) {
    if (current() != null) {
      throw new Refused(what + " cannot be traced");
    }
  }

  /**
   * Leaves the choice of tasks to a rule if this thread is traced: one that knows better than to
   * repeat the kernel for each row.
   *
   * @param outputs whole contents, that nothing has written
   * @return whether it is traced; otherwise the caller adds its tasks itself
   */
  public static boolean defers(String op, List<Value> inputs, List<Value> outputs, Rule rule) {
    Trace trace = current();
    if (trace == null) {
      return false;
    }
    trace.scheduler.add(new RuledTask(op, inputs, outputs, rule));
    return true;
  }

  /**
   * Takes note, if this thread is traced, that it runs a program's own code, of which nothing is
   * known.
   */
  public static void runsForeignCode() {
    Trace trace = current();
    if (trace != null) {
      trace.foreign = true;
    }
  }

  /** Whether a program's own code ran. */
  public boolean isForeign() {
    return foreign;
  }

  void add(Scheduler on, Task task) {
    if (on != scheduler) {
      throw new Refused(task.op() + " on another device cannot be traced");
    }
    task.begin();
    tasks.add(task);
  }

  void makes(Storage storage) {
    made.add(storage);
  }

  /** A write in place to what was there before would have to be undone. */
  void checkMade(Storage storage) {
    if (!made.contains(storage)) {
      throw new Refused("a write in place to what was there before cannot be traced");
    }
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** The tasks, in order. */
  List<Task> tasks() {
    return tasks;
  }

  /** Stops to trace; the tasks, and what they read, stay. */
  public void stop() {
    if (!stopped) {
      stopped = true;
      CURRENT.remove();
      count(-1);
    }
  }

  /** Stops to trace and lets go of everything. */
  @Override
  public void close() {
    stop();
    scheduler.lock();
    try {
      for (int t = tasks.size() - 1; t >= 0; t--) {
        tasks.get(t).abandon();
      }
      tasks.clear();
    } finally {
      scheduler.unlock();
    }
  }
}
