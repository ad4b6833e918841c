package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.binary;
import static dev.clgrad.conformance.OpTable.op;
import static dev.clgrad.conformance.OpTable.ops;

import dev.clgrad.PadMode;
import dev.clgrad.Tensor;
import java.util.Arrays;
import java.util.Locale;

/** How cases of operations that join, split, repeat and rearrange tensors call the API. */
final class JoiningTable {
  private JoiningTable() {}

  static void fill() {
    op("cat", "tensors[]", "dim", c -> Tensor.cat(c.list("tensors"), c.integer("dim", 0)));
    op("stack", "tensors[]", "dim", c -> Tensor.stack(c.list("tensors"), c.integer("dim", 0)));
    ops(
        "meshgrid",
        "tensors[]",
        "indexing",
        "",
        c -> Tensor.meshgrid(c.list("tensors"), c.text("indexing", "ij")));
    op("flip", "input", "dims", c -> c.x().flip(c.ints("dims")));
    op(
        "roll",
        "input",
        "shifts dims",
        c -> c.x().roll(Arrays.stream(c.ints("shifts")).asLongStream().toArray(), c.ints("dims")));
    op("repeat", "input", "repeats", c -> c.x().repeat(c.longs("repeats")));
    op("tile", "input", "dims", c -> c.x().tile(c.longs("dims")));
    op("repeat_interleave", "input repeats", "repeats dim", JoiningTable::repeatInterleave);
    op(
        "diag_embed",
        "input",
        "offset dim1 dim2",
        c -> c.x().diagEmbed(c.integer("offset", 0), c.integer("dim1", -2), c.integer("dim2", -1)));
    op("tril", "input", "diagonal", c -> c.x().tril(c.integer("diagonal", 0)));
    op("triu", "input", "diagonal", c -> c.x().triu(c.integer("diagonal", 0)));
    op("pad", "input", "pad mode value", JoiningTable::pad);
    op(
        "pixel_shuffle",
        "input",
        "upscale_factor",
        c -> c.x().pixelShuffle(c.integer("upscale_factor")));
    binary("outer", "vec2", Tensor::outer);
  }

  private static Tensor repeatInterleave(Call c) {
    if (c.hasInput("repeats")) {
      return c.has("dim")
          ? c.x().repeatInterleave(c.in("repeats"), c.integer("dim"))
          : c.x().repeatInterleave(c.in("repeats"));
    }
    return c.has("dim")
        ? c.x().repeatInterleave(c.integer("repeats"), c.integer("dim"))
        : c.x().repeatInterleave(c.integer("repeats"));
  }

  private static Tensor pad(Call c) {
    PadMode mode = PadMode.valueOf(c.text("mode", "constant").toUpperCase(Locale.ROOT));
    if (mode == PadMode.CONSTANT) {
      return c.has("value")
          ? c.x().pad(c.longs("pad"), c.number("value"))
          : c.x().pad(c.longs("pad"));
    }
    return c.x().pad(c.longs("pad"), mode);
  }
}
