package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Buffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one device: buffers in use, which are claimed by contents, and idle ones in a pool.
 * All methods belong to the scheduler's lock.
 *
 * <p>Buffers of contents that became garbage are taken back when the device allocates. Since Java
 * collects when its own heap is full and not when the device's is, an allocation that would bring
 * all buffers above a mark asks for a collection first: max(256 MiB, twice what is reachable). So
 * buffers never take more, whatever the sizes. What is found goes into the pool, and idle buffers
 * of other sizes are given back first: a program that repeats itself finds its buffers and does not
 * come here.
 */
final class Memory {
  /** Up to so many bytes an array of Java's own is faster made than found. */
  private static final long SMALL = 4096;

  /** How long to wait for late references where a collection seems to have found too little. */
  private static final int PATIENCE_MILLIS = 20;

  private final Backend backend;
  private final MemoryPolicy policy;
  private final Pool pool;
  private final Collector collector;
  private final Claims claims = new Claims();
  private volatile boolean recordsSites = "on".equals(System.getProperty("clgrad.memory.sites"));

  private long liveBytes;
  private long peakBytes;
  private long allocations;

  /** What the last collection found reachable, less what was given back since. */
  private long reachableBytes;

  /** How many claims had been made when it ran. */
  private long claimsAtCollection;

  Memory(Backend backend, MemoryPolicy policy) {
    this.backend = backend;
    this.policy = policy;
    this.pool = new Pool(backend);
    this.collector = new Collector(backend.name());
  }

  /** Remembers whose buffer this is; null where it is left to Java. */
  Claims.@Nullable Claim claim(Content content, String op, Buffer buffer) {
    return isLeftToJava(buffer.bytes()) ? null : claims.add(content, op, buffer);
  }

  /** Forgets whose a buffer is: another content takes it over. */
  void forget(Claims.@Nullable Claim claim) {
    if (claim != null) {
      claims.remove(claim);
    }
  }

  /**
   * Whether a buffer of this size is garbage like any Java object: a small array. Finding it lost
   * would cost more than making another.
   */
  private boolean isLeftToJava(long bytes) {
    return bytes <= SMALL && backend.buffersAreJavas();
  }

  /** Sets whether the lines of the program that ask for tensors are remembered. */
  void recordSites(boolean on) {
    recordsSites = on;
  }

  /** Where the program is, if that is recorded. Needs no lock. */
  @Nullable Site site() {
    return recordsSites ? Site.here() : null;
  }

  long liveBytes() {
    return liveBytes;
  }

  long peakBytes() {
    return peakBytes;
  }

  /** Starts the peak anew from what there is. */
  void resetPeak() {
    drain();
    peakBytes = liveBytes + pool.bytes();
  }

  long cachedBytes() {
    return pool.bytes();
  }

  long collections() {
    return collector.count();
  }

  long collectionNanos() {
    return collector.nanos();
  }

  long allocations() {
    return allocations;
  }

  /**
   * A buffer for at least this many elements; its content is undefined.
   *
   * @throws OutOfDeviceMemoryException if there is no room after everything reclaimable was given
   *     back
   */
  Buffer take(String op, DType dtype, long length) {
    if (isLeftToJava(length * dtype.bytes())) {
      return allocate(op, new Pool.SizeClass(dtype, Math.max(length, 1)));
    }
    drain();
    Pool.SizeClass size =
        Pool.SizeClass.of(
            dtype, length, Math.min(backend.limits().maxAllocationBytes(), policy.limit()));
    Buffer buffer = pool.poll(size);
    if (buffer == null) {
      buffer = make(op, size);
    }
    liveBytes += buffer.bytes();
    peakBytes = Math.max(peakBytes, liveBytes + pool.bytes());
    return buffer;
  }

  private Buffer make(String op, Pool.SizeClass size) {
    long bytes = size.bytes();
    pool.trim(mark() - liveBytes - bytes);
    if (liveBytes + bytes > mark()) {
      // Where collections are ignored, only the end of the memory is a reason to try again.
      if (!collector.isPowerless() || liveBytes + bytes > policy.limit()) {
        collect(bytes);
      }
      Buffer found = pool.poll(size);
      if (found != null) {
        return found;
      }
      pool.trim(mark() - liveBytes - bytes);
      if (liveBytes + bytes > policy.limit()) {
        throw full(op, size, null);
      }
    }
    Buffer made = allocate(op, size);
    allocations++;
    return made;
  }

  /** What all buffers together may have before a collection is asked for. */
  private long mark() {
    return Math.min(
        policy.limit(), Math.max(policy.garbage(), 2 * Math.min(reachableBytes, liveBytes)));
  }

  /** Collects garbage, and finds out what is reachable. */
  private void collect(long wanted) {
    long mark = mark();
    long made = claims.made();
    collector.collect(claims, this::takeBack);
    if (liveBytes + wanted > mark) {
      collector.waitFor(claims, this::takeBack, PATIENCE_MILLIS);
    }
    if (!collector.isPowerless()) {
      claimsAtCollection = made;
      reachableBytes = liveBytes;
      if (liveBytes + wanted > mark()) {
        // All of this is in use, and so will that be.
        reachableBytes += wanted;
      }
    }
  }

  private Buffer allocate(String op, Pool.SizeClass size) {
    try {
      return backend.allocate(size.dtype(), size.length());
    } catch (OutOfDeviceMemoryException first) {
      drain();
      if (pool.bytes() > 0) {
        pool.clear();
        try {
          return backend.allocate(size.dtype(), size.length());
        } catch (OutOfDeviceMemoryException again) {
          first.addSuppressed(again);
        }
      }
      collect(size.bytes());
      pool.clear();
      try {
        return backend.allocate(size.dtype(), size.length());
      } catch (OutOfDeviceMemoryException last) {
        last.addSuppressed(first);
        throw full(op, size, last);
      }
    }
  }

  /**
   * The error of a computation that found no room in Java's heap. What the pool holds of it is let
   * go.
   */
  OutOfDeviceMemoryException heapFull(String op, OutOfMemoryError cause) {
    drain();
    pool.clear();
    return new OutOfDeviceMemoryException(
        op
            + ": Java's heap has no room for the computation: "
            + cause.getMessage()
            + "\n"
            + summary()
            + advice(),
        cause);
  }

  private OutOfDeviceMemoryException full(
      String op, Pool.SizeClass size, @Nullable OutOfDeviceMemoryException cause) {
    return new OutOfDeviceMemoryException(
        String.format(
            Locale.ROOT,
            "%s: no room on %s for %s: %s%s",
            op,
            backend.name(),
            Holders.bytes(size.bytes()),
            cause == null
                ? "clgrad may take "
                    + Holders.bytes(policy.limit())
                    + ", set by "
                    + policy.limitSource()
                : cause.getMessage(),
            "\n" + summary() + advice()),
        cause);
  }

  /** What is held, and by whom, in lines for people. */
  String summary() {
    return String.format(
            Locale.ROOT,
            "live %s, cached %s, peak %s, limit %s (%s), %d collections asked for",
            Holders.bytes(liveBytes),
            Holders.bytes(pool.bytes()),
            Holders.bytes(peakBytes),
            Holders.bytes(policy.limit()),
            policy.limitSource(),
            collector.count())
        + Holders.largest(claims);
  }

  private String advice() {
    return "\nGive memory back with Scope.open() or close(), or use smaller batches."
        + (collector.isPowerless()
            ? " System.gc() has no effect here, so that garbage could not be found: if Java runs with"
                + " -XX:+DisableExplicitGC, remove it"
            : "");
  }

  /** Takes a buffer back that no content has. */
  void giveBack(Buffer buffer) {
    if (!isLeftToJava(buffer.bytes())) {
      liveBytes -= buffer.bytes();
      pool.put(buffer);
    }
  }

  /** Takes the buffer of a content back that nobody refers to. */
  void giveBack(Buffer buffer, Claims.@Nullable Claim claim) {
    if (claim != null && claim.number() <= claimsAtCollection) {
      reachableBytes -= buffer.bytes();
    }
    giveBack(buffer);
  }

  /** Gives every idle buffer back to the device. */
  void emptyCache() {
    pool.clear();
  }

  /** Takes back the buffers of contents that nobody can reach any more. */
  void drain() {
    claims.drain(this::takeBack);
  }

  private void takeBack(Claims.Claim lost) {
    claims.remove(lost);
    giveBack(lost.buffer(), lost);
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
}
