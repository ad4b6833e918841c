package dev.clgrad.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The smallest shared library for Linux on x86-64 that sets an environment variable of the process
 * it is loaded into: its initializer is one call of the C library's {@code setenv}.
 *
 * <p>Java has no way of its own before version 22, and a child process is no way for a library. The
 * file is written out here field by field, rather than shipped, so that all of it can be read.
 * {@code docs/decisions/sigfpe.md} tells why it is needed.
 */
final class SetenvLibrary {
  // Where things lie; addresses equal file offsets. The first page is mapped readable and
  // executable, the second writable.
  private static final int PAGE = 0x1000;
  private static final int HASH = 0x120;
  private static final int SYMBOLS = 0x140;
  private static final int NAMES = 0x180;
  private static final int RELOCATIONS = 0x190;
  private static final int CODE = 0x1b0;
  private static final int VARIABLE = 0x200;
  private static final int VALUE = 0x280;
  private static final int FIRST_END = 0x300;
  private static final int DYNAMIC = PAGE;
  private static final int DYNAMIC_BYTES = 0xa0;
  private static final int SETENV_ADDRESS = DYNAMIC + DYNAMIC_BYTES;
  private static final int FILE_END = SETENV_ADDRESS + 8;

  private static final int READ = 4;
  private static final int WRITE = 2;
  private static final int EXECUTE = 1;

  private SetenvLibrary() {}

  /**
   * The library's bytes.
   *
   * @param variable the variable to set, at most 100 ASCII characters
   * @param value its value, likewise
   */
  static byte[] bytes(String variable, String value) {
    ByteBuffer out = ByteBuffer.allocate(FILE_END).order(ByteOrder.LITTLE_ENDIAN);
    fileHeader(out);
    programHeader(out, 1, READ | EXECUTE, 0, FIRST_END); // PT_LOAD
    programHeader(out, 1, READ | WRITE, DYNAMIC, FILE_END - DYNAMIC); // PT_LOAD
    programHeader(out, 2, READ | WRITE, DYNAMIC, DYNAMIC_BYTES); // PT_DYNAMIC
    programHeader(out, 0x6474e551, READ | WRITE, 0, 0); // PT_GNU_STACK: not executable

    // The table of symbols this library offers: one empty bucket.
    out.position(HASH);
    out.putInt(1).putInt(2).putInt(0).putInt(0).putInt(0);

    // Symbol 0 is always empty, symbol 1 is the undefined function setenv.
    out.position(SYMBOLS + 24);
    out.putInt(1).put((byte) 0x12);
    ascii(out, NAMES + 1, "setenv");

    // R_X86_64_GLOB_DAT: the linker stores the address of symbol 1.
    out.position(RELOCATIONS);
    out.putLong(SETENV_ADDRESS).putLong(1L << 32 | 6).putLong(0);

    ascii(out, VARIABLE, variable);
    ascii(out, VALUE, value);
    code(out);

    long[] dynamic = {
      4,
      HASH,
      5,
      NAMES,
      6,
      SYMBOLS,
      10,
      RELOCATIONS - NAMES, // bytes of names
      11,
      24, // bytes of a symbol
      7,
      RELOCATIONS,
      8,
      24, // bytes of relocations
      9,
      24, // bytes of one
      12,
      CODE, // DT_INIT
      0,
      0
    };
    out.position(DYNAMIC);
    Arrays.stream(dynamic).forEach(out::putLong);
    return out.array();
  }

  /**
   * {@code setenv(variable, value, 1)} as a tail call, which keeps the stack as aligned as it was.
   */
  private static void code(ByteBuffer out) {
    out.position(CODE);
    relative(out, VARIABLE, 0x48, 0x8d, 0x3d); // lea rdi, [rip + variable]
    relative(out, VALUE, 0x48, 0x8d, 0x35); // lea rsi, [rip + value]
    out.put((byte) 0xba).putInt(1); // mov edx, 1
    relative(out, SETENV_ADDRESS, 0xff, 0x25); // jmp [rip + address of setenv]
  }

  private static void relative(ByteBuffer out, int target, int... opcode) {
    for (int b : opcode) {
      out.put((byte) b);
    }
    out.putInt(target - (out.position() + 4));
  }

  private static void fileHeader(ByteBuffer out) {
    out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
    out.putShort((short) 3).putShort((short) 62).putInt(1); // shared object, x86-64, version 1
    out.putLong(0)
        .putLong(64)
        .putLong(0)
        .putInt(0); // no entry, program headers, no sections, no flags
    out.putShort((short) 64)
        .putShort((short) 56)
        .putShort((short) 4); // sizes, four program headers
    out.putShort((short) 64).putShort((short) 0).putShort((short) 0);
  }

  private static void programHeader(ByteBuffer out, int type, int flags, int at, int bytes) {
    out.putInt(type).putInt(flags).putLong(at).putLong(at).putLong(at);
    out.putLong(bytes).putLong(bytes).putLong(type == 1 ? PAGE : 8);
  }

  private static void ascii(ByteBuffer out, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length > 100) {
      throw new IllegalArgumentException("at most 100 characters: " + text);
    }
    out.position(at);
    out.put(bytes).put((byte) 0);
  }
}
