package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a storage at one version. It is written by one task, once, and never changes: a
 * write in place makes a new content, which takes over the buffer of the old one where nobody else
 * refers to it.
 *
 * <p>Its life: <em>pending</em> while its task waits; then in a <em>buffer</em>, or
 * <em>virtual</em>, where the task was computed within others and the result not stored: then it
 * keeps the task, to be computed when somebody asks for it.
 *
 * <p>References are counted exactly, by what the program does: storages, saved values and pending
 * readers each hold one until they are closed or done. The last one to go gives the buffer back.
 * What only becomes garbage is not counted down; {@link Memory} notices when a content with a
 * buffer can no longer be reached. All fields belong to the scheduler's lock.
 */
public final class Content {
  private final Scheduler scheduler;
  private final DType dtype;
  private final long length;
  private @Nullable Buffer buffer;
  private final @Nullable Site site;
  private Claims.@Nullable Claim claim;
  private int references;
  private boolean pending;
  private @Nullable Task recipe;
  private @Nullable Content donor;

  /** Its number in the batch of this stamp; see {@link Batch}. */
  private int slot;

  private long stamp;

  Content(Scheduler scheduler, DType dtype, long length) {
    this.scheduler = scheduler;
    this.dtype = dtype;
    this.length = length;
    this.site = scheduler.memory().site();
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

  /** Where the program asked for it; null unless that is recorded. */
  @Nullable Site site() {
    return site;
  }

  /**
   * Gives it a buffer, from now on its own.
   *
   * @param op the operation that filled it
   */
  void setBuffer(String op, Buffer buffer) {
    this.buffer = buffer;
    this.claim = scheduler.memory().claim(this, op, buffer);
    Task task = recipe;
    recipe = null;
    if (task != null) {
      task.releaseInputs();
    }
  }

  /** Takes the buffer away from it, for another content. */
  Buffer takeBuffer() {
    Buffer b = buffer();
    scheduler.memory().forget(claim);
    claim = null;
    buffer = null;
    return b;
  }

  /** The content whose buffer this one may take over when it is written; null if none. */
  @Nullable Content donor() {
    return donor;
  }

  void setDonor(@Nullable Content donor) {
    this.donor = donor;
  }

  /** The task that computes it when asked for; null unless it is virtual. */
  @Nullable Task recipe() {
    return recipe;
  }

  /** Makes it virtual; the task's inputs stay held. */
  void setRecipe(Task task) {
    recipe = task;
  }

  /** Whether one reference, its storage's, is all there is. */
  boolean isUnshared() {
    return references == 1;
  }

  boolean isPending() {
    return pending;
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
    pending = true;
  }

  void endWrite() {
    pending = false;
    reclaim();
  }

  private void reclaim() {
    if (references > 0 || pending) {
      return;
    }
    if (buffer != null) {
      Claims.Claim given = claim;
      scheduler.memory().giveBack(takeBuffer(), given);
    } else if (recipe != null) {
      Task task = recipe;
      recipe = null;
      task.releaseInputs();
    }
  }

  int slot(long batch) {
    return stamp == batch ? slot : -1;
  }

  void setSlot(long batch, int number) {
    stamp = batch;
    slot = number;
  }
}
