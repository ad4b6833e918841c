package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a storage at one version: pending until its tasks have run, then in a buffer.
 * Once somebody besides its storage refers to it, it never changes.
 *
 * <p>References are counted exactly: storages, saved values and pending readers each hold one. The
 * last one to go gives the buffer back. All fields belong to the scheduler's lock.
 */
public final class Content {
  private final Scheduler scheduler;
  private final DType dtype;
  private final long length;
  private @Nullable Buffer buffer;
  private int references;
  private int pendingWrites;

  Content(Scheduler scheduler, DType dtype, long length) {
    this.scheduler = scheduler;
    this.dtype = dtype;
    this.length = length;
  }

  /** The scheduler of the device it lives on. */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** The element type. */
  public DType dtype() {
    return dtype;
  }

  /** The number of elements. */
  public long length() {
    return length;
  }

  /** The buffer; only within a launch, when all tasks before it have run. */
  Buffer buffer() {
    Buffer b = buffer;
    if (b == null) {
      throw new IllegalStateException("a content was read before its buffer existed");
    }
    return b;
  }

  boolean hasBuffer() {
    return buffer != null;
  }

  void setBuffer(@Nullable Buffer buffer) {
    this.buffer = buffer;
  }

  /** Whether one reference, its storage's, is all there is: then the storage may write in place. */
  boolean isUnshared() {
    return references == 1;
  }

  boolean isPending() {
    return pendingWrites > 0;
  }

  int references() {
    return references;
  }

  void retain() {
    references++;
  }

  void release() {
    references--;
    reclaim();
  }

  void beginWrite() {
    pendingWrites++;
  }

  void endWrite() {
    pendingWrites--;
    reclaim();
  }

  private void reclaim() {
    Buffer b = buffer;
    if (references == 0 && pendingWrites == 0 && b != null) {
      buffer = null;
      scheduler.memory().giveBack(b);
    }
  }
}
