package dev.clgrad.conformance;

/** How cases of scans, sorting and searching call the API. */
final class OrderingTable {
  private OrderingTable() {}

  static void fill() {}
}
