package dev.clgrad.backend.programs;

import dev.clgrad.backend.DeviceRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a compiled program follows from: the platform and device with their versions, the driver,
 * the environment variables that change what it compiles, the build options, the kernel's name and
 * the whole source.
 *
 * <p>A file of the cache holds all of this, and is used only where it is equal, byte for byte; the
 * file's name is a checksum that need only spread. A cryptographic hash would take its place, but
 * costs a new process 5 ms a program, as it runs before anything is compiled by the JVM.
 */
public final class ProgramKey {
  /** Variables that make PoCL compile the same source to something else. */
  private static final String[] VARIABLES = {
    "POCL_EXTRA_BUILD_FLAGS", "POCL_LLVM_CPU_NAME", "POCL_WORK_GROUP_METHOD"
  };

  private final byte[] bytes;

  private ProgramKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The key of a program.
   *
   * @param device the device that it was compiled for
   * @param options the build options
   * @param entry the name of the kernel that is wanted
   * @param source all of the source, the prelude included
   */
  public static ProgramKey of(DeviceRecord device, String options, String entry, String source) {
    StringBuilder text = new StringBuilder(source.length() + 512);
    append(text, device.platform());
    append(text, device.device());
    append(text, device.vendor());
    append(text, device.version());
    append(text, device.driver());
    for (String variable : VARIABLES) {
      append(text, System.getenv(variable));
    }
    append(text, options);
    append(text, entry);
    append(text, source);
    return new ProgramKey(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Each part stands behind its length, so that different parts never read the same. */
  private static void append(StringBuilder text, @Nullable String part) {
    if (part == null) {
      text.append("-\n");
    } else {
      text.append(part.length()).append(':').append(part).append('\n');
    }
  }

  /** Everything that must be equal; not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /** The name of the file that holds the program; two keys may share one. */
  String fileName() {
    CRC32C first = new CRC32C();
    first.update(bytes);
    CRC32 second = new CRC32();
    second.update(bytes);
    String digits =
        Long.toHexString(1L << 32 | first.getValue()).substring(1)
            + Long.toHexString(1L << 32 | second.getValue()).substring(1);
    return digits + ProgramFolder.SUFFIX;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProgramKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return fileName();
  }
}
