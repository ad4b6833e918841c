package dev.clgrad.conformance;

/** How cases of convolutions, pooling and interpolation call the API. */
final class ConvolutionTable {
  private ConvolutionTable() {}

  static void fill() {}
}
