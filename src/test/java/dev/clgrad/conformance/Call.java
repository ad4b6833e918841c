package dev.clgrad.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clgrad.DType;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an entry of the table sees of a case: tensors and attributes by PyTorch's names. */
final class Call {
  private final Map<String, Tensor> inputs;
  private final JsonNode attrs;

  Call(Map<String, Tensor> inputs, JsonNode attrs) {
    this.inputs = inputs;
    this.attrs = attrs;
  }

  /** The tensor named {@code input}. */
  Tensor x() {
    return in("input");
  }

  /** The tensor of that name. */
  Tensor in(String arg) {
    Tensor tensor = inputs.get(arg);
    if (tensor == null) {
      throw new IllegalArgumentException("the case has no input " + arg);
    }
    return tensor;
  }

  /** The tensor of that name, or null. */
  @Nullable Tensor maybe(String arg) {
    return inputs.get(arg);
  }

  /** The tensors NAME[0], NAME[1], and so on. */
  List<Tensor> list(String name) {
    List<Tensor> list = new ArrayList<>();
    for (int i = 0; inputs.containsKey(name + "[" + i + "]"); i++) {
      list.add(in(name + "[" + i + "]"));
    }
    return list;
  }

  /** Whether there is a tensor of that name. */
  boolean hasInput(String arg) {
    return inputs.containsKey(arg);
  }

  /** Whether there is an attribute of that name other than null. */
  boolean has(String attr) {
    return attrs.hasNonNull(attr);
  }

  private JsonNode attr(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException("the case has no attribute " + name);
    }
    return attrs.get(name);
  }

  long integer64(String name) {
    JsonNode node = attr(name);
    if (!node.isIntegralNumber()) {
      throw new Unsupported(name + "=" + node);
    }
    return node.longValue();
  }

  long integer64(String name, long absent) {
    return has(name) ? integer64(name) : absent;
  }

  int integer(String name) {
    return Math.toIntExact(integer64(name));
  }

  int integer(String name, int absent) {
    return has(name) ? integer(name) : absent;
  }

  double real(String name) {
    return TensorData.real(attr(name));
  }

  double real(String name, double absent) {
    return has(name) ? real(name) : absent;
  }

  /** A number: a Long where the case has an integer, else a Double. */
  Number number(String name) {
    JsonNode node = attr(name);
    if (node.isIntegralNumber()) {
      return node.longValue();
    }
    return TensorData.real(node);
  }

  /** A number as of {@link #number(String)}. */
  Number number(String name, Number absent) {
    return has(name) ? number(name) : absent;
  }

  boolean flag(String name, boolean absent) {
    return has(name) ? attr(name).booleanValue() : absent;
  }

  String text(String name, String absent) {
    return has(name) ? attr(name).asText() : absent;
  }

  /** Whether there is an attribute of that name that is a text. */
  boolean isText(String name) {
    return has(name) && attr(name).isTextual();
  }

  DType dtype(DType absent) {
    return has("dtype") ? TensorData.dtype(attr("dtype").asText()) : absent;
  }

  /** Whether an attribute is a list. */
  boolean isList(String name) {
    return attr(name).isArray();
  }

  /** A list of integers. */
  long[] longs(String name) {
    JsonNode node = attr(name);
    if (!node.isArray()) {
      throw new Unsupported(name + "=" + node);
    }
    return TensorData.longs(node);
  }

  /** A list of integers, or one integer; none if it is absent. */
  int[] ints(String name) {
    if (!has(name)) {
      return new int[0];
    }
    JsonNode node = attr(name);
    if (!node.isArray()) {
      return new int[] {integer(name)};
    }
    long[] values = longs(name);
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = Math.toIntExact(values[i]);
    }
    return ints;
  }

  /** A list of integers, or one integer, with a number in place of each null. */
  long[] intsOrNulls(String name, long ofNull) {
    JsonNode node = attr(name);
    if (!node.isArray()) {
      return new long[] {integer(name)};
    }
    long[] values = new long[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.get(i).isNull() ? ofNull : node.get(i).longValue();
    }
    return values;
  }
}
