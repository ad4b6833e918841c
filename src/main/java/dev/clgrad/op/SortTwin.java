package dev.clgrad.op;

import dev.clgrad.backend.TwinCall;
import java.util.Arrays;

/**
 * The kernels of sort in Java. Numbers are compared by keys: whole numbers in the order that is
 * asked for, equal where the numbers are.
 */
final class SortTwin {
  /** Elements that are sorted by insertion before runs are merged. */
  private static final int PIECE = 16;

  private SortTwin() {}

  /** Sorts runs of a given length. */
  static void runs(TwinCall call) {
    sortRuns(call, call.integer(5), (int) call.integer(6), (int) call.integer(7), 8);
  }

  /** Sorts the runs that work-groups sort, of a fixed length. */
  static void groupRuns(TwinCall call) {
    sortRuns(call, call.integer(3), (int) call.integer(4), 256, 5);
  }

  private static void sortRuns(TwinCall call, long items, int count, int run, int order) {
    boolean descending = call.integer(order) != 0;
    int runs = (count + run - 1) / run;
    call.parallel(
        items,
        Math.max(1, 4096 / run),
        (first, stop) -> {
          for (long item = first; item < stop; item++) {
            int begin = (int) (item % runs) * run;
            int n = Math.min(run, count - begin);
            sortRun(call, item / runs * count + begin, begin, n, descending);
          }
        });
  }

  private static void sortRun(TwinCall call, long at, int begin, int n, boolean descending) {
    TwinCall.Segment x = call.segment(0, at, n);
    int[] from = new int[n];
    int to = call.offset(1) + (int) at;
    switch (call.dtype(0)) {
      case FLOAT32 -> {
        // The place below the key in one number: no two are equal, so any sort is stable.
        long[] pairs = new long[n];
        for (int k = 0; k < n; k++) {
          int key = key(x.floats()[x.offset() + k]);
          pairs[k] = (long) (descending ? ~key : key) << 32 | k;
        }
        Arrays.sort(pairs);
        for (int k = 0; k < n; k++) {
          from[k] = (int) pairs[k];
          call.floats(1)[to + k] = x.floats()[x.offset() + from[k]];
        }
      }
      case FLOAT64 -> {
        long[] keys = new long[n];
        for (int k = 0; k < n; k++) {
          long key = key(x.doubles()[x.offset() + k]);
          keys[k] = descending ? ~key : key;
        }
        from = order(keys);
        for (int k = 0; k < n; k++) {
          call.doubles(1)[to + k] = x.doubles()[x.offset() + from[k]];
        }
      }
      default -> {
        long[] keys = new long[n];
        for (int k = 0; k < n; k++) {
          long key = x.longs()[x.offset() + k];
          keys[k] = descending ? ~key : key;
        }
        from = order(keys);
        for (int k = 0; k < n; k++) {
          call.longs(1)[to + k] = x.longs()[x.offset() + from[k]];
        }
      }
    }
    int index = call.offset(2) + (int) at;
    for (int k = 0; k < n; k++) {
      call.longs(2)[index + k] = (long) begin + from[k];
    }
  }

  /** A number in the order of floats, with both zeros equal and NaN last. */
  private static int key(float value) {
    int bits = Float.floatToIntBits(value + 0.0f);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  /** A number in the order of doubles, with both zeros equal and NaN last. */
  private static long key(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  /** Where the keys in order come from; equal ones keep their order. */
  private static int[] order(long[] keys) {
    int n = keys.length;
    int[] from = new int[n];
    int[] to = new int[n];
    for (int k = 0; k < n; k++) {
      int at = k;
      for (; at % PIECE != 0 && keys[from[at - 1]] > keys[k]; at--) {
        from[at] = from[at - 1];
      }
      from[at] = k;
    }
    for (int width = PIECE; width < n; width *= 2) {
      for (int begin = 0; begin < n; begin += 2 * width) {
        int middle = Math.min(begin + width, n);
        int end = Math.min(begin + 2 * width, n);
        int left = begin;
        int right = middle;
        for (int k = begin; k < end; k++) {
          boolean takesRight =
              right < end && (left == middle || keys[from[right]] < keys[from[left]]);
          to[k] = takesRight ? from[right++] : from[left++];
        }
      }
      int[] merged = to;
      to = from;
      from = merged;
    }
    return from;
  }

  /** Merges the runs of each pair. */
  static void merge(TwinCall call) {
    int count = (int) call.integer(5);
    int run = (int) call.integer(6);
    boolean descending = call.integer(7) != 0;
    int pairs = (int) ((count + 2L * run - 1) / (2L * run));
    call.parallel(
        call.integer(8) * pairs,
        1,
        (first, stop) -> {
          for (long item = first; item < stop; item++) {
            long begin = item % pairs * 2 * run;
            int middle = (int) Math.min(run, count - begin);
            int end = (int) Math.min(2L * run, count - begin);
            mergePair(call, (int) (item / pairs * count + begin), middle, end, descending);
          }
        });
  }

  private static void mergePair(TwinCall call, int at, int middle, int end, boolean descending) {
    long[] keys = new long[end];
    int x = call.offset(0) + at;
    for (int k = 0; k < end; k++) {
      long key =
          switch (call.dtype(0)) {
            case FLOAT32 -> key(call.floats(0)[x + k]);
            case FLOAT64 -> key(call.doubles(0)[x + k]);
            default -> call.longs(0)[x + k];
          };
      keys[k] = descending ? ~key : key;
    }
    int left = 0;
    int right = middle;
    for (int k = 0; k < end; k++) {
      boolean takesRight = right < end && (left == middle || keys[right] < keys[left]);
      int from = takesRight ? right++ : left++;
      int to = call.offset(2) + at + k;
      switch (call.dtype(0)) {
        case FLOAT32 -> call.floats(2)[to] = call.floats(0)[x + from];
        case FLOAT64 -> call.doubles(2)[to] = call.doubles(0)[x + from];
        default -> call.longs(2)[to] = call.longs(0)[x + from];
      }
      call.longs(3)[call.offset(3) + at + k] = call.longs(1)[call.offset(1) + at + from];
    }
  }

  static void backward(TwinCall call) {
    long count = call.integer(4);
    call.parallel(
        call.integer(3),
        8192,
        (first, stop) -> {
          for (long item = first; item < stop; item++) {
            long place = call.longs(1)[call.offset(1) + (int) item];
            int to = call.offset(2) + (int) (item / count * count + place);
            int from = call.offset(0) + (int) item;
            switch (call.dtype(0)) {
              case FLOAT32 -> call.floats(2)[to] = call.floats(0)[from];
              default -> call.doubles(2)[to] = call.doubles(0)[from];
            }
          }
        });
  }
}
