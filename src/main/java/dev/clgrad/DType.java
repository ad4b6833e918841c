package dev.clgrad;

import java.util.Locale;

/** The element types of tensors, with PyTorch's promotion rules. */
public enum DType {
  /** 1 byte, true or false. */
  BOOL(1, Kind.BOOL),
  /** 8-bit unsigned integer; arithmetic wraps modulo 256. */
  UINT8(1, Kind.INTEGER),
  /** 32-bit signed integer. */
  INT32(4, Kind.INTEGER),
  /** 64-bit signed integer; PyTorch's default for integers and indices. */
  INT64(8, Kind.INTEGER),
  /**
   * IEEE 754 binary16, to store numbers in: 11 bits of precision, up to 65504. Arithmetic is done
   * in float32, and each result rounded to nearest, ties to even.
   */
  FLOAT16(2, Kind.FLOATING),
  /**
   * The upper half of binary32, to store numbers in: 8 bits of precision, the range of float32.
   * Arithmetic is done in float32, and each result rounded to nearest, ties to even.
   */
  BFLOAT16(2, Kind.FLOATING),
  /** IEEE 754 binary32; the default. */
  FLOAT32(4, Kind.FLOATING),
  /** IEEE 754 binary64; a device without fp64 refuses it by name. */
  FLOAT64(8, Kind.FLOATING);

  private enum Kind {
    BOOL,
    INTEGER,
    FLOATING
  }

  private final int bytes;
  private final Kind kind;

  DType(int bytes, Kind kind) {
    this.bytes = bytes;
    this.kind = kind;
  }

  /** The size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Whether this is a floating-point type: the ones that can require gradients. */
  public boolean isFloating() {
    return kind == Kind.FLOATING;
  }

  /** Whether this is an integer type; {@link #BOOL} is not. */
  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }

  /**
   * The type that arithmetic is done in: float32 for float16 and bfloat16, else the type itself.
   */
  public DType arithmetic() {
    return isReduced() ? FLOAT32 : this;
  }

  /** Whether this is float16 or bfloat16: a type to store numbers in and not to compute in. */
  public boolean isReduced() {
    return this == FLOAT16 || this == BFLOAT16;
  }

  /**
   * The type of an operation between tensors of two types: the wider of the two, where
   * floating-point is wider than every integer and every integer wider than bool; float32 for
   * float16 with bfloat16, since neither holds the other.
   */
  public static DType promote(DType a, DType b) {
    if (a.isReduced() && b.isReduced() && a != b) {
      return FLOAT32;
    }
    return a.compareTo(b) >= 0 ? a : b;
  }

  /**
   * The type of an operation between a tensor of this type and a Java scalar, which, as in PyTorch,
   * counts only where its kind is wider: an {@code int32} tensor times 1.5 is {@code float32}, a
   * {@code float32} tensor times a {@code double} stays {@code float32}.
   *
   * @param floating whether the scalar is a {@code float} or {@code double} rather than an integer
   */
  public DType promoteScalar(boolean floating) {
    if (floating) {
      return isFloating() ? this : FLOAT32;
    }
    return this == BOOL ? INT64 : this;
  }

  /** The name PyTorch prints without its {@code torch.} prefix, such as {@code float32}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
