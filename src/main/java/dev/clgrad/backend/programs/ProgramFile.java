package dev.clgrad.backend.programs;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of one file of the cache: a mark, the version of this form, the lengths of key and
 * program, both, and a CRC-32C of all that comes before it. Numbers are big-endian.
 */
final class ProgramFile {
  /** Raised with every change of this form, or of what the compiled programs must be like. */
  static final int VERSION = 1;

  private static final long MARK = 0x636c_6772_6164_0d0aL; // "clgrad", then what text modes change
  private static final int HEADER_BYTES = Long.BYTES + 3 * Integer.BYTES;
  private static final int CHECK_BYTES = Integer.BYTES;

  private ProgramFile() {}

  /** How many bytes a file has. */
  static long size(ProgramKey key, byte[] program) {
    return (long) HEADER_BYTES + key.bytes().length + program.length + CHECK_BYTES;
  }

  /** The bytes of a file. */
  static byte[] encode(ProgramKey key, byte[] program) {
    ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(size(key, program)));
    file.putLong(MARK).putInt(VERSION).putInt(key.bytes().length).putInt(program.length);
    file.put(key.bytes()).put(program);
    file.putInt(check(file.array(), file.position()));
    return file.array();
  }

  /**
   * The program in a file.
   *
   * @return null if the file is damaged, of another version, or belongs to another key
   */
  static byte @Nullable [] decode(byte[] file, ProgramKey key) {
    if (file.length < HEADER_BYTES + CHECK_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(file);
    if (in.getLong() != MARK || in.getInt() != VERSION) {
      return null;
    }
    int keyLength = in.getInt();
    int programLength = in.getInt();
    if (keyLength != key.bytes().length
        || programLength != (long) file.length - HEADER_BYTES - CHECK_BYTES - keyLength) {
      return null;
    }
    int programAt = HEADER_BYTES + keyLength;
    int checkAt = programAt + programLength;
    if (!Arrays.equals(file, HEADER_BYTES, programAt, key.bytes(), 0, keyLength)
        || in.getInt(checkAt) != check(file, checkAt)) {
      return null;
    }
    return Arrays.copyOfRange(file, programAt, checkAt);
  }

  private static int check(byte[] file, int length) {
    CRC32C crc = new CRC32C();
    crc.update(file, 0, length);
    return (int) crc.getValue();
  }
}
