package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Buffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The idle buffers of one device, by size class: four an octave, so that at most a quarter is
 * wasted and a fit is found often. This is the only place that frees a buffer. All methods belong
 * to the scheduler's lock.
 */
final class Pool {
  private final Backend backend;

  /** In the order of their last use, the oldest first. */
  private final LinkedHashMap<SizeClass, ArrayDeque<Buffer>> idle =
      new LinkedHashMap<>(64, 0.75f, true);

  private long bytes;

  /** Buffers of this type and of so many elements. */
  record SizeClass(DType dtype, long length) {
    /** The class of buffers for at least this many elements, none larger than a number of bytes. */
    static SizeClass of(DType dtype, long length, long largest) {
      SizeClass rounded = new SizeClass(dtype, roundUp(Math.max(length, 1)));
      // The rounded size may be too much for the device where the length itself is not.
      return rounded.bytes() <= largest ? rounded : new SizeClass(dtype, Math.max(length, 1));
    }

    long bytes() {
      return length * dtype.bytes();
    }

    private static long roundUp(long length) {
      if (length <= 16) {
        return 16;
      }
      long step = Math.max(Long.highestOneBit(length - 1) / 4, 1);
      return (length + step - 1) / step * step;
    }
  }

  Pool(Backend backend) {
    this.backend = backend;
  }

  /** The bytes of all idle buffers. */
  long bytes() {
    return bytes;
  }

  /** Takes a buffer of a class; null if there is none. */
  @Nullable Buffer poll(SizeClass size) {
    ArrayDeque<Buffer> buffers = idle.get(size);
    Buffer buffer = buffers == null ? null : buffers.poll();
    if (buffer != null) {
      bytes -= buffer.bytes();
    }
    return buffer;
  }

  /**
   * Adds an idle buffer. Launches that still use it are ahead of its next use in the device's
   * queue.
   */
  void put(Buffer buffer) {
    bytes += buffer.bytes();
    idle.computeIfAbsent(new SizeClass(buffer.dtype(), buffer.length()), size -> new ArrayDeque<>())
        .push(buffer);
  }

  /**
   * Gives buffers back to the device until the rest has at most so many bytes; first those of the
   * sizes that were not used for the longest time.
   */
  void trim(long most) {
    Iterator<ArrayDeque<Buffer>> sizes = idle.values().iterator();
    while (bytes > most && sizes.hasNext()) {
      ArrayDeque<Buffer> buffers = sizes.next();
      while (bytes > most && !buffers.isEmpty()) {
        Buffer buffer = buffers.pollLast();
        bytes -= buffer.bytes();
        backend.free(buffer);
      }
      if (buffers.isEmpty()) {
        sizes.remove();
      }
    }
  }

  /** Gives all of them back to the device. */
  void clear() {
    trim(0);
  }
}
