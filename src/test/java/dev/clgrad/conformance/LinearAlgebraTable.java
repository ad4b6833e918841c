package dev.clgrad.conformance;

import static dev.clgrad.conformance.OpTable.op;

/** How cases of linear algebra call the API. */
final class LinearAlgebraTable {
  private LinearAlgebraTable() {}

  static void fill() {
    op("cholesky", "input", "upper", c -> c.x().cholesky(c.flag("upper", false)));
    op("inv", "A", "", c -> c.in("A").inv());
    op("det", "A", "", c -> c.in("A").det());
    op("solve", "A B", "", c -> c.in("A").solve(c.in("B")));
    op(
        "triangular_solve",
        "input A",
        "upper transpose unitriangular",
        c ->
            c.x()
                .triangularSolve(
                    c.in("A"),
                    c.flag("upper", true),
                    c.flag("transpose", false),
                    c.flag("unitriangular", false)));
  }
}
