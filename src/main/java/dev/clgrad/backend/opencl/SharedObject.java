package dev.clgrad.backend.opencl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A shared library file in the 64-bit little-endian ELF format, as far as clgrad must know it: for
 * which machine it is, and the name (SONAME) under which the dynamic linker remembers it once it is
 * loaded.
 */
final class SharedObject {
  private static final int PROGRAM_HEADERS = 32;
  private static final int PROGRAM_HEADER_COUNT = 56;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int SEGMENT_LOAD = 1;
  private static final int SEGMENT_DYNAMIC = 2;
  private static final int DYNAMIC_STRINGS = 5;
  private static final int DYNAMIC_SONAME = 14;

  private final byte[] content;
  private final ByteBuffer bytes;
  private final int sonameAt;

  private SharedObject(byte[] content, ByteBuffer bytes) {
    this.content = content;
    this.bytes = bytes;
    this.sonameAt = findSoname();
  }

  /** Reads a library; null if it is none for this Java process, or not to be read. */
  static @Nullable SharedObject read(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
      boolean elf64 =
          bytes.limit() > 64 && bytes.getInt(0) == 0x464c457f && bytes.getShort(4) == 0x0102;
      if (!elf64 || bytes.getShort(18) != machine()) {
        return null;
      }
      return new SharedObject(content, bytes);
    } catch (IOException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  /** The ELF number of the machine this Java process runs on; −1 for one that is not known here. */
  private static int machine() {
    return switch (System.getProperty("os.arch", "")) {
      case "amd64", "x86_64" -> 62;
      case "aarch64", "arm64" -> 183;
      case "ppc64le" -> 21;
      case "riscv64" -> 243;
      default -> -1;
    };
  }

  /** The name in the file, such as {@code libOpenCL.so.1}; empty if it has none. */
  String soname() {
    if (sonameAt < 0) {
      return "";
    }
    int end = sonameAt;
    while (bytes.get(end) != 0) {
      end++;
    }
    return new String(content, sonameAt, end - sonameAt, StandardCharsets.US_ASCII);
  }

  /**
   * The file with its SONAME cut to a prefix of itself; null if the name does not begin so. Cutting
   * is safe where the string is shared, as it moves nothing.
   */
  byte @Nullable [] withSonameCutTo(String prefix) {
    if (!soname().startsWith(prefix)) {
      return null;
    }
    byte[] copy = content.clone();
    copy[sonameAt + prefix.length()] = 0;
    return copy;
  }

  private int findSoname() {
    int dynamic = -1;
    int dynamicEnd = -1;
    int headers = (int) bytes.getLong(PROGRAM_HEADERS);
    int count = bytes.getShort(PROGRAM_HEADER_COUNT);
    for (int i = 0; i < count; i++) {
      int header = headers + i * PROGRAM_HEADER_BYTES;
      if (bytes.getInt(header) == SEGMENT_DYNAMIC) {
        dynamic = (int) bytes.getLong(header + 8);
        dynamicEnd = dynamic + (int) bytes.getLong(header + 32);
      }
    }
    long strings = -1;
    long soname = -1;
    for (int entry = dynamic; entry >= 0 && entry < dynamicEnd; entry += 16) {
      long tag = bytes.getLong(entry);
      if (tag == 0) {
        break;
      }
      if (tag == DYNAMIC_STRINGS) {
        strings = bytes.getLong(entry + 8);
      } else if (tag == DYNAMIC_SONAME) {
        soname = bytes.getLong(entry + 8);
      }
    }
    if (strings < 0 || soname < 0) {
      return -1;
    }
    int at = fileOffset(headers, count, strings + soname);
    return at > 0 && at < bytes.limit() ? at : -1;
  }

  private int fileOffset(int headers, int count, long address) {
    for (int i = 0; i < count; i++) {
      int header = headers + i * PROGRAM_HEADER_BYTES;
      long start = bytes.getLong(header + 16);
      long size = bytes.getLong(header + 32);
      if (bytes.getInt(header) == SEGMENT_LOAD && address >= start && address < start + size) {
        return (int) (address - start + bytes.getLong(header + 8));
      }
    }
    return -1;
  }
}
