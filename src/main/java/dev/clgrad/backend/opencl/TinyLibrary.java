package dev.clgrad.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes a small shared library for Linux on x86-64 that calls one function of the C library: from
 * its initializer, or from functions of its own that Java declares native.
 *
 * <p>Java has no way to such calls before version 22. The file is written out field by field,
 * rather than shipped, so that all of it can be read. {@code docs/decisions/sigfpe.md} tells what
 * it is needed for.
 */
final class TinyLibrary {
  // Where things lie; addresses equal file offsets. The first page is mapped readable and
  // executable, what follows writable.
  private static final int PAGE = 0x1000;
  private static final int HASH = 0x120;
  private static final int SYMBOLS = 0x160;
  private static final int NAMES = 0x200;
  private static final int RELOCATIONS = 0x400;
  private static final int FIRST_FREE = 0x420;
  private static final int DYNAMIC = PAGE;
  private static final int DYNAMIC_BYTES = 0xa0;
  private static final int IMPORT_ADDRESS = DYNAMIC + DYNAMIC_BYTES;
  private static final int FIRST_WRITABLE = IMPORT_ADDRESS + 8;

  /** As many as there is room for. */
  private static final int MOST_EXPORTS = 4;

  private static final int READ = 4;
  private static final int WRITE = 2;
  private static final int EXECUTE = 1;

  private final ByteBuffer out = ByteBuffer.allocate(4 * PAGE).order(ByteOrder.LITTLE_ENDIAN);
  private final String imported;
  private final List<String> exports = new ArrayList<>();
  private final List<Integer> exportAddresses = new ArrayList<>();
  private int free = FIRST_FREE;
  private int writable = FIRST_WRITABLE;

  /**
   * Starts a library.
   *
   * @param imported the function of the C library that it calls
   */
  TinyLibrary(String imported) {
    this.imported = imported;
  }

  /** Adds a text that ends with a zero; its address. */
  int text(String text) {
    int address = free;
    out.position(free);
    out.put(text.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    free = out.position();
    return address;
  }

  /** Reserves memory that begins as zeros; its address. */
  int memory(int bytes) {
    int address = writable;
    writable += bytes;
    return address;
  }

  /** Adds machine code; its address. */
  int code(Consumer<Code> writer) {
    free = (free + 15) / 16 * 16;
    int address = free;
    out.position(free);
    writer.accept(new Code());
    free = out.position();
    return address;
  }

  /** Adds machine code under a name that Java finds a native method by. */
  void export(String name, Consumer<Code> writer) {
    if (exports.size() == MOST_EXPORTS) {
      throw new IllegalStateException("at most " + MOST_EXPORTS + " functions");
    }
    exports.add(name);
    exportAddresses.add(code(writer));
  }

  /** Instructions, one after another. */
  final class Code {
    private Code() {}

    /** Appends bytes as they are. */
    Code put(int... bytes) {
      for (int b : bytes) {
        out.put((byte) b);
      }
      return this;
    }

    /** Appends a number of 4 bytes. */
    Code number(int value) {
      out.putInt(value);
      return this;
    }

    /** Appends an opcode whose operand is the address of something in the library. */
    Code relative(int address, int... opcode) {
      put(opcode);
      out.putInt(address - (out.position() + 4));
      return this;
    }

    /** The address of the next instruction. */
    int here() {
      return out.position();
    }

    /** Appends {@code call} of the imported function. */
    Code call() {
      return relative(IMPORT_ADDRESS, 0xff, 0x15);
    }

    /** Appends {@code jmp} to the imported function, which keeps the stack as aligned as it was. */
    Code tailCall() {
      return relative(IMPORT_ADDRESS, 0xff, 0x25);
    }
  }

  /**
   * The library's bytes.
   *
   * @param initializer the address of code to run when it is loaded; 0 for none
   */
  byte[] bytes(int initializer) {
    if (free > PAGE || writable > out.capacity()) {
      throw new IllegalStateException("the library is too large");
    }
    out.position(0);
    fileHeader();
    programHeader(1, READ | EXECUTE, 0, free); // PT_LOAD
    programHeader(1, READ | WRITE, DYNAMIC, writable - DYNAMIC); // PT_LOAD
    programHeader(2, READ | WRITE, DYNAMIC, DYNAMIC_BYTES); // PT_DYNAMIC
    programHeader(0x6474e551, READ | WRITE, 0, 0); // PT_GNU_STACK: not executable

    // Symbol 0 is always empty, symbol 1 is the undefined import, the exports follow. The hash
    // table has one bucket, whose chain goes through the exports.
    int symbols = 2 + exports.size();
    out.position(HASH);
    out.putInt(1).putInt(symbols).putInt(exports.isEmpty() ? 0 : 2).putInt(0).putInt(0);
    for (int i = 2; i < symbols; i++) {
      out.putInt(i + 1 < symbols ? i + 1 : 0);
    }
    int name = 1;
    name = symbol(1, imported, name, 0, 0);
    for (int i = 0; i < exports.size(); i++) {
      name = symbol(2 + i, exports.get(i), name, 1, exportAddresses.get(i));
    }

    // R_X86_64_GLOB_DAT: the linker stores the address of symbol 1.
    out.position(RELOCATIONS);
    out.putLong(IMPORT_ADDRESS).putLong(1L << 32 | 6).putLong(0);

    out.position(DYNAMIC);
    entry(4, HASH);
    entry(5, NAMES);
    entry(6, SYMBOLS);
    entry(10, name); // bytes of names
    entry(11, 24); // bytes of a symbol
    entry(7, RELOCATIONS);
    entry(8, 24); // bytes of relocations
    entry(9, 24); // bytes of one
    if (initializer != 0) {
      entry(12, initializer); // DT_INIT
    }
    entry(0, 0);
    byte[] bytes = new byte[writable];
    out.get(0, bytes);
    return bytes;
  }

  /** Writes a global function and its name; where the next name goes. */
  private int symbol(int index, String name, int nameAt, int section, int address) {
    out.position(SYMBOLS + 24 * index);
    out.putInt(nameAt).put((byte) 0x12).put((byte) 0).putShort((short) section).putLong(address);
    out.position(NAMES + nameAt);
    out.put(name.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
    int next = out.position();
    if (next > RELOCATIONS) {
      throw new IllegalStateException("the names are too long");
    }
    return next - NAMES;
  }

  private void entry(long tag, long value) {
    out.putLong(tag).putLong(value);
  }

  private void fileHeader() {
    out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
    out.putShort((short) 3).putShort((short) 62).putInt(1); // shared object, x86-64, version 1
    // No entry, program headers, no sections, no flags.
    out.putLong(0).putLong(64).putLong(0).putInt(0);
    // Sizes, four program headers.
    out.putShort((short) 64).putShort((short) 56).putShort((short) 4);
    out.putShort((short) 64).putShort((short) 0).putShort((short) 0);
  }

  private void programHeader(int type, int flags, int at, int bytes) {
    out.putInt(type).putInt(flags).putLong(at).putLong(at).putLong(at);
    out.putLong(bytes).putLong(bytes).putLong(type == 1 ? PAGE : 8);
  }
}
