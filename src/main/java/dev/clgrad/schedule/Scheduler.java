package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.BackendCounters;
import dev.clgrad.backend.KernelSignature;
import dev.clgrad.backend.ProgramSource;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of one device: pending tasks in program order, and when they run.
 *
 * <p>They run (a) when the host reads, (b) when {@value #MAX_PENDING} are pending, so that the
 * device works while the host records, (c) on a device that raises errors at launch, after a task
 * that may fail, and (d) when an optimizer has taken a step. All that is pending is planned then:
 * what nobody in the batch reads is computed and stored, and so is what other kernels read; other
 * pointwise results are computed within those who read them, and remain <em>virtual</em>, to be
 * computed if somebody asks for them after all. What is launched follows from the program, never
 * from garbage collection.
 *
 * <p>A launch whose allocation or build fails leaves its tasks pending, with everything that
 * depends on them; the others run. They are tried again at the next occasion, and their error is
 * raised to whoever reads what they make.
 *
 * <p>One lock per device covers plan, enqueue and state.
 */
public final class Scheduler {
  /** So many tasks wait at most. */
  static final int MAX_PENDING = 256;

  private final Backend backend;
  private final ReentrantLock lock = new ReentrantLock();
  private final Memory memory;
  private final Pending pending;

  /** The scheduler of a device; there is one for each. */
  public Scheduler(Backend backend) {
    this(backend, MemoryPolicy.of(backend));
  }

  Scheduler(Backend backend, MemoryPolicy policy) {
    this.backend = backend;
    this.memory = new Memory(backend, policy);
    this.pending = new Pending(backend, memory, !"off".equals(System.getProperty("clgrad.fusion")));
  }

  /** The device. */
  public Backend backend() {
    return backend;
  }

  Memory memory() {
    return memory;
  }

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  /** Whether tasks may share a launch. */
  public boolean isFused() {
    return pending.isFused();
  }

  /**
   * Sets whether tasks may share a launch; without, each has its own. On from the start unless the
   * system property {@code clgrad.fusion} is {@code off}.
   */
  public void setFused(boolean fused) {
    lock.lock();
    try {
      pending.flush();
      pending.setFused(fused);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A new storage, with nothing in it yet: the task that writes it comes next.
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
    return Storage.of(new Content(this, dtype, shape.numel()));
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
      checkHere(task, task.inputs());
      checkHere(task, task.outputs());
      Trace trace = Trace.current();
      if (trace != null) {
        trace.add(this, task);
        return;
      }
      Recording recording = Recording.current();
      if (recording != null) {
        recording.add(this, task);
      }
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

  /** Builds a kernel before it is launched: see {@link Backend#build}. */
  public @Nullable KernelSignature build(String op, ProgramSource program, String entry) {
    lock.lock();
    try {
      return backend.build(op, program, entry);
    } finally {
      lock.unlock();
    }
  }

  /** Asks the device something that is no part of any tensor's computation. */
  public <T> T ask(Function<Backend, T> question) {
    return locked(() -> question.apply(backend));
  }

  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
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

  private void checkHere(Task task, List<Value> values) {
    for (int i = 0; i < values.size(); i++) {
      Scheduler other = values.get(i).content().scheduler();
      if (other != this) {
        throw new dev.clgrad.DeviceException(
            task.op()
                + ": tensors are on "
                + backend.name()
                + " and "
                + other.backend().name()
                + "; move one with to(device)");
      }
    }
  }

  /** Copies host elements into a content that nobody has read yet; at once. */
  public void write(Value to, Object array) {
    Recording recording = Recording.current();
    lock.lock();
    try {
      Content content = to.content();
      if (recording != null) {
        recording.copies(content, array);
      }
      if (!content.hasBuffer()) {
        content.setBuffer(
            "copy from host", memory.take("copy from host", content.dtype(), content.length()));
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
   * @throws ClgradException if this thread is recorded
   */
  public void read(String op, Value from, Object array) {
    Recording.refuseRead(op);
    Trace.refuseIfActive(op);
    lock.lock();
    try {
      Content content = from.content();
      pending.flush();
      if (content.recipe() != null) {
        pending.materialize(content);
      }
      if (!content.hasBuffer()) {
        throw pending.failure(op, content);
      }
      int length = Math.toIntExact(from.shape().numel());
      if (length > 0) {
        backend.read(content.buffer(), from.layout().offset(), array, 0, length);
      }
    } finally {
      Reference.reachabilityFence(from);
      lock.unlock();
    }
  }

  /**
   * What reading a value would launch now. Nothing is launched or changed.
   *
   * @param names what contents are called in the descriptions; others are numbered
   */
  public LaunchReport explain(Value value, Map<String, Content> names) {
    lock.lock();
    try {
      return pending.explain(value.content(), names);
    } finally {
      Reference.reachabilityFence(value);
      lock.unlock();
    }
  }

  /** How many tasks wait. */
  public int pendingTasks() {
    return locked(pending::size);
  }

  /** What waits, for those who hold the lock. */
  Pending pending() {
    return pending;
  }

  /** Runs what is pending and waits for the device; raises what kernels have flagged. */
  public void synchronize() {
    lock.lock();
    try {
      pending.flush();
      if (!pending.isEmpty()) {
        throw pending.failure();
      }
      backend.finish();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a task that overwrites a view of a storage, which gets a new content: other readers keep
   * the old one. Where there are none when it runs, the new content takes over the old one's
   * buffer; else what the task does not overwrite is copied first.
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
    Recording recording = Recording.current();
    lock.lock();
    try {
      Content old = storage.content();
      Trace trace = Trace.current();
      if (trace != null) {
        trace.checkMade(storage);
      }
      if (recording != null) {
        recording.reaches(storage);
        recording.replaces(storage);
      }
      Content fresh = new Content(this, old.dtype(), old.length());
      Task task = write.apply(new Value(old, view), new Value(fresh, view));
      fresh.setDonor(old);
      if (view.shape().numel() != old.length()) {
        task.patches(old, copy);
      }
      fresh.retain();
      try {
        add(task);
        storage.replace(fresh, task.op());
      } finally {
        fresh.release();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a storage is the only one that refers to its content, and may give it away. */
  public boolean isUnshared(Storage storage) {
    return locked(() -> storage.content().isUnshared());
  }

  /** What this device has done so far. */
  public Counters counters() {
    lock.lock();
    try {
      BackendCounters done = backend.counters();
      return new Counters(
          pending.launches(),
          pending.planned(),
          pending.renders(),
          done.builds(),
          done.diskHits(),
          done.bytesToDevice(),
          done.bytesToHost(),
          memory.allocations(),
          memory.liveBytes(),
          memory.cachedBytes(),
          memory.peakBytes(),
          memory.collections(),
          memory.collectionNanos());
    } finally {
      lock.unlock();
    }
  }

  /** Starts {@link Counters#peakBytes} anew from what is in use and cached now. */
  public void resetPeak() {
    lock.lock();
    try {
      memory.resetPeak();
    } finally {
      lock.unlock();
    }
  }

  /** What is held of the device's memory, and by whom, in lines for people. */
  public String memorySummary() {
    lock.lock();
    try {
      memory.drain();
      return memory.summary();
    } finally {
      lock.unlock();
    }
  }

  /** Sets whether the lines of the program that ask for tensors are remembered, for errors. */
  public void recordAllocationSites(boolean on) {
    memory.recordSites(on);
  }

  /** Gives the memory that is cached and not in use back to the device. */
  public void emptyCache() {
    lock.lock();
    try {
      pending.flush();
      memory.drain();
      memory.emptyCache();
    } finally {
      lock.unlock();
    }
  }
}
