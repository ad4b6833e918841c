package dev.clgrad.data;

import dev.clgrad.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Reads one IDX array from a stream that supports marks; its errors name the stream. */
final class IdxReader {
  /** The largest array that every JVM allocates. */
  private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

  private static final int FIRST_PIECE = 1 << 16;

  private final InputStream raw;
  private final String name;
  private boolean gzipped;

  IdxReader(InputStream raw, String name) {
    this.raw = raw;
    this.name = name;
  }

  Idx read() {
    try {
      InputStream in = decompressed();
      Idx.Type type = null;
      byte[] magic = in.readNBytes(4);
      if (magic.length == 4 && magic[0] == 0 && magic[1] == 0) {
        type = type(magic[2]);
      }
      if (type == null) {
        throw wrongMagic(magic);
      }
      int[] sizes = sizes(in, magic[3] & 0xFF);
      long expected = type.bytes();
      for (int size : sizes) {
        expected = Idx.saturatingMultiply(expected, size);
      }
      if (expected > MAX_BYTES) {
        throw tooLarge(Arrays.toString(sizes) + " of " + type);
      }
      byte[] content = content(in, (int) expected, type + " " + Arrays.toString(sizes));
      return new Idx(type, sizes, decode(type, content));
    } catch (EOFException e) {
      throw new DataException(
          name + ": the gzip data stops before its end; " + again("the whole file"), e);
    } catch (ZipException e) {
      throw new DataException(
          name + ": the gzip data is damaged (" + e.getMessage() + "); " + again("it"), e);
    } catch (IOException e) {
      throw new DataException(name + ": cannot be read: " + e + "; check the file and its disk", e);
    }
  }

  private static String again(String what) {
    return "download or copy " + what + " again";
  }

  private InputStream decompressed() throws IOException {
    raw.mark(2);
    gzipped = raw.read() == 0x1F && raw.read() == 0x8B;
    raw.reset();
    return gzipped ? new GZIPInputStream(raw, FIRST_PIECE) : raw;
  }

  private static Idx.@Nullable Type type(byte code) {
    for (Idx.Type type : Idx.Type.values()) {
      if (type.code() == code) {
        return type;
      }
    }
    return null;
  }

  private DataException wrongMagic(byte[] magic) {
    StringBuilder found = new StringBuilder();
    for (byte b : magic) {
      found.append(String.format(Locale.ROOT, " %02x", b & 0xFF));
    }
    String start =
        switch (magic.length) {
          case 0 -> "is empty";
          case 1, 2, 3 -> "holds only the bytes" + found;
          default -> "starts with the bytes" + found;
        };
    String hint =
        magic.length > 0 && magic[0] == '<'
            ? "this looks like a web page saved in its place, so download it again"
            : "name an IDX file such as train-images-idx3-ubyte, plain or gzipped";
    return new DataException(
        name
            + ": "
            + (gzipped ? "decompressed, " : "")
            + start
            + "; expected an IDX header, 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the"
            + " number of dimensions; "
            + hint);
  }

  private int[] sizes(InputStream in, int rank) throws IOException {
    byte[] header = in.readNBytes(4 * rank);
    if (header.length < 4 * rank) {
      throw new DataException(
          name
              + ": the header says "
              + rank
              + " dimensions, so "
              + 4 * rank
              + " bytes of sizes should follow, but only "
              + header.length
              + " do; "
              + again("the whole file"));
    }
    int[] sizes = new int[rank];
    ByteBuffer.wrap(header).asIntBuffer().get(sizes);
    for (int i = 0; i < rank; i++) {
      if (sizes[i] < 0) {
        throw tooLarge("with size " + Integer.toUnsignedString(sizes[i]) + " at dimension " + i);
      }
    }
    return sizes;
  }

  private DataException tooLarge(String shape) {
    return new DataException(
        name
            + ": the header says an array "
            + shape
            + "; expected at most "
            + MAX_BYTES
            + " bytes; split it, or if it should be smaller, "
            + again("the file"));
  }

  /** Reads exactly {@code expected} bytes, allocating only about twice what really comes. */
  private byte[] content(InputStream in, int expected, String array) throws IOException {
    byte[] content = new byte[Math.min(expected, FIRST_PIECE)];
    int length = 0;
    while (true) {
      length += in.readNBytes(content, length, content.length - length);
      if (length < content.length) {
        throw new DataException(
            name
                + ": the header says "
                + array
                + ", that is "
                + expected
                + " bytes of values, but only "
                + length
                + " follow; "
                + again("the whole file"));
      }
      if (length == expected) {
        break;
      }
      content = Arrays.copyOf(content, (int) Math.min(expected, 2L * length));
    }
    if (in.read() != -1) {
      throw new DataException(
          name
              + ": the header says "
              + array
              + ", that is "
              + expected
              + " bytes of values, but more follow; mend the header's sizes or "
              + again("the file"));
    }
    return content;
  }

  private static Object decode(Idx.Type type, byte[] content) {
    ByteBuffer from = ByteBuffer.wrap(content);
    return switch (type) {
      case UNSIGNED_BYTE, SIGNED_BYTE -> content;
      case SHORT -> {
        short[] shorts = new short[content.length / 2];
        from.asShortBuffer().get(shorts);
        yield shorts;
      }
      case INT -> {
        int[] ints = new int[content.length / 4];
        from.asIntBuffer().get(ints);
        yield ints;
      }
      case FLOAT -> {
        float[] floats = new float[content.length / 4];
        from.asFloatBuffer().get(floats);
        yield floats;
      }
      case DOUBLE -> {
        double[] doubles = new double[content.length / 8];
        from.asDoubleBuffer().get(doubles);
        yield doubles;
      }
    };
  }
}
