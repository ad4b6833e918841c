package dev.clgrad;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/** Java's arrays of arrays as one array and a shape. */
final class NestedArrays {
  private NestedArrays() {}

  /**
   * What a nested array holds.
   *
   * @param values the elements in row-major order; booleans as bytes
   */
  record Flat(Object values, DType dtype, Shape shape) {}

  /**
   * Copies the elements of a nested array into one array.
   *
   * @throws ShapeException if it is ragged: where two rows of one dimension differ in length
   */
  static Flat flatten(Object array) {
    List<Long> sizes = new ArrayList<>();
    Class<?> type = array.getClass();
    Object first = array;
    while (type.isArray()) {
      int length = first == null ? 0 : Array.getLength(first);
      sizes.add((long) length);
      type = type.getComponentType();
      first = length == 0 || type.isPrimitive() ? null : Array.get(first, 0);
    }
    Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    Object values = Array.newInstance(type, Math.toIntExact(shape.numel()));
    copy(array, shape, 0, "", values, 0);
    return type == boolean.class
        ? new Flat(bytes((boolean[]) values), DType.BOOL, shape)
        : new Flat(values, dtype(type), shape);
  }

  private static DType dtype(Class<?> type) {
    if (type == float.class) {
      return DType.FLOAT32;
    }
    if (type == double.class) {
      return DType.FLOAT64;
    }
    if (type == long.class) {
      return DType.INT64;
    }
    return type == int.class ? DType.INT32 : DType.UINT8;
  }

  private static int copy(Object from, Shape shape, int dim, String path, Object to, int at) {
    int length = Array.getLength(from);
    if (length != shape.size(dim)) {
      throw new ShapeException(
          "of: the nested array is ragged: element "
              + path
              + " has length "
              + length
              + ", and the first of that depth has "
              + shape.size(dim)
              + "; all arrays of one depth must have the same length");
    }
    if (dim == shape.rank() - 1) {
      System.arraycopy(from, 0, to, at, length);
      return at + length;
    }
    int next = at;
    for (int i = 0; i < length; i++) {
      String inner = path + "[" + i + "]";
      Object element = Array.get(from, i);
      if (element == null) {
        throw new ShapeException(
            "of: element " + inner + " of the nested array is null; give an array");
      }
      next = copy(element, shape, dim + 1, inner, to, next);
    }
    return next;
  }

  /** Bools as they are stored: 0 and 1. */
  static byte[] bytes(boolean[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    return bytes;
  }
}
