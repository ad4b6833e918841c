package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.binary;
import static dev.clgrad.conformance.OpTable.op;

import dev.clgrad.Tensor;

/** How cases of matrix products call the API. */
final class ProductTable {
  private ProductTable() {}

  static void fill() {
    binary("matmul", "other", Tensor::matmul);
    binary("mm", "mat2", Tensor::mm);
    binary("bmm", "mat2", Tensor::bmm);
    binary("mv", "vec", Tensor::mv);
    binary("dot", "other", Tensor::dot);
    op(
        "addmm",
        "input mat1 mat2",
        "beta alpha",
        c -> c.x().addmm(c.in("mat1"), c.in("mat2"), c.number("beta", 1), c.number("alpha", 1)));
    op(
        "addmv",
        "input mat vec",
        "beta alpha",
        c -> c.x().addmv(c.in("mat"), c.in("vec"), c.number("beta", 1), c.number("alpha", 1)));
    op(
        "baddbmm",
        "input batch1 batch2",
        "beta alpha",
        c ->
            c.x()
                .baddbmm(
                    c.in("batch1"), c.in("batch2"), c.number("beta", 1), c.number("alpha", 1)));
    op("linear", "input weight bias", "", c -> c.x().linear(c.in("weight"), c.maybe("bias")));
    op(
        "bilinear",
        "input1 input2 weight bias",
        "",
        c -> c.in("input1").bilinear(c.in("input2"), c.in("weight"), c.maybe("bias")));
    op(
        "einsum",
        "operands[]",
        "equation",
        c -> Tensor.einsum(c.text("equation", ""), c.list("operands").toArray(new Tensor[0])));
  }
}
