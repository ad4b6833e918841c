package dev.clgrad.data;

import dev.clgrad.DataException;
import dev.clgrad.ShapeException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * An array in the IDX format, in which MNIST and its relatives come.
 *
 * <p>A file is two zero bytes, one byte for the element type ({@link Type#code()}), one byte for
 * the number of dimensions, each size as a big-endian unsigned 32-bit number, then the elements,
 * big-endian, the last dimension fastest. It may be gzipped as a whole; which it is, is told by its
 * content and not by its name.
 *
 * <p>Source: <a href="http://yann.lecun.com/exdb/mnist/">Y. LeCun, C. Cortes, C. J. C. Burges, The
 * MNIST database of handwritten digits</a>, section "File formats".
 */
public final class Idx {
  /** The element types of the format. */
  public enum Type {
    /** 8-bit unsigned integer, held in a {@code byte[]}. */
    UNSIGNED_BYTE(0x08, 1),
    /** 8-bit signed integer, held in a {@code byte[]}. */
    SIGNED_BYTE(0x09, 1),
    /** 16-bit signed integer, held in a {@code short[]}. */
    SHORT(0x0B, 2),
    /** 32-bit signed integer, held in an {@code int[]}. */
    INT(0x0C, 4),
    /** IEEE 754 binary32, held in a {@code float[]}. */
    FLOAT(0x0D, 4),
    /** IEEE 754 binary64, held in a {@code double[]}. */
    DOUBLE(0x0E, 8);

    private final int code;
    private final int bytes;

    Type(int code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    /** The byte that stands for this type in a file's header. */
    public int code() {
      return code;
    }

    /** The size of one element in bytes. */
    public int bytes() {
      return bytes;
    }
  }

  private final Type type;
  private final int[] sizes;
  private final Object values;

  /** Takes ownership of both arrays, whose lengths are known to agree. */
  Idx(Type type, int[] sizes, Object values) {
    this.type = type;
    this.sizes = sizes;
    this.values = values;
  }

  private static Idx checked(Type type, int[] sizes, Object values, int length) {
    if (sizes.length > 255) {
      throw new ShapeException(
          "idx: " + sizes.length + " dimensions; the format takes at most 255, so reshape first");
    }
    long count = 1;
    for (int size : sizes) {
      if (size < 0) {
        throw new ShapeException(
            "idx: shape "
                + Arrays.toString(sizes)
                + " has a negative size; every dimension must be at least 0");
      }
      count = saturatingMultiply(count, size);
    }
    if (count != length) {
      throw new ShapeException(
          "idx: shape "
              + Arrays.toString(sizes)
              + (count == Long.MAX_VALUE ? " has more than 2^63" : " has " + count)
              + " elements, but the array has "
              + length
              + "; give sizes whose product is the array's length");
    }
    return new Idx(type, sizes.clone(), values);
  }

  static long saturatingMultiply(long a, long b) {
    if (a == 0 || b == 0) {
      return 0;
    }
    return a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }

  /**
   * An array of unsigned bytes; the values are not copied.
   *
   * @throws ShapeException if the product of the sizes is not the array's length
   */
  public static Idx ofUnsigned(byte[] values, int... sizes) {
    return checked(Type.UNSIGNED_BYTE, sizes, values, values.length);
  }

  /**
   * An array of signed bytes; the values are not copied.
   *
   * @throws ShapeException if the product of the sizes is not the array's length
   */
  public static Idx of(byte[] values, int... sizes) {
    return checked(Type.SIGNED_BYTE, sizes, values, values.length);
  }

  /**
   * An array of 16-bit integers; the values are not copied.
   *
   * @throws ShapeException if the product of the sizes is not the array's length
   */
  public static Idx of(short[] values, int... sizes) {
    return checked(Type.SHORT, sizes, values, values.length);
  }

  /**
   * An array of 32-bit integers; the values are not copied.
   *
   * @throws ShapeException if the product of the sizes is not the array's length
   */
  public static Idx of(int[] values, int... sizes) {
    return checked(Type.INT, sizes, values, values.length);
  }

  /**
   * An array of floats; the values are not copied.
   *
   * @throws ShapeException if the product of the sizes is not the array's length
   */
  public static Idx of(float[] values, int... sizes) {
    return checked(Type.FLOAT, sizes, values, values.length);
  }

  /**
   * An array of doubles; the values are not copied.
   *
   * @throws ShapeException if the product of the sizes is not the array's length
   */
  public static Idx of(double[] values, int... sizes) {
    return checked(Type.DOUBLE, sizes, values, values.length);
  }

  /**
   * Reads a file, plain or gzipped.
   *
   * <p>Memory grows with what the file really holds: a header that promises more costs nothing.
   *
   * @throws DataException if the file cannot be read, is not IDX, or is shorter or longer than its
   *     header says; the message names the file, what was found, what was expected and the mend
   */
  public static Idx read(Path file) {
    if (Files.isDirectory(file)) {
      throw new DataException(file + ": is a folder; expected an IDX file, so name a file inside");
    }
    if (!Files.exists(file)) {
      throw new DataException(file + ": no such file; expected an IDX file, plain or gzipped");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e + "; check its permissions", e);
    }
  }

  /**
   * Reads a stream to its end, plain or gzipped, and leaves it open.
   *
   * @param name what the stream is called in messages
   * @throws DataException as {@link #read(Path)} does
   */
  public static Idx read(InputStream in, String name) {
    return new IdxReader(new BufferedInputStream(in, 1 << 16), name).read();
  }

  /**
   * Writes this array to a file. A temporary file beside it is renamed to it at the end, so a
   * reader sees the old content or the whole new one.
   *
   * @param gzip whether to compress it
   * @throws DataException if it cannot be written; what stood there before is still there
   */
  public void write(Path file, boolean gzip) {
    Path temporary = null;
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder == null) {
        throw new IOException("it is not the name of a file");
      }
      Files.createDirectories(folder);
      // Not Files.createTempFile, which hides the file from everyone else.
      temporary = folder.resolve("." + UUID.randomUUID() + ".part");
      try (OutputStream out =
          Files.newOutputStream(
              temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        write(out, gzip);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      if (temporary != null) {
        deleteQuietly(temporary, e);
      }
      throw new DataException(
          file + ": cannot be written: " + e + "; check permissions and free space", e);
    }
  }

  private static void deleteQuietly(Path file, IOException cause) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Writes this array to a stream and leaves it open.
   *
   * @param gzip whether to compress it
   * @throws IOException if the stream throws it
   */
  public void write(OutputStream out, boolean gzip) throws IOException {
    if (gzip) {
      GZIPOutputStream compressed = new GZIPOutputStream(out, 1 << 16);
      write(compressed);
      compressed.finish();
    } else {
      write(out);
    }
  }

  private void write(OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream, 1 << 16));
    out.writeShort(0);
    out.writeByte(type.code);
    out.writeByte(sizes.length);
    for (int size : sizes) {
      out.writeInt(size);
    }
    switch (type) {
      case UNSIGNED_BYTE, SIGNED_BYTE -> out.write((byte[]) values);
      case SHORT -> {
        for (short value : (short[]) values) {
          out.writeShort(value);
        }
      }
      case INT -> {
        for (int value : (int[]) values) {
          out.writeInt(value);
        }
      }
      case FLOAT -> {
        for (float value : (float[]) values) {
          out.writeInt(Float.floatToRawIntBits(value));
        }
      }
      case DOUBLE -> {
        for (double value : (double[]) values) {
          out.writeLong(Double.doubleToRawLongBits(value));
        }
      }
    }
    out.flush();
  }

  /** The element type. */
  public Type type() {
    return type;
  }

  /** The number of dimensions; 0 for a single value. */
  public int rank() {
    return sizes.length;
  }

  /** The sizes of the dimensions, outermost first, in a fresh array. */
  public int[] sizes() {
    return sizes.clone();
  }

  /**
   * The values of an array of signed or unsigned bytes, not copied.
   *
   * @throws DataException if the elements are of another type
   */
  public byte[] bytes() {
    if (type == Type.UNSIGNED_BYTE || type == Type.SIGNED_BYTE) {
      return (byte[]) values;
    }
    throw wrongType("bytes()");
  }

  /**
   * The values of an array of 16-bit integers, not copied.
   *
   * @throws DataException if the elements are of another type
   */
  public short[] shorts() {
    if (type == Type.SHORT) {
      return (short[]) values;
    }
    throw wrongType("shorts()");
  }

  /**
   * The values of an array of 32-bit integers, not copied.
   *
   * @throws DataException if the elements are of another type
   */
  public int[] ints() {
    if (type == Type.INT) {
      return (int[]) values;
    }
    throw wrongType("ints()");
  }

  /**
   * The values of an array of floats, not copied.
   *
   * @throws DataException if the elements are of another type
   */
  public float[] floats() {
    if (type == Type.FLOAT) {
      return (float[]) values;
    }
    throw wrongType("floats()");
  }

  /**
   * The values of an array of doubles, not copied.
   *
   * @throws DataException if the elements are of another type
   */
  public double[] doubles() {
    if (type == Type.DOUBLE) {
      return (double[]) values;
    }
    throw wrongType("doubles()");
  }

  private DataException wrongType(String asked) {
    String right =
        switch (type) {
          case UNSIGNED_BYTE, SIGNED_BYTE -> "bytes()";
          case SHORT -> "shorts()";
          case INT -> "ints()";
          case FLOAT -> "floats()";
          case DOUBLE -> "doubles()";
        };
    return new DataException(
        "idx: " + asked + " of an array whose elements are " + type + "; call " + right);
  }

  /** The type and sizes, such as {@code UNSIGNED_BYTE [60000, 28, 28]}. */
  @Override
  public String toString() {
    return type + " " + Arrays.toString(sizes);
  }
}
