package dev.clgrad.backend.cpu.simd;

import static dev.clgrad.backend.cpu.simd.VectorTileDouble.COLS;
import static dev.clgrad.backend.cpu.simd.VectorTileDouble.PITCH;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Brings the operands of a matrix product into the order that {@link VectorTileDouble} reads. */
final class PanelsDouble {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int VECTOR = D.length();

  private PanelsDouble() {}

  /**
   * Copies columns of B into panels of {@link VectorTileDouble#COLS} each, behind each other: the
   * elements of a panel's columns at the first step, then at the second, and so on, with zeros for
   * columns that are missing in the last one.
   */
  static void columns(
      int columns,
      int depth,
      double[] from,
      int at,
      int columnStride,
      int stepStride,
      double[] panels,
      int to) {
    int panel = depth * COLS;
    int whole = 0;
    if (columnStride == 1) {
      whole = columns / COLS;
      vectors(whole, depth, from, at, stepStride, panels, to, panel);
    }
    for (int column = whole * COLS; column < columns; column += COLS) {
      int first = to + column / COLS * panel;
      int x = at + column * columnStride;
      panel(
          Math.min(COLS, columns - column),
          depth,
          from,
          x,
          columnStride,
          stepStride,
          panels,
          first);
    }
  }

  /**
   * Copies rows of A, {@link VectorTileDouble#PITCH} apart, and zeros for those that are missing
   * behind them.
   */
  static void rows(
      int rows,
      int missing,
      int depth,
      double[] from,
      int at,
      int rowStride,
      int stepStride,
      double[] to,
      int toAt) {
    int row = 0;
    if (stepStride == 1) {
      for (; row < rows; row++) {
        System.arraycopy(from, at + row * rowStride, to, toAt + row * PITCH, depth);
      }
    } else {
      for (; row <= rows - 4; row += 4) {
        fourRows(depth, from, at + row * rowStride, rowStride, stepStride, to, toAt + row * PITCH);
      }
      for (; row < rows; row++) {
        int x = at + row * rowStride;
        int y = toAt + row * PITCH;
        for (int k = 0; k < depth; k++) {
          to[y + k] = from[x + k * stepStride];
        }
      }
    }
    for (; row < rows + missing; row++) {
      Arrays.fill(to, toAt + row * PITCH, toAt + row * PITCH + depth, 0);
    }
  }

  /**
   * Four rows whose steps are no neighbors; where their elements are, a cache line serves all four.
   */
  private static void fourRows(
      int depth, double[] from, int at, int rowStride, int stepStride, double[] to, int toAt) {
    int x = at;
    for (int y = toAt; y < toAt + depth; y++) {
      to[y] = from[x];
      to[y + PITCH] = from[x + rowStride];
      to[y + 2 * PITCH] = from[x + 2 * rowStride];
      to[y + 3 * PITCH] = from[x + 3 * rowStride];
      x += stepStride;
    }
  }

  /** Whole panels of two vectors, row by row because memory is fastest so. */
  private static void vectors(
      int count,
      int depth,
      double[] from,
      int at,
      int stepStride,
      double[] panels,
      int to,
      int panel) {
    for (int k = 0; k < depth; k++) {
      int x = at + k * stepStride;
      int y = to + k * COLS;
      for (int i = 0; i < count; i++) {
        DoubleVector.fromArray(D, from, x).intoArray(panels, y);
        DoubleVector.fromArray(D, from, x + VECTOR).intoArray(panels, y + VECTOR);
        x += COLS;
        y += panel;
      }
    }
  }

  private static void panel(
      int count,
      int depth,
      double[] from,
      int at,
      int columnStride,
      int stepStride,
      double[] panels,
      int to) {
    if (count < COLS) {
      Arrays.fill(panels, to, to + depth * COLS, 0);
    }
    int column = 0;
    for (; column <= count - 4; column += 4) {
      int x = at + column * columnStride;
      if (stepStride == 1) {
        four(depth, from, x, columnStride, panels, to + column);
      } else {
        four(depth, from, x, columnStride, stepStride, panels, to + column);
      }
    }
    for (; column < count; column++) {
      int x = at + column * columnStride;
      for (int k = 0; k < depth; k++) {
        panels[to + column + k * COLS] = from[x + k * stepStride];
      }
    }
  }

  /** Four columns whose steps are neighbors. */
  private static void four(
      int depth, double[] from, int at, int columnStride, double[] panels, int to) {
    int x1 = at + columnStride;
    int x2 = at + 2 * columnStride;
    int x3 = at + 3 * columnStride;
    int y = to;
    for (int k = 0; k < depth; k++) {
      panels[y] = from[at + k];
      panels[y + 1] = from[x1 + k];
      panels[y + 2] = from[x2 + k];
      panels[y + 3] = from[x3 + k];
      y += COLS;
    }
  }

  private static void four(
      int depth, double[] from, int at, int columnStride, int stepStride, double[] panels, int to) {
    int x0 = at;
    int x1 = at + columnStride;
    int x2 = at + 2 * columnStride;
    int x3 = at + 3 * columnStride;
    int y = to;
    for (int k = 0; k < depth; k++) {
      panels[y] = from[x0];
      panels[y + 1] = from[x1];
      panels[y + 2] = from[x2];
      panels[y + 3] = from[x3];
      x0 += stepStride;
      x1 += stepStride;
      x2 += stepStride;
      x3 += stepStride;
      y += COLS;
    }
  }
}
