package dev.clgrad.schedule;

import dev.clgrad.DeviceException;
import dev.clgrad.backend.Backend;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How much memory clgrad takes of a device.
 *
 * @param garbage a collection is not asked for as long as all buffers together have at most so many
 *     bytes
 * @param limit the most bytes all buffers together may have
 * @param limitSource what sets the limit, for errors
 */
record MemoryPolicy(long garbage, long limit, String limitSource) {
  /** The system property with the most bytes to take of a device. */
  static final String LIMIT = "clgrad.memory.limit";

  /** The system property with the bytes below which no collection is asked for. */
  static final String GARBAGE = "clgrad.memory.garbage";

  private static final long DEFAULT_GARBAGE = 256L << 20;

  /**
   * What the system properties say, or the defaults: all of the device, and 256 MiB before a
   * collection; on Java's heap at most a quarter of it.
   *
   * @throws DeviceException if a property is not a number of bytes
   */
  static MemoryPolicy of(Backend backend) {
    long memory = backend.device().memoryBytes();
    if (memory <= 0) {
      memory = Long.MAX_VALUE;
    }
    long limit = bytes(LIMIT, memory);
    long most = backend.buffersAreJavas() ? memory / 4 : Long.MAX_VALUE;
    return new MemoryPolicy(
        bytes(GARBAGE, Math.min(DEFAULT_GARBAGE, most)),
        Math.min(limit, memory),
        limit < memory ? "-D" + LIMIT : "the device's memory");
  }

  private static long bytes(String property, long otherwise) {
    String text = System.getProperty(property);
    return text == null ? otherwise : parse(property, text);
  }

  /** A number of bytes such as {@code 65536}, {@code 512k}, {@code 64m} or {@code 2g}. */
  static long parse(String property, @Nullable String text) {
    String t = text == null ? "" : text.strip().toLowerCase(Locale.ROOT);
    int unit = t.isEmpty() ? -1 : "kmg".indexOf(t.charAt(t.length() - 1));
    String digits = unit < 0 ? t : t.substring(0, t.length() - 1);
    if (digits.matches("[0-9]{1,15}")) {
      long bytes = Long.parseLong(digits);
      int shift = 10 * (unit + 1);
      if (bytes > 0 && bytes <= Long.MAX_VALUE >> shift) {
        return bytes << shift;
      }
    }
    throw new DeviceException(
        "system property "
            + property
            + " is \""
            + text
            + "\"; expected a number of bytes above 0, such as 65536, 512k, 64m or 2g");
  }
}
