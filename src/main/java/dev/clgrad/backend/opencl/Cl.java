package dev.clgrad.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Calls of JOCL with their status as a value. JOCL either returns it or throws, by a switch that
 * belongs to the whole process: another user of JOCL may have set it, and clgrad leaves it alone.
 */
final class Cl {
  private Cl() {}

  /** The status of a call. */
  static int status(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (CLException e) {
      return e.getStatus();
    }
  }

  /**
   * Makes a call and throws if it fails.
   *
   * @param doing what it does, for the message
   */
  static void run(String doing, IntSupplier call) {
    int status = status(call);
    if (status != CL.CL_SUCCESS) {
      throw ClErrors.exception(status, doing);
    }
  }

  /**
   * Creates an object and throws if that fails.
   *
   * @param doing what it does, for the message
   * @param call makes it, and stores its status at index 0
   */
  static <T> T create(String doing, Function<int[], T> call) {
    int[] status = new int[1];
    T made;
    try {
      made = call.apply(status);
    } catch (CLException e) {
      throw ClErrors.exception(e.getStatus(), doing);
    }
    if (status[0] != CL.CL_SUCCESS || made == null) {
      throw ClErrors.exception(status[0], doing);
    }
    return made;
  }

  /** A query of OpenCL: fills memory and tells how many bytes there are. */
  @FunctionalInterface
  interface Query {
    /** Asks for {@code bytes} bytes at {@code to}, or, with null, for their number alone. */
    int ask(long bytes, @Nullable Pointer to, long @Nullable [] size);
  }

  /** The answer to a query of any length; empty if the driver does not know it. */
  static ByteBuffer bytes(Query query) {
    long[] size = new long[1];
    ByteBuffer none = ByteBuffer.allocate(0).order(ByteOrder.nativeOrder());
    if (status(() -> query.ask(0, null, size)) != CL.CL_SUCCESS || size[0] <= 0) {
      return none;
    }
    ByteBuffer answer = ByteBuffer.allocateDirect((int) size[0]).order(ByteOrder.nativeOrder());
    int status = status(() -> query.ask(size[0], Pointer.to(answer), null));
    return status == CL.CL_SUCCESS ? answer : none;
  }

  /** The answer to a query for text, without its end mark. */
  static String text(Query query) {
    ByteBuffer answer = bytes(query);
    byte[] chars = new byte[answer.remaining()];
    answer.get(chars);
    int length = 0;
    while (length < chars.length && chars[length] != 0) {
      length++;
    }
    return new String(chars, 0, length, StandardCharsets.UTF_8).strip();
  }

  /** The answer to a query for an integer of 1, 4 or 8 bytes; 0 if the driver does not know it. */
  static long integer(Query query) {
    ByteBuffer answer = bytes(query);
    return switch (answer.remaining()) {
      case 0 -> 0;
      case 1 -> answer.get(0);
      case 4 -> Integer.toUnsignedLong(answer.getInt(0));
      default -> answer.getLong(0);
    };
  }
}
