package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/** Moves elements between a launch's arrays and doubles, which the twins of linear algebra use. */
final class DoubleMatrix {
  private DoubleMatrix() {}

  /** Elements {@code at}, {@code at + stride}, … of an argument. */
  static void read(TwinCall call, int arg, int at, int stride, double[] to, int toAt, int n) {
    int from = call.offset(arg) + at;
    if (call.array(arg) instanceof float[] floats) {
      for (int i = 0; i < n; i++) {
        to[toAt + i] = floats[from + i * stride];
      }
    } else {
      double[] doubles = call.doubles(arg);
      for (int i = 0; i < n; i++) {
        to[toAt + i] = doubles[from + i * stride];
      }
    }
  }

  /** Stores neighboring elements of an argument, rounded to its type. */
  static void write(TwinCall call, int arg, int at, double[] from, int fromAt, int n) {
    int to = call.offset(arg) + at;
    if (call.array(arg) instanceof float[] floats) {
      for (int i = 0; i < n; i++) {
        floats[to + i] = (float) from[fromAt + i];
      }
    } else {
      System.arraycopy(from, fromAt, call.doubles(arg), to, n);
    }
  }
}
