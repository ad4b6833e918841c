package dev.clgrad;

import dev.clgrad.TensorFormat.Elements;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Writes tensors as NumPy's {@code str} writes arrays with its default options: the fewest digits
 * that tell a number from its neighbors, at most 8 after the point, aligned at the point; lines of
 * 75 characters.
 */
final class ArrayFormat {
  private static final int PRECISION = 8;
  private static final int LINE_WIDTH = 75;
  // NumPy's repr of a scalar leaves the positional form at these sizes.
  private static final double SCALAR_MIN = 1e-4;
  private static final double SCALAR_MAX = 1e16;
  // What float32 holds exactly is shorter, and so is its positional form (since NumPy 2.3).
  private static final double SINGLE_MAX = 1e6;
  private static final int DOUBLE_DIGITS = 17;

  private ArrayFormat() {}

  /** The array's text; see {@link TensorFormat#array}. */
  static String array(Shape shape, DType dtype, Elements elements) {
    if (shape.rank() == 0) {
      return scalar(dtype, elements);
    }
    if (shape.numel() == 0) {
      return "[]";
    }
    long[] shown = TensorFormat.shownIndices(shape);
    LongFunction<String> texts =
        dtype.isFloating() ? reals(dtype, elements, shown) : integers(dtype, elements, shown);
    return slice(shape, texts, 0, 0, " ", LINE_WIDTH);
  }

  private static String scalar(DType dtype, Elements elements) {
    if (!dtype.isFloating()) {
      return integerText(dtype, elements.integer(0));
    }
    double value = elements.real(0);
    if (!Double.isFinite(value)) {
      return Decimals.nonFinite(value);
    }
    double magnitude = Math.abs(value);
    String sign = Decimals.sign(value);
    boolean single = dtype == DType.FLOAT32;
    BigDecimal digits = Decimals.shortest(magnitude, single, DOUBLE_DIGITS).stripTrailingZeros();
    if (magnitude == 0) {
      return sign + "0.0";
    }
    if (magnitude < SCALAR_MIN || magnitude >= (single ? SINGLE_MAX : SCALAR_MAX)) {
      return sign
          + Decimals.mantissa(digits, digits.precision() - 1)
          + Decimals.exponent(Decimals.exponent(digits), 2);
    }
    return sign + (digits.scale() < 1 ? digits.setScale(1) : digits).toPlainString();
  }

  private static LongFunction<String> integers(DType dtype, Elements elements, long[] shown) {
    int width =
        LongStream.of(shown)
            .mapToInt(i -> integerText(dtype, elements.integer(i)).length())
            .max()
            .orElse(0);
    // NumPy pads True to the width of False also where there is no False.
    int common = dtype == DType.BOOL ? "False".length() : width;
    return i -> padLeft(integerText(dtype, elements.integer(i)), common);
  }

  private static String integerText(DType dtype, long value) {
    if (dtype == DType.BOOL) {
      return value != 0 ? "True" : "False";
    }
    return String.format(Locale.ROOT, "%d", value);
  }

  private static LongFunction<String> reals(DType dtype, Elements elements, long[] shown) {
    boolean single = dtype == DType.FLOAT32;
    double[] values = LongStream.of(shown).mapToDouble(elements::real).toArray();
    double min = Double.POSITIVE_INFINITY;
    double max = 0;
    for (double value : values) {
      if (Double.isFinite(value) && value != 0) {
        min = Math.min(min, Math.abs(value));
        max = Math.max(max, Math.abs(value));
      }
    }
    boolean scientific =
        max != 0 && (max >= (single ? SINGLE_MAX : 1e8) || min < 1e-4 || max / min > 1000);
    Columns columns = scientific ? scientific(values, single) : positional(values, single);
    boolean anyNonFinite = Arrays.stream(values).anyMatch(v -> !Double.isFinite(v));
    if (anyNonFinite) {
      boolean negative = Arrays.stream(values).anyMatch(v -> v == Double.NEGATIVE_INFINITY);
      int longest = negative ? "-inf".length() : "nan".length();
      columns = columns.withLeft(Math.max(columns.left, longest - columns.right - 1));
    }
    Columns common = columns;
    return i -> common.text(elements.real(i), single);
  }

  /**
   * The widths of an array of numbers.
   *
   * @param left the characters before the point
   * @param right those after it; with an exponent, they include it
   * @param digits the digits after the point
   * @param exponent the least digits of an exponent; 0 for the positional form
   */
  private record Columns(int left, int right, int digits, int exponent) {
    Columns withLeft(int wider) {
      return new Columns(wider, right, digits, exponent);
    }

    String text(double value, boolean single) {
      if (!Double.isFinite(value)) {
        return padLeft(Decimals.nonFinite(value), left + 1 + right);
      }
      double magnitude = Math.abs(value);
      String sign = Decimals.sign(value);
      if (exponent > 0) {
        // Shorter numbers go on with the digits of their exact value, not with zeros.
        BigDecimal decimal =
            new BigDecimal(magnitude).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        String mantissa = Decimals.mantissa(decimal, digits);
        String text = sign + (digits == 0 ? mantissa + "." : mantissa);
        int point = text.indexOf('.');
        return " ".repeat(Math.max(0, left - point))
            + text
            + Decimals.exponent(Decimals.exponent(decimal), exponent);
      }
      String[] parts = positionalParts(magnitude, single, digits);
      return padLeft(sign + parts[0], left)
          + "."
          + parts[1]
          + " ".repeat(Math.max(0, right - parts[1].length()));
    }
  }

  private static Columns positional(double[] values, boolean single) {
    int left = 0;
    int right = 0;
    for (double value : values) {
      if (Double.isFinite(value)) {
        String[] parts = positionalParts(Math.abs(value), single, PRECISION);
        left = Math.max(left, Decimals.sign(value).length() + parts[0].length());
        right = Math.max(right, parts[1].length());
      }
    }
    return new Columns(left, right, right, 0);
  }

  /** The digits before and after the point, without trailing zeros. */
  private static String[] positionalParts(double magnitude, boolean single, int maxDigits) {
    BigDecimal decimal = Decimals.shortestFixed(magnitude, single, maxDigits).stripTrailingZeros();
    String text = decimal.toPlainString();
    int point = text.indexOf('.');
    return point < 0
        ? new String[] {text, ""}
        : new String[] {text.substring(0, point), text.substring(point + 1)};
  }

  private static Columns scientific(double[] values, boolean single) {
    int left = 0;
    int digits = 0;
    int exponent = 2;
    for (double value : values) {
      if (Double.isFinite(value)) {
        BigDecimal decimal =
            Decimals.shortest(Math.abs(value), single, PRECISION + 1).stripTrailingZeros();
        left = Math.max(left, Decimals.sign(value).length() + 1);
        digits = Math.max(digits, decimal.signum() == 0 ? 0 : decimal.precision() - 1);
        exponent =
            Math.max(exponent, Integer.toString(Math.abs(Decimals.exponent(decimal))).length());
      }
    }
    return new Columns(left, exponent + 2 + digits, digits, exponent);
  }

  private static String slice(
      Shape shape, LongFunction<String> texts, int dim, long index, String indent, int width) {
    long size = shape.size(dim);
    long[] positions = TensorFormat.shownPositions(size, TensorFormat.summarized(shape));
    boolean last = dim == shape.rank() - 1;
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      if (positions.length < size && i == TensorFormat.EDGE_ITEMS) {
        parts.add("...");
      }
      long at = index * size + positions[i];
      parts.add(last ? texts.apply(at) : slice(shape, texts, dim + 1, at, indent + " ", width - 1));
    }
    if (!last) {
      String separator = "\n".repeat(shape.rank() - dim - 1) + indent;
      return "[" + String.join(separator, parts) + "]";
    }
    return "[" + wrapped(parts, indent, width - 1) + "]";
  }

  private static String wrapped(List<String> words, String indent, int width) {
    StringBuilder out = new StringBuilder();
    StringBuilder line = new StringBuilder(indent);
    for (String word : words) {
      if (line.length() > indent.length() && line.length() + word.length() > width) {
        out.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(indent);
      }
      line.append(word).append(' ');
    }
    line.setLength(line.length() - 1);
    return out.append(line).substring(indent.length());
  }

  private static String padLeft(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}
