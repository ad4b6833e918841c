package dev.clgrad.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clgrad.Tensor;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One entry of the table: how a case of an op calls the API.
 *
 * @param args the names of the tensors it knows; {@code name[]} stands for a list
 * @param attrs the attributes it knows
 * @param named the name that its errors carry where it is another than the op's; else empty
 */
record Op(
    Set<String> args, Set<String> attrs, String named, Function<Call, List<Tensor>> function) {

  /**
   * Refuses a case with a tensor or an attribute that this entry would leave out.
   *
   * @throws Unsupported if there is one
   */
  void check(Case test) {
    for (JsonNode input : test.json().path("inputs")) {
      String arg = input.path("arg").asText();
      int bracket = arg.indexOf('[');
      String name = bracket < 0 ? arg : arg.substring(0, bracket) + "[]";
      if (!args.contains(name)) {
        throw new Unsupported("input " + name);
      }
    }
    for (Iterator<String> names = test.attrs().fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!attrs.contains(name)) {
        throw new Unsupported("attribute " + name);
      }
    }
  }

  List<Tensor> call(Call call) {
    return function.apply(call);
  }
}
