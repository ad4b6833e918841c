package dev.clgrad;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes tensors as PyTorch writes them with its default options: 4 digits after the point, lines
 * of 80 characters, and tensors of more than 1000 elements summarized to the 3 first and last of
 * each dimension. Only the dtype differs: {@code dtype=float64}, without {@code torch.}.
 */
final class TensorFormat {
  static final int PRECISION = 4;
  static final int EDGE_ITEMS = 3;
  static final int SUMMARY_THRESHOLD = 1000;
  private static final int LINE_WIDTH = 80;
  private static final String PREFIX = "tensor(";

  /** The elements of a tensor by their flat index in row-major order. */
  interface Elements {
    /** The element as a double; float32 is widened. Asked for floating-point tensors alone. */
    double real(long index);

    /** The element as an integer, booleans as 0 and 1. Asked for all other tensors. */
    long integer(long index);

    /** The elements of a float32 tensor. */
    static Elements of(float[] data) {
      return new RealElements() {
        @Override
        public double real(long index) {
          return data[(int) index];
        }
      };
    }

    /** The elements of a float64 tensor. */
    static Elements of(double[] data) {
      return new RealElements() {
        @Override
        public double real(long index) {
          return data[(int) index];
        }
      };
    }

    /** The elements of an integer tensor. */
    static Elements of(long[] data) {
      return new IntegerElements() {
        @Override
        public long integer(long index) {
          return data[(int) index];
        }
      };
    }

    /** The elements of a bool tensor. */
    static Elements of(boolean[] data) {
      return new IntegerElements() {
        @Override
        public long integer(long index) {
          return data[(int) index] ? 1 : 0;
        }
      };
    }
  }

  private abstract static class RealElements implements Elements {
    @Override
    public long integer(long index) {
      throw new IllegalStateException("floating-point elements have no integer form");
    }
  }

  private abstract static class IntegerElements implements Elements {
    @Override
    public double real(long index) {
      throw new IllegalStateException("integer elements have no floating-point form");
    }
  }

  /** Turns one element into text; all of a tensor's elements share its width. */
  private interface ElementFormat {
    int width();

    String text(double value);

    String text(long value);
  }

  private TensorFormat() {}

  /**
   * The tensor as PyTorch prints it, such as {@code tensor([ 9., 11.], grad_fn=<AddBackward0>)}.
   *
   * @param gradFn the name of the node that made the tensor, without brackets; null for a leaf
   * @param requiresGrad whether a leaf requires gradients; not looked at where there is a node
   */
  static String tensor(
      Shape shape, DType dtype, Elements elements, @Nullable String gradFn, boolean requiresGrad) {
    List<String> suffixes = new ArrayList<>();
    String body;
    if (shape.numel() == 0) {
      body = "[]";
      if (shape.rank() != 1) {
        suffixes.add("size=" + tuple(shape));
      }
      if (dtype != DType.FLOAT32) {
        suffixes.add("dtype=" + dtype);
      }
    } else {
      body = new Printer(shape, dtype, elements).text();
      if (dtype != DType.FLOAT32 && dtype != DType.INT64 && dtype != DType.BOOL) {
        suffixes.add("dtype=" + dtype);
      }
    }
    if (gradFn != null) {
      suffixes.add("grad_fn=<" + gradFn + ">");
    } else if (requiresGrad) {
      suffixes.add("requires_grad=True");
    }
    return withSuffixes(PREFIX + body, suffixes);
  }

  /**
   * The tensor as NumPy's {@code str} writes an array, such as {@code [-16. -8.]}, and a scalar as
   * {@code -6.0}.
   */
  static String array(Shape shape, DType dtype, Elements elements) {
    return ArrayFormat.array(shape, dtype, elements);
  }

  /** Whether a tensor is summarized: it has more than 1000 elements. */
  static boolean summarized(Shape shape) {
    return shape.numel() > SUMMARY_THRESHOLD;
  }

  /**
   * The flat indices that printing looks at, ascending: all of a small tensor, the edges of a
   * summarized one. A caller with the elements on a device needs to fetch no others.
   */
  static long[] shownIndices(Shape shape) {
    long[] indices = {0};
    if (shape.numel() == 0) {
      return new long[0];
    }
    for (int dim = 0; dim < shape.rank(); dim++) {
      long size = shape.size(dim);
      long[] positions = shownPositions(size, summarized(shape));
      long[] next = new long[indices.length * positions.length];
      int at = 0;
      for (long index : indices) {
        for (long position : positions) {
          next[at++] = index * size + position;
        }
      }
      indices = next;
    }
    return indices;
  }

  /** The positions of one dimension that are shown; where it is cut, the cut is in the middle. */
  static long[] shownPositions(long size, boolean summarized) {
    if (!summarized || size <= 2 * EDGE_ITEMS) {
      return LongStream.range(0, size).toArray();
    }
    return LongStream.concat(
            LongStream.range(0, EDGE_ITEMS), LongStream.range(size - EDGE_ITEMS, size))
        .toArray();
  }

  private static String tuple(Shape shape) {
    return LongStream.of(shape.toArray())
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String withSuffixes(String text, List<String> suffixes) {
    StringBuilder out = new StringBuilder(text);
    // PyTorch counts the last line one (or, without a line break, two) too long; so do we.
    int lineLength = text.length() - text.lastIndexOf('\n') + 1;
    for (String suffix : suffixes) {
      if (lineLength + suffix.length() + 2 > LINE_WIDTH) {
        out.append(",\n").append(" ".repeat(PREFIX.length())).append(suffix);
        lineLength = PREFIX.length() + suffix.length();
      } else {
        out.append(", ").append(suffix);
        lineLength += suffix.length() + 2;
      }
    }
    return out.append(')').toString();
  }

  /** Prints the elements of one tensor that has some. */
  private static final class Printer {
    private final Shape shape;
    private final DType dtype;
    private final Elements elements;
    private final boolean summarized;
    private final ElementFormat format;

    Printer(Shape shape, DType dtype, Elements elements) {
      this.shape = shape;
      this.dtype = dtype;
      this.elements = elements;
      this.summarized = TensorFormat.summarized(shape);
      long[] shown = shownIndices(shape);
      this.format =
          dtype.isFloating()
              ? realFormat(LongStream.of(shown).mapToDouble(elements::real).toArray())
              : integerFormat(dtype, LongStream.of(shown).map(elements::integer).toArray());
    }

    String text() {
      return shape.rank() == 0 ? element(0) : slice(0, 0, PREFIX.length());
    }

    private String element(long index) {
      return dtype.isFloating()
          ? format.text(elements.real(index))
          : format.text(elements.integer(index));
    }

    private String slice(int dim, long index, int indent) {
      long size = shape.size(dim);
      boolean last = dim == shape.rank() - 1;
      long[] positions = shownPositions(size, summarized);
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < positions.length; i++) {
        if (positions.length < size && i == EDGE_ITEMS) {
          parts.add(last ? " ..." : "...");
        }
        long at = index * size + positions[i];
        parts.add(last ? element(at) : slice(dim + 1, at, indent + 1));
      }
      String lineStart = " ".repeat(indent + 1);
      if (!last) {
        String separator = "," + "\n".repeat(shape.rank() - dim - 1) + lineStart;
        return "[" + String.join(separator, parts) + "]";
      }
      int perLine = Math.max(1, (LINE_WIDTH - indent) / (format.width() + 2));
      StringBuilder out = new StringBuilder("[");
      for (int i = 0; i < parts.size(); i++) {
        if (i > 0) {
          out.append(i % perLine == 0 ? ",\n" + lineStart : ", ");
        }
        out.append(parts.get(i));
      }
      return out.append(']').toString();
    }
  }

  private static ElementFormat integerFormat(DType dtype, long[] shown) {
    boolean bool = dtype == DType.BOOL;
    int width = 1;
    for (long value : shown) {
      width = Math.max(width, integerText(bool, value).length());
    }
    int common = width;
    return new ElementFormat() {
      @Override
      public int width() {
        return common;
      }

      @Override
      public String text(double value) {
        throw new IllegalStateException("not a floating-point tensor");
      }

      @Override
      public String text(long value) {
        return pad(integerText(bool, value), common);
      }
    };
  }

  private static String integerText(boolean bool, long value) {
    if (bool) {
      return value != 0 ? "True" : "False";
    }
    return String.format(Locale.ROOT, "%d", value);
  }

  /** How the numbers of a floating-point tensor are written. */
  private enum Notation {
    /** All are integers, written {@code 9.}. */
    INTEGER,
    /** Written {@code 9.5000}. */
    FIXED,
    /** Written {@code 9.5000e+00}, since the sizes differ too much or are too large or small. */
    SCIENTIFIC
  }

  private static ElementFormat realFormat(double[] shown) {
    double min = Double.POSITIVE_INFINITY;
    double max = 0;
    boolean integers = true;
    for (double value : shown) {
      if (Double.isFinite(value) && value != 0) {
        min = Math.min(min, Math.abs(value));
        max = Math.max(max, Math.abs(value));
        integers &= value == Math.rint(value);
      }
    }
    boolean any = max != 0;
    boolean scientific = any && (max / min > 1000 || max > 1e8 || (!integers && min < 1e-4));
    Notation notation =
        scientific ? Notation.SCIENTIFIC : integers ? Notation.INTEGER : Notation.FIXED;
    int width = 1;
    for (double value : shown) {
      // As in PyTorch, zeros and non-finite numbers do not widen the column.
      if (Double.isFinite(value) && value != 0) {
        width = Math.max(width, realText(notation, value).length());
      }
    }
    int common = width;
    return new ElementFormat() {
      @Override
      public int width() {
        return common;
      }

      @Override
      public String text(double value) {
        return pad(realText(notation, value), common);
      }

      @Override
      public String text(long value) {
        throw new IllegalStateException("not an integer tensor");
      }
    };
  }

  private static String realText(Notation notation, double value) {
    if (!Double.isFinite(value)) {
      return Decimals.nonFinite(value);
    }
    return switch (notation) {
      case INTEGER -> Decimals.fixed(value, 0) + ".";
      case FIXED -> Decimals.fixed(value, PRECISION);
      case SCIENTIFIC -> Decimals.scientific(value, PRECISION);
    };
  }

  private static String pad(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}
