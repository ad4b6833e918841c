package dev.clgrad.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clgrad.DType;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The elements of one tensor, in row-major order of its shape.
 *
 * @param arg the argument's name; empty for an output or a gradient
 * @param shape its sizes
 * @param strides in elements, where an input is not contiguous; else null
 * @param reals the elements of a floating-point tensor; empty for others
 * @param integers the elements of any other tensor, booleans as 0 and 1; empty for floating-point
 * @param requiresGrad whether an input is to be differentiated for
 */
record TensorData(
    String arg,
    DType dtype,
    long[] shape,
    long @Nullable [] strides,
    double[] reals,
    long[] integers,
    boolean requiresGrad) {

  /** A floating-point tensor without a name. */
  static TensorData of(DType dtype, long[] shape, double[] reals) {
    return new TensorData("", dtype, shape, null, reals, new long[0], false);
  }

  /** An integer or bool tensor without a name. */
  static TensorData of(DType dtype, long[] shape, long[] integers) {
    return new TensorData("", dtype, shape, null, new double[0], integers, false);
  }

  /**
   * Reads a tensor of a case.
   *
   * @throws Unsupported if its dtype is not there
   * @throws IllegalArgumentException if it is malformed
   */
  static TensorData parse(JsonNode node) {
    DType dtype = dtype(text(node, "dtype"));
    long[] shape = longs(required(node, "shape"));
    JsonNode strides = node.get("strides");
    JsonNode data = required(node, "data");
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (!data.isArray() || data.size() != count) {
      throw new IllegalArgumentException(
          "tensor of shape "
              + Arrays.toString(shape)
              + " needs "
              + count
              + " elements, has "
              + data.size());
    }
    double[] reals = new double[dtype.isFloating() ? data.size() : 0];
    long[] integers = new long[dtype.isFloating() ? 0 : data.size()];
    for (int i = 0; i < data.size(); i++) {
      JsonNode element = data.get(i);
      if (dtype == DType.FLOAT32) {
        reals[i] = (float) real(element);
      } else if (dtype.isFloating()) {
        reals[i] = real(element);
      } else {
        integers[i] = integer(element);
      }
    }
    return new TensorData(
        node.path("arg").asText(""),
        dtype,
        shape,
        strides == null || strides.isNull() ? null : longs(strides),
        reals,
        integers,
        node.path("requiresGrad").asBoolean(false));
  }

  /** The dtype of that name; throws {@link Unsupported} if there is none. */
  static DType dtype(String name) {
    for (DType dtype : DType.values()) {
      if (dtype.toString().equals(name)) {
        return dtype;
      }
    }
    throw new Unsupported("dtype " + name);
  }

  /** A number, or the text NaN, Infinity or -Infinity. */
  static double real(JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    return switch (node.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw new IllegalArgumentException("not a number: " + node);
    };
  }

  private static long integer(JsonNode node) {
    if (node.isBoolean()) {
      return node.booleanValue() ? 1 : 0;
    }
    if (!node.isIntegralNumber()) {
      throw new IllegalArgumentException("not an integer: " + node);
    }
    return node.longValue();
  }

  /** An array of integers. */
  static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = integer(array.get(i));
    }
    return values;
  }

  private static String text(JsonNode node, String key) {
    return required(node, key).asText();
  }

  private static JsonNode required(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value == null || value.isNull()) {
      throw new IllegalArgumentException("tensor without " + key);
    }
    return value;
  }

  /** Whether every element is zero, of either sign. */
  boolean isZero() {
    return Arrays.stream(reals).allMatch(v -> v == 0)
        && Arrays.stream(integers).allMatch(v -> v == 0);
  }

  /** Such as {@code float32 [2, 3]}. */
  String kind() {
    return dtype + " " + Arrays.toString(shape);
  }

  /** One element as text. */
  String element(int index) {
    if (dtype == DType.FLOAT32) {
      return Float.toString((float) reals[index]);
    }
    return dtype.isFloating()
        ? Double.toString(reals[index])
        : String.format(Locale.ROOT, "%d", integers[index]);
  }
}
