package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

import dev.clgrad.DType;
import dev.clgrad.Device;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;

/** How cases of operations that make tensors call the API. */
final class CreationTable {
  private CreationTable() {}

  static void fill() {
    op(
        "zeros",
        "",
        "size dtype",
        c ->
            isDefault(c)
                ? Tensor.zeros(c.longs("size"))
                : Tensor.zeros(size(c), c.dtype(DType.FLOAT32)));
    op(
        "ones",
        "",
        "size dtype",
        c ->
            isDefault(c)
                ? Tensor.ones(c.longs("size"))
                : Tensor.ones(size(c), c.dtype(DType.FLOAT32)));
    op(
        "full",
        "",
        "size fill_value dtype",
        c ->
            c.has("dtype")
                ? Tensor.full(size(c), c.number("fill_value"), c.dtype(DType.FLOAT32))
                : Tensor.full(size(c), c.number("fill_value")));
    op(
        "arange",
        "",
        "start end step dtype",
        c -> {
          Number start = c.number("start", 0L);
          Number step = c.number("step", 1L);
          return c.has("dtype")
              ? Tensor.arange(start, c.number("end"), step, c.dtype(DType.FLOAT32), device())
              : Tensor.arange(start, c.number("end"), step);
        });
    op(
        "linspace",
        "",
        "start end steps dtype",
        c ->
            Tensor.linspace(
                c.real("start"),
                c.real("end"),
                c.integer("steps"),
                c.dtype(DType.FLOAT32),
                device()));
    op(
        "eye",
        "",
        "n m dtype",
        c ->
            Tensor.eye(
                c.integer("n"), c.integer("m", c.integer("n")), c.dtype(DType.FLOAT32), device()));
  }

  private static boolean isDefault(Call c) {
    return c.dtype(DType.FLOAT32) == DType.FLOAT32;
  }

  private static Shape size(Call c) {
    return Shape.of(c.longs("size"));
  }

  private static Device device() {
    return Device.getDefault();
  }
}
