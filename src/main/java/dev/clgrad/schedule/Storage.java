package dev.clgrad.schedule;

import dev.clgrad.DeviceException;
import org.jspecify.annotations.Nullable;

/**
 * The memory that a tensor and its views share: a share of a content, which is replaced, not
 * changed, when it is written in place.
 *
 * <p>Nobody has to close it: a content that nobody can reach any more gives its buffer back the
 * next time this device allocates. {@link #close} and {@link Scope} do so at once.
 */
public final class Storage {
  private final Scheduler scheduler;
  private final Version version = new Version();
  private volatile @Nullable Content content;

  /** The scope at whose end it is closed, or was. */
  private @Nullable Scope scope;

  private Storage(Content content) {
    this.scheduler = content.scheduler();
    this.content = content;
    Scope.opened(this);
    Recording recording = Recording.current();
    if (recording != null) {
      recording.makes(this);
    }
    Trace trace = Trace.current();
    if (trace != null) {
      trace.makes(this);
    }
  }

  /**
   * A storage of a content that nobody else knows yet; the device's lock is held, or not needed.
   */
  public static Storage of(Content content) {
    content.retain();
    return new Storage(content);
  }

  /** The scheduler of the device it lives on. */
  public Scheduler scheduler() {
    return scheduler;
  }

  /**
   * The content it has now.
   *
   * @throws DeviceException if it was closed
   */
  public Content content() {
    Content c = content;
    if (c == null) {
      Scope by = scope;
      throw new DeviceException(
          "the memory of a tensor on "
              + scheduler.backend().name()
              + (by == null
                  ? " was closed; use it before close()"
                  : " was closed at the end of "
                      + by
                      + "; use it within the scope, or let it live on with scope.keep(tensor)"));
    }
    return c;
  }

  /** The scope it belongs to; null for none. */
  @Nullable Scope scope() {
    return scope;
  }

  void setScope(@Nullable Scope scope) {
    this.scope = scope;
  }

  /** What closed it, for errors. */
  public String closedBy() {
    Scope by = scope;
    return by == null ? "close()" : "the end of " + by;
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return content == null;
  }

  /** How often it was written in place; shared with those who saved it. */
  public Version version() {
    return version;
  }

  /** Gives its share of the content back at once; reading it afterwards is an error. Idempotent. */
  public void close() {
    if (content != null) {
      scope = null;
      end();
    }
  }

  /** Closes it as its scope does. */
  void end() {
    scheduler.lock();
    try {
      Content c = content;
      content = null;
      if (c != null) {
        c.release();
      }
    } finally {
      scheduler.unlock();
    }
  }

  /**
   * Another storage of the same content, which keeps it as it is now. In-place writes to either
   * leave the other alone.
   */
  public Storage share() {
    scheduler.lock();
    try {
      Content c = content();
      c.retain();
      return new Storage(c);
    } finally {
      scheduler.unlock();
    }
  }

  /**
   * Replaces the content, as a write in place does; the device's lock is held.
   *
   * @param by the operation that does, for errors
   */
  public void replace(Content fresh, String by) {
    Content old = content();
    fresh.retain();
    content = fresh;
    version.increment(by);
    old.release();
  }

  /** Counts in-place writes, so that a value saved for backward can tell that it was changed. */
  public static final class Version {
    private volatile int count;
    private @Nullable String by;
    private @Nullable CallSite site;

    /** The number of writes so far. */
    public int count() {
      return count;
    }

    /** The operation of the last write; null if there was none. */
    public @Nullable String by() {
      return by;
    }

    /** Where the program called it, if that was watched. */
    public @Nullable CallSite site() {
      return site;
    }

    // Only the holder of the device's lock writes.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void increment(String by) {
      this.by = by;
      this.site = CallSite.here();
      count++;
    }
  }
}
