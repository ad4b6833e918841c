package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.binary;

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
  }
}
