package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of one device: pending tasks in program order, and when they run.
 *
 * <p>They run (a) when the host reads, (b) when {@value #MAX_PENDING} are pending, so that the
 * device works while the host records, and (c) on a device that raises errors at launch, after a
 * task that may fail. All that is pending runs then, whether or not somebody still refers to its
 * results, so that the launches follow from the program and never from garbage collection, and
 * nothing that is never read can pile up.
 *
 * <p>A task whose allocation or build fails stays pending, with everything that depends on it; the
 * others run. It is tried again at the next occasion, and its error is raised to whoever reads what
 * it makes.
 *
 * <p>One lock per device covers plan, enqueue and state.
 */
public final class Scheduler {
  /** So many tasks wait at most. */
  static final int MAX_PENDING = 64;

  private final Backend backend;
  private final ReentrantLock lock = new ReentrantLock();
  private final Memory memory;
  private final Renderer renderer;
  private List<Task> pending = new ArrayList<>();
  private Storage.@Nullable Handle handles;
  private long launches;
  private @Nullable ClgradException lastFailure;

  /** The scheduler of a device; there is one for each. */
  public Scheduler(Backend backend) {
    this.backend = backend;
    this.memory = new Memory(backend, this::close);
    this.renderer = new Renderer(backend.limits());
  }

  /** The device. */
  public Backend backend() {
    return backend;
  }

  Memory memory() {
    return memory;
  }

  Renderer renderer() {
    return renderer;
  }

  /**
   * A new storage, with nothing in it yet: the tasks that write it come next.
   *
   * @throws DTypeException if the device has no such type
   */
  public Storage newStorage(String op, DType dtype, Shape shape) {
    if (dtype == DType.FLOAT64 && !backend.limits().fp64()) {
      throw new DTypeException(
          op
              + ": float64 is not available on "
              + backend.name()
              + " ("
              + backend.device().device()
              + "), which has no fp64; use float32 or another device");
    }
    return new Storage(new Content(this, dtype, shape.numel()));
  }

  /** Adds a task. What it reads and writes is held until it has run. */
  public void add(Task task) {
    lock.lock();
    try {
      for (Value input : task.inputs()) {
        checkHere(task, input);
        input.content().retain();
      }
      for (Value output : task.outputs()) {
        checkHere(task, output);
        output.content().beginWrite();
      }
      pending.add(task);
      if (pending.size() >= MAX_PENDING) {
        flush();
        if (pending.size() >= MAX_PENDING) {
          throw failure(task.op());
        }
      } else if (task.mayFail() && backend.raisesAtLaunch()) {
        flush();
        if (task.outputs().get(0).content().isPending()) {
          drop(task);
          throw failure(task.op());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs everything that is pending; what fails stays. */
  public void flush() {
    lock.lock();
    try {
      if (pending.isEmpty()) {
        return;
      }
      List<Task> tasks = pending;
      pending = new ArrayList<>();
      Set<Content> blocked = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Task task : tasks) {
        if (isBlocked(task, blocked) || !run(task)) {
          pending.add(task);
          task.outputs().forEach(v -> blocked.add(v.content()));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static boolean isBlocked(Task task, Set<Content> blocked) {
    return !blocked.isEmpty()
        && (task.inputs().stream().anyMatch(v -> blocked.contains(v.content()))
            || task.outputs().stream().anyMatch(v -> blocked.contains(v.content())));
  }

  private boolean run(Task task) {
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
    } catch (ClgradException e) {
      lastFailure = e;
      for (Content content : allocated) {
        memory.giveBack(content.buffer());
        content.setBuffer(null);
      }
      return false;
    }
    finish(task);
    return true;
  }

  private static void finish(Task task) {
    for (Value input : task.inputs()) {
      input.content().release();
    }
    for (Value output : task.outputs()) {
      output.content().endWrite();
    }
  }

  private void drop(Task task) {
    if (pending.remove(task)) {
      finish(task);
    }
  }

  private ClgradException failure(String op) {
    ClgradException cause = lastFailure;
    return cause != null
        ? cause
        : new ClgradException(op + ": a pending computation could not run");
  }

  private void checkHere(Task task, Value value) {
    if (value.content().scheduler() != this) {
      throw new dev.clgrad.DeviceException(
          task.op()
              + ": tensors are on "
              + backend.name()
              + " and "
              + value.content().scheduler().backend().name()
              + "; move one with to(device)");
    }
  }

  /** Copies host elements into a content that nobody has read yet; at once. */
  public void write(Value to, Object array) {
    lock.lock();
    try {
      Content content = to.content();
      if (!content.hasBuffer()) {
        content.setBuffer(memory.take("copy from host", content.dtype(), content.length()));
      }
      int length = Math.toIntExact(content.length());
      if (length > 0) {
        backend.write(content.buffer(), 0, array, 0, length);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs what is pending and copies a contiguous value to the host.
   *
   * @param array as {@link Backend#read} takes it, at least as long as the value
   */
  public void read(String op, Value from, Object array) {
    lock.lock();
    try {
      flush();
      if (from.content().isPending()) {
        throw failure(op);
      }
      int length = Math.toIntExact(from.shape().numel());
      if (length > 0) {
        backend.read(from.content().buffer(), from.layout().offset(), array, 0, length);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs what is pending and waits for the device; raises what kernels have flagged. */
  public void synchronize() {
    lock.lock();
    try {
      flush();
      if (!pending.isEmpty()) {
        throw failure(pending.get(0).op());
      }
      backend.finish();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a task that overwrites a view of a storage. Where a reader of the old elements is left, or
   * the task itself reads them through another index map, the storage takes over a new content,
   * first copied from the old one unless all of it is overwritten.
   *
   * @param copy makes the task that copies the first value into the second
   * @param write makes the task that reads the first value, the elements so far, and overwrites the
   *     second
   */
  public void writeInPlace(
      Storage storage,
      Layout view,
      BiFunction<Value, Value, Task> copy,
      BiFunction<Value, Value, Task> write) {
    lock.lock();
    try {
      Content old = storage.content();
      Value before = new Value(old, view);
      Task direct = write.apply(before, before);
      boolean sameMap =
          direct.inputs().stream().allMatch(v -> v.content() != old || v.layout().equals(view));
      if (old.isUnshared() && sameMap) {
        add(direct);
      } else {
        Content fresh = new Content(this, old.dtype(), old.length());
        fresh.retain();
        if (!view.isContiguous() || view.shape().numel() != old.length()) {
          Layout whole = Layout.contiguous(Shape.of(old.length()));
          add(copy.apply(new Value(old, whole), new Value(fresh, whole)));
        }
        add(write.apply(before, new Value(fresh, view)));
        storage.handle().content = fresh;
        old.release();
      }
      storage.version().increment();
    } finally {
      lock.unlock();
    }
  }

  /** Whether a storage is the only one that refers to its content, and may give it away. */
  public boolean isUnshared(Storage storage) {
    lock.lock();
    try {
      return storage.content().isUnshared();
    } finally {
      lock.unlock();
    }
  }

  Storage.Handle adopt(Storage storage, Content content) {
    lock.lock();
    try {
      content.retain();
      Storage.Handle handle = new Storage.Handle(storage, this, content);
      handle.next = handles;
      if (handles != null) {
        handles.previous = handle;
      }
      handles = handle;
      return handle;
    } finally {
      lock.unlock();
    }
  }

  Content contentOf(Storage.Handle handle) {
    Content content = handle.content;
    if (content == null) {
      throw Memory.closed("a tensor's memory on " + backend.name());
    }
    return content;
  }

  boolean isClosed(Storage.Handle handle) {
    return handle.content == null;
  }

  void close(Storage.Handle handle) {
    lock.lock();
    try {
      Content content = handle.content;
      if (content == null) {
        return;
      }
      handle.content = null;
      handle.clear();
      Storage.Handle previous = handle.previous;
      Storage.Handle next = handle.next;
      if (previous != null) {
        previous.next = next;
      } else {
        handles = next;
      }
      if (next != null) {
        next.previous = previous;
      }
      content.release();
    } finally {
      lock.unlock();
    }
  }

  /** What this device has done so far. */
  public Counters counters() {
    lock.lock();
    try {
      return new Counters(
          launches,
          memory.allocations(),
          memory.liveBytes(),
          memory.cachedBytes(),
          memory.peakBytes(),
          memory.collections());
    } finally {
      lock.unlock();
    }
  }

  /** Gives the memory that is cached and not in use back to the device. */
  public void emptyCache() {
    lock.lock();
    try {
      flush();
      memory.drain();
      memory.emptyCache();
    } finally {
      lock.unlock();
    }
  }
}
