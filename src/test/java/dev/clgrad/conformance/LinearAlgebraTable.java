package dev.clgrad.conformance;

/** How cases of linear algebra call the API. */
final class LinearAlgebraTable {
  private LinearAlgebraTable() {}

  static void fill() {}
}
