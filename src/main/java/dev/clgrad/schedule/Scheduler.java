package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of one device: pending tasks in program order, and when they run.
 *
 * <p>They run (a) when the host reads, (b) when {@value #MAX_PENDING} are pending, so that the
 * device works while the host records, (c) on a device that raises errors at launch, after a task
 * that may fail, and (d) before a write in place to what a pending task still reads, which then
 * needs no copy. All that is pending runs then, whether or not somebody still refers to its
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
  private final Pending pending;
  private Storage.@Nullable Handle handles;

  /** The scheduler of a device; there is one for each. */
  public Scheduler(Backend backend) {
    this.backend = backend;
    this.memory = new Memory(backend, this::close);
    this.renderer = new Renderer(backend.limits());
    this.pending = new Pending(backend, memory);
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
   * @throws dev.clgrad.OutOfDeviceMemoryException if no buffer of the device can hold it
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
    if (shape.numel() > backend.limits().maxAllocationBytes() / dtype.bytes()) {
      throw Memory.tooLarge(op, dtype, shape, backend);
    }
    return new Storage(new Content(this, dtype, shape.numel()));
  }

  /**
   * Adds a task. What it reads and writes is held until it has run.
   *
   * @throws ClgradException if it failed at once, or too many that failed are waiting; it is not
   *     pending then
   */
  public void add(Task task) {
    lock.lock();
    try {
      task.inputs().forEach(v -> checkHere(task, v));
      task.outputs().forEach(v -> checkHere(task, v));
      pending.add(task);
      boolean raises = task.mayFail() && backend.raisesAtLaunch();
      if (raises || pending.size() >= MAX_PENDING) {
        pending.flush();
        if (raises || pending.size() >= MAX_PENDING) {
          pending.drop(task);
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
      pending.flush();
    } finally {
      lock.unlock();
    }
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
      Reference.reachabilityFence(to);
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
      // Running what is pending allocates, which gives back the memory of garbage, and the storage
      // read here may be garbage by now: a temporary's last use is this call.
      Content content = from.content();
      content.retain();
      try {
        flush();
        if (content.isPending()) {
          throw pending.failure(op, content);
        }
        int length = Math.toIntExact(from.shape().numel());
        if (length > 0) {
          backend.read(content.buffer(), from.layout().offset(), array, 0, length);
        }
      } finally {
        content.release();
      }
    } finally {
      Reference.reachabilityFence(from);
      lock.unlock();
    }
  }

  /** Runs what is pending and waits for the device; raises what kernels have flagged. */
  public void synchronize() {
    lock.lock();
    try {
      flush();
      if (!pending.isEmpty()) {
        throw pending.failure();
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
      if (sameMap && !old.isUnshared() && pending.reads(old)) {
        flush();
      }
      if (sameMap && old.isUnshared()) {
        add(direct);
      } else {
        Content fresh = new Content(this, old.dtype(), old.length());
        fresh.retain();
        try {
          if (!view.isContiguous() || view.shape().numel() != old.length()) {
            Layout whole = Layout.contiguous(Shape.of(old.length()));
            add(copy.apply(new Value(old, whole), new Value(fresh, whole)));
          }
          add(write.apply(before, new Value(fresh, view)));
        } catch (RuntimeException e) {
          fresh.release();
          throw e;
        }
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
          pending.launches(),
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
