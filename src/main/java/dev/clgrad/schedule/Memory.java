package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.DeviceException;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Buffer;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one device: buffers in size classes, given back to a cache and taken from it again.
 * All methods belong to the scheduler's lock.
 *
 * <p>Buffers of contents that became garbage are taken back when the device allocates. Since Java
 * collects when its own heap is full and not when the device's is, a collection is asked for when
 * the live bytes pass a high-water mark, and no sooner than twenty times the duration of the last
 * one.
 */
final class Memory {
  /** A collection is not asked for below this many live bytes. */
  private static final long HIGH_WATER_FLOOR = 256L << 20;

  private static final int PAUSE_FACTOR = 20;

  /** Up to so many bytes an array of Java's own is faster made than found. */
  private static final long SMALL = 4096;

  /** How often to wait 2 ms for references where the next step would be to give up. */
  private static final int PATIENCE = 50;

  private final Backend backend;
  private final ReferenceQueue<Content> garbage = new ReferenceQueue<>();
  private final Map<SizeClass, ArrayDeque<Buffer>> cache = new HashMap<>();

  /** The first of the claims that are not given up; they must stay reachable until then. */
  private @Nullable Claim claims;

  private long liveBytes;
  private long cachedBytes;
  private long peakBytes;
  private long highWater = HIGH_WATER_FLOOR;
  private long nextCollection = System.nanoTime();
  private long collections;
  private long allocations;

  private record SizeClass(DType dtype, long length) {}

  Memory(Backend backend) {
    this.backend = backend;
  }

  /** What outlives a content that has a buffer: the buffer, until it is given up or found lost. */
  static final class Claim extends PhantomReference<Content> {
    private final Memory memory;
    private final Buffer buffer;
    private @Nullable Claim previous;
    private @Nullable Claim next;

    private Claim(Memory memory, Content content, Buffer buffer) {
      super(content, memory.garbage);
      this.memory = memory;
      this.buffer = buffer;
    }
  }

  /** Remembers whose buffer this is; null where it is left to Java. */
  @Nullable Claim claim(Content content, Buffer buffer) {
    if (isLeftToJava(buffer.bytes())) {
      return null;
    }
    Claim claim = new Claim(this, content, buffer);
    claim.next = claims;
    if (claims != null) {
      claims.previous = claim;
    }
    claims = claim;
    return claim;
  }

  /** Forgets whose a buffer is. */
  static void drop(@Nullable Claim claim) {
    if (claim == null) {
      return;
    }
    claim.clear();
    Claim previous = claim.previous;
    Claim next = claim.next;
    if (previous != null) {
      previous.next = next;
    } else {
      claim.memory.claims = next;
    }
    if (next != null) {
      next.previous = previous;
    }
  }

  /**
   * Whether a buffer of this size is garbage like any Java object: a small array. Finding it lost
   * would cost more than making another.
   */
  private boolean isLeftToJava(long bytes) {
    return bytes <= SMALL && backend.buffersAreJavas();
  }

  long liveBytes() {
    return liveBytes;
  }

  long peakBytes() {
    return peakBytes;
  }

  long cachedBytes() {
    return cachedBytes;
  }

  long collections() {
    return collections;
  }

  long allocations() {
    return allocations;
  }

  /**
   * A buffer for at least this many elements; its content is undefined.
   *
   * @throws OutOfDeviceMemoryException if the device refuses after everything reclaimable was given
   *     back
   */
  Buffer take(String op, DType dtype, long length) {
    if (isLeftToJava(length * dtype.bytes())) {
      return backend.allocate(dtype, Math.max(length, 1));
    }
    drain();
    SizeClass size = new SizeClass(dtype, roundUp(Math.max(length, 1)));
    long bytes = size.length * dtype.bytes();
    if (bytes > backend.limits().maxAllocationBytes()) {
      // The size class is too large for the device where the length itself need not be.
      size = new SizeClass(dtype, length);
      bytes = length * dtype.bytes();
    }
    if (liveBytes + bytes > highWater) {
      collectAtHighWater();
    }
    Buffer buffer = poll(size);
    if (buffer == null) {
      if (cachedBytes > highWater) {
        // Sizes that change from step to step would leave every one of them behind. A program that
        // repeats itself finds its buffers and does not come here.
        emptyCache();
      }
      buffer = allocate(op, size);
      allocations++;
    }
    liveBytes += buffer.bytes();
    peakBytes = Math.max(peakBytes, liveBytes + cachedBytes);
    return buffer;
  }

  /**
   * Puts a buffer into the cache. Launches that still use it are ahead of its next use in the
   * device's queue.
   */
  void giveBack(Buffer buffer) {
    if (isLeftToJava(buffer.bytes())) {
      return;
    }
    liveBytes -= buffer.bytes();
    cachedBytes += buffer.bytes();
    cache
        .computeIfAbsent(new SizeClass(buffer.dtype(), buffer.length()), s -> new ArrayDeque<>())
        .push(buffer);
  }

  /** Gives every cached buffer back to the device. */
  void emptyCache() {
    for (ArrayDeque<Buffer> buffers : cache.values()) {
      buffers.forEach(backend::free);
    }
    cache.clear();
    cachedBytes = 0;
  }

  /** Takes back the buffers of contents that nobody can reach any more. */
  void drain() {
    for (Object reference = garbage.poll(); reference != null; reference = garbage.poll()) {
      takeBack((Claim) reference);
    }
  }

  private void takeBack(Claim lost) {
    drop(lost);
    giveBack(lost.buffer);
  }

  private @Nullable Buffer poll(SizeClass size) {
    ArrayDeque<Buffer> buffers = cache.get(size);
    Buffer buffer = buffers == null ? null : buffers.poll();
    if (buffer != null) {
      cachedBytes -= buffer.bytes();
    }
    return buffer;
  }

  private Buffer allocate(String op, SizeClass size) {
    try {
      return backend.allocate(size.dtype, size.length);
    } catch (OutOfDeviceMemoryException first) {
      drain();
      emptyCache();
      collect(PATIENCE);
      emptyCache();
      try {
        return backend.allocate(size.dtype, size.length);
      } catch (OutOfDeviceMemoryException second) {
        OutOfDeviceMemoryException e =
            new OutOfDeviceMemoryException(
                String.format(
                    Locale.ROOT,
                    "%s: %s refused %d bytes: %s; live %d bytes, peak %d, %d collections asked for. Close tensors or use"
                        + " smaller batches; if Java runs with -XX:+DisableExplicitGC, remove it",
                    op,
                    backend.name(),
                    size.length * size.dtype.bytes(),
                    second.getMessage(),
                    liveBytes,
                    peakBytes,
                    collections),
                second);
        e.addSuppressed(first);
        throw e;
      }
    }
  }

  private void collectAtHighWater() {
    if (System.nanoTime() - nextCollection < 0) {
      return;
    }
    collect(5);
    highWater = Math.max(HIGH_WATER_FLOOR, 2 * liveBytes);
  }

  /**
   * Collects garbage and gives back what it held.
   *
   * @param waits how many times 2 ms to wait at most for a reference that frees memory
   */
  private void collect(int waits) {
    long start = System.nanoTime();
    long before = liveBytes;
    System.gc();
    // References reach the queue shortly after the collection, from a thread of the JVM.
    // Those of one collection come in a row: what is live is known when no more do.
    int wait = 0;
    while (wait < waits) {
      try {
        Object reference = garbage.remove(2);
        if (reference != null) {
          takeBack((Claim) reference);
          drain();
        } else if (liveBytes < before) {
          break;
        } else {
          wait++;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    collections++;
    long end = System.nanoTime();
    nextCollection = end + PAUSE_FACTOR * (end - start);
  }

  /**
   * The next of four steps an octave, at least 16: wastes at most a quarter and finds a fit often.
   */
  private static long roundUp(long length) {
    if (length <= 16) {
      return 16;
    }
    long step = Math.max(Long.highestOneBit(length - 1) / 4, 1);
    return (length + step - 1) / step * step;
  }

  /** The refusal of a tensor that no buffer of a device can hold. */
  static OutOfDeviceMemoryException tooLarge(String op, DType dtype, Shape shape, Backend backend) {
    return new OutOfDeviceMemoryException(
        String.format(
            Locale.ROOT,
            "%s: a tensor of shape %s and dtype %s needs %.1f GiB, more than the largest allocation"
                + " of %s, which is %.1f GiB; split it",
            op,
            shape,
            dtype,
            (double) shape.numel() * dtype.bytes() / (1L << 30),
            backend.name(),
            (double) backend.limits().maxAllocationBytes() / (1L << 30)));
  }

  /** The device's memory, after use: for errors about things that never fit. */
  static DeviceException closed(String what) {
    return new DeviceException(
        what + " was closed; use it before close() or keep it out of the scope");
  }
}
