package dev.clgrad.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One case as it was read. Its parts are parsed on demand, so that a case with a dtype that is not
 * there is found unsupported when it runs.
 */
record Case(String id, String op, JsonNode json) {
  /** Second derivatives; a null list entry means zero. */
  record DoubleBackward(
      List<@Nullable TensorData> v,
      List<@Nullable TensorData> grads,
      List<@Nullable TensorData> gradOutputGrad) {}

  /** A case from one line's object; the place names it in errors. */
  static Case of(JsonNode json, String place) {
    if (!json.path("id").isTextual() || !json.path("op").isTextual()) {
      throw new IllegalArgumentException(place + ": a case needs an id and an op");
    }
    return new Case(json.get("id").textValue(), json.get("op").textValue(), json);
  }

  /** Whether the call must throw. */
  boolean isError() {
    return json.has("error");
  }

  /** The short kind of error that must be thrown. */
  String error() {
    return json.path("error").asText();
  }

  List<TensorData> inputs() {
    List<TensorData> inputs = new ArrayList<>();
    for (JsonNode node : array(json, "inputs")) {
      inputs.add(TensorData.parse(node));
    }
    return inputs;
  }

  JsonNode attrs() {
    return json.path("attrs");
  }

  List<@Nullable TensorData> outputs() {
    return tensors(json, "outputs");
  }

  List<@Nullable TensorData> gradOutputs() {
    return tensors(json, "gradOutputs");
  }

  List<@Nullable TensorData> grads() {
    return tensors(json, "grads");
  }

  @Nullable DoubleBackward doubleBackward() {
    JsonNode node = json.get("doubleBackward");
    if (node == null || node.isNull()) {
      return null;
    }
    return new DoubleBackward(
        tensors(node, "v"), tensors(node, "grads"), tensors(node, "gradOutputGrad"));
  }

  /** The rule of comparison; the sign of a zero matters to copysign alone. */
  Comparison comparison() {
    if (!json.path("rtol").isNumber() || !json.path("atol").isNumber()) {
      throw new IllegalArgumentException("a case needs rtol and atol");
    }
    return new Comparison(
        json.get("rtol").doubleValue(), json.get("atol").doubleValue(), op.equals("copysign"));
  }

  private static List<@Nullable TensorData> tensors(JsonNode node, String key) {
    List<@Nullable TensorData> tensors = new ArrayList<>();
    for (JsonNode tensor : array(node, key)) {
      tensors.add(tensor.isNull() ? null : TensorData.parse(tensor));
    }
    return tensors;
  }

  private static JsonNode array(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isArray()) {
      throw new IllegalArgumentException("a case needs a list of " + key);
    }
    return value;
  }
}
