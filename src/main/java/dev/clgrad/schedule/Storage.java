package dev.clgrad.schedule;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The memory that a tensor and its views share. Its content is replaced, not changed, where
 * somebody still reads it.
 *
 * <p>Nobody has to close it: when it is garbage, its {@link Handle} gives the content back the next
 * time this device allocates. {@link #close} and {@link Scope} do so at once.
 */
public final class Storage {
  private final Handle handle;
  private final Version version;

  /** A storage that takes a share of a content. */
  public Storage(Content content) {
    this(content, new Version());
  }

  private Storage(Content content, Version version) {
    this.handle = content.scheduler().adopt(this, content);
    this.version = version;
    Scope.opened(handle);
  }

  /** The scheduler of the device it lives on. */
  public Scheduler scheduler() {
    return handle.scheduler;
  }

  /**
   * The content it has now.
   *
   * @throws dev.clgrad.ClgradException if it was closed
   */
  public Content content() {
    return handle.scheduler.contentOf(handle);
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return handle.scheduler.isClosed(handle);
  }

  /** How often it was written in place; shared with those who saved it. */
  public Version version() {
    return version;
  }

  /** Gives its share of the content back at once; reading it afterwards is an error. Idempotent. */
  public void close() {
    handle.scheduler.close(handle);
  }

  /**
   * Another storage of the same content, which keeps it as it is now. In-place writes to either
   * leave the other alone.
   */
  public Storage share() {
    try {
      return new Storage(content(), new Version());
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  Handle handle() {
    return handle;
  }

  /** Counts in-place writes, so that a value saved for backward can tell that it was changed. */
  public static final class Version {
    private volatile int count;

    /** The number of writes so far. */
    public int count() {
      return count;
    }

    // Only the holder of the device's lock writes.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void increment() {
      count++;
    }
  }

  /** What outlives a storage: its share of a content, on the device's list until given back. */
  static final class Handle extends PhantomReference<Storage> {
    final Scheduler scheduler;
    volatile @Nullable Content content;
    @Nullable Handle previous;
    @Nullable Handle next;

    Handle(Storage storage, Scheduler scheduler, Content content) {
      super(storage, scheduler.memory().garbage());
      this.scheduler = scheduler;
      this.content = content;
    }
  }
}
