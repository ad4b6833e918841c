package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;

/**
 * The lines of a contiguous (outer, count, inner) argument of a twin, one at a time: in place where
 * their elements lie side by side, else through a copy.
 */
final class DoubleLines {
  private final double[] whole;
  private final int offset;
  private final int count;
  private final int inner;

  /** Where the line at hand lies. */
  final double[] array;

  /** Where the line at hand begins in {@link #array}. */
  int at;

  private int first;

  DoubleLines(TwinCall call, int arg, int count, int inner) {
    this.whole = call.doubles(arg);
    this.offset = call.offset(arg);
    this.count = count;
    this.inner = inner;
    this.array = inner == 1 ? whole : new double[count];
  }

  /** Goes to a line that is to be overwritten. */
  void seek(long line) {
    first = offset + (int) (line / inner * count * inner + line % inner);
    at = inner == 1 ? first : 0;
  }

  /** Goes to a line and reads it. */
  void load(long line) {
    seek(line);
    if (inner != 1) {
      for (int k = 0; k < count; k++) {
        array[k] = whole[first + k * inner];
      }
    }
  }

  /** Writes the line at hand. */
  void store() {
    if (inner != 1) {
      for (int k = 0; k < count; k++) {
        whole[first + k * inner] = array[k];
      }
    }
  }
}
