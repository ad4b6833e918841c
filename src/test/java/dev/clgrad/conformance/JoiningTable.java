package dev.clgrad.conformance;

/** How cases of operations that join, split, repeat and rearrange tensors call the API. */
final class JoiningTable {
  private JoiningTable() {}

  static void fill() {}
}
