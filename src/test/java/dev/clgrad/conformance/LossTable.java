package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

import dev.clgrad.CrossEntropyOptions;
import dev.clgrad.LossReduction;
import java.util.Locale;

/** How cases of loss functions call the API. */
final class LossTable {
  private LossTable() {}

  static void fill() {
    op(
        "cross_entropy",
        "input target weight",
        "reduction ignore_index label_smoothing",
        c ->
            c.x()
                .crossEntropy(
                    c.in("target"),
                    new CrossEntropyOptions(
                        reduction(c),
                        c.maybe("weight"),
                        c.integer("ignore_index", -100),
                        c.real("label_smoothing", 0))));
  }

  private static LossReduction reduction(Call c) {
    String name = c.text("reduction", "mean");
    for (LossReduction reduction : LossReduction.values()) {
      if (reduction.name().toLowerCase(Locale.ROOT).equals(name)) {
        return reduction;
      }
    }
    throw new Unsupported("reduction " + name);
  }
}
