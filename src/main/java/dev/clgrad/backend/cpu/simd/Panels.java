package dev.clgrad.backend.cpu.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies lines of matrices, which are rows of A or columns of B, into panels. */
final class Panels {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int VECTOR = F.length();

  private Panels() {}

  /**
   * Makes panels of {@code width} lines each, behind each other: the elements of a panel's lines at
   * the first step, then at the second, and so on, with zeros for lines that are missing in the
   * last one.
   */
  static void pack(
      int width,
      int lines,
      int depth,
      float[] from,
      int at,
      int lineStride,
      int stepStride,
      float[] panels,
      int to) {
    int panel = depth * width;
    int whole = 0;
    if (lineStride == 1 && width == 2 * VECTOR) {
      whole = lines / width;
      vectors(whole, depth, from, at, stepStride, panels, to, panel);
    }
    for (int line = whole * width; line < lines; line += width) {
      int first = to + line / width * panel;
      int x = at + line * lineStride;
      panel(
          width,
          Math.min(width, lines - line),
          depth,
          from,
          x,
          lineStride,
          stepStride,
          panels,
          first);
    }
  }

  /** Whole panels of two vectors, row by row because memory is fastest so. */
  private static void vectors(
      int count,
      int depth,
      float[] from,
      int at,
      int stepStride,
      float[] panels,
      int to,
      int panel) {
    for (int k = 0; k < depth; k++) {
      int x = at + k * stepStride;
      int y = to + k * 2 * VECTOR;
      for (int i = 0; i < count; i++) {
        FloatVector.fromArray(F, from, x).intoArray(panels, y);
        FloatVector.fromArray(F, from, x + VECTOR).intoArray(panels, y + VECTOR);
        x += 2 * VECTOR;
        y += panel;
      }
    }
  }

  private static void panel(
      int width,
      int count,
      int depth,
      float[] from,
      int at,
      int lineStride,
      int stepStride,
      float[] panels,
      int to) {
    if (count < width) {
      Arrays.fill(panels, to, to + depth * width, 0);
    }
    int line = 0;
    for (; line <= count - 4; line += 4) {
      int x = at + line * lineStride;
      if (stepStride == 1) {
        four(width, depth, from, x, lineStride, panels, to + line);
      } else {
        four(width, depth, from, x, lineStride, stepStride, panels, to + line);
      }
    }
    for (; line < count; line++) {
      int x = at + line * lineStride;
      for (int k = 0; k < depth; k++) {
        panels[to + line + k * width] = from[x + k * stepStride];
      }
    }
  }

  /** Four lines whose steps are neighbors. */
  private static void four(
      int width, int depth, float[] from, int at, int lineStride, float[] panels, int to) {
    int x1 = at + lineStride;
    int x2 = at + 2 * lineStride;
    int x3 = at + 3 * lineStride;
    int y = to;
    for (int k = 0; k < depth; k++) {
      panels[y] = from[at + k];
      panels[y + 1] = from[x1 + k];
      panels[y + 2] = from[x2 + k];
      panels[y + 3] = from[x3 + k];
      y += width;
    }
  }

  private static void four(
      int width,
      int depth,
      float[] from,
      int at,
      int lineStride,
      int stepStride,
      float[] panels,
      int to) {
    int x0 = at;
    int x1 = at + lineStride;
    int x2 = at + 2 * lineStride;
    int x3 = at + 3 * lineStride;
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
      y += width;
    }
  }
}
