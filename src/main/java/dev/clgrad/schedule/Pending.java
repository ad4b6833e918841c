package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import dev.clgrad.backend.Backend;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pending tasks of a device in program order, and why those that failed did. All methods belong
 * to the scheduler's lock.
 */
final class Pending {
  private final Backend backend;
  private final Memory memory;
  private List<Task> tasks = new ArrayList<>();

  /** How many of the tasks, the first ones, have failed before. */
  private int failed;

  /** Why a content could not be computed at the last attempt. */
  private final IdentityHashMap<Content, ClgradException> failures = new IdentityHashMap<>();

  private long launches;

  Pending(Backend backend, Memory memory) {
    this.backend = backend;
    this.memory = memory;
  }

  long launches() {
    return launches;
  }

  int size() {
    return tasks.size();
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  boolean reads(Content content) {
    return tasks.stream().anyMatch(t -> t.inputs().stream().anyMatch(v -> v.content() == content));
  }

  /** Adds a task, and holds what it reads and writes until it has run. */
  void add(Task task) {
    task.inputs().forEach(v -> v.content().retain());
    task.outputs().forEach(v -> v.content().beginWrite());
    task.inputs().forEach(Value::held);
    task.outputs().forEach(Value::held);
    tasks.add(task);
  }

  /** Runs everything; what fails stays, with everything that depends on it. */
  void flush() {
    if (tasks.isEmpty()) {
      return;
    }
    forgetUnwanted();
    List<Task> all = tasks;
    tasks = new ArrayList<>();
    failures.clear();
    int next = 0;
    try {
      for (; next < all.size(); next++) {
        Task task = all.get(next);
        ClgradException cause = blocker(task);
        if (cause == null) {
          cause = run(task);
        }
        if (cause != null) {
          tasks.add(task);
          for (Value output : task.outputs()) {
            failures.put(output.content(), cause);
          }
        }
      }
    } finally {
      // Not empty only where an error of the JVM ended the loop.
      tasks.addAll(all.subList(next, all.size()));
      failed = tasks.size();
    }
  }

  /**
   * Drops what failed before and nobody can read any more, or it would be tried for ever. The only
   * thing that garbage decides here: what fails makes no launches.
   */
  private void forgetUnwanted() {
    if (failed == 0) {
      return;
    }
    memory.drain();
    for (int i = failed - 1; i >= 0; i--) {
      Task task = tasks.get(i);
      if (task.outputs().stream().noneMatch(v -> isWanted(v.content(), task))) {
        tasks.remove(i);
        finish(task);
      }
    }
  }

  /** Whether somebody besides a task that writes a content may read it. */
  private static boolean isWanted(Content content, Task writer) {
    long own = writer.inputs().stream().filter(v -> v.content() == content).count();
    return content.references() > own;
  }

  /** Why what a task reads or writes is not there; null if it is. */
  private @Nullable ClgradException blocker(Task task) {
    if (failures.isEmpty()) {
      return null;
    }
    return Stream.concat(task.inputs().stream(), task.outputs().stream())
        .map(v -> failures.get(v.content()))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Runs a task; what stopped it, or null. */
  private @Nullable ClgradException run(Task task) {
    List<Content> allocated = new ArrayList<>();
    try {
      boolean empty = true;
      for (Value output : task.outputs()) {
        Content content = output.content();
        if (!content.hasBuffer()) {
          content.setBuffer(memory.take(task.op(), content.dtype(), content.length()));
          allocated.add(content);
        }
        empty &= output.shape().numel() == 0;
      }
      if (!empty) {
        backend.launch(task.launch());
        launches++;
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      for (Content content : allocated) {
        memory.giveBack(content.buffer());
        content.setBuffer(null);
      }
      return e instanceof ClgradException known
          ? known
          : new ClgradException(task.op() + ": the computation failed: " + e, e);
    }
    finish(task);
    return null;
  }

  private static void finish(Task task) {
    for (Value input : task.inputs()) {
      input.content().release();
    }
    for (Value output : task.outputs()) {
      output.content().endWrite();
    }
  }

  /** Takes a task back that is still pending, and raises why. */
  void drop(Task task) {
    if (tasks.remove(task)) {
      failed = tasks.size();
      ClgradException cause = failure(task);
      finish(task);
      throw cause;
    }
  }

  /** Why the first task that is pending could not run. */
  ClgradException failure() {
    return failure(tasks.get(0));
  }

  private ClgradException failure(Task task) {
    return failure(task.op(), task.outputs().get(0).content());
  }

  /** Why a content could not be computed, for the operation that asks for it. */
  ClgradException failure(String op, Content content) {
    ClgradException cause = failures.get(content);
    return cause != null
        ? cause
        : new ClgradException(op + ": a pending computation could not run");
  }
}
