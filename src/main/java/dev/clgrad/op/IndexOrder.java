package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;

/**
 * The places of an index ordered by what they name, those that name the same in their own order: a
 * counting sort by digits, whose result depends on nothing but the index. So each row can gather
 * what is added to it, in one order on every device and without atomics.
 *
 * @param order int64 [m]: which place of the index comes next
 * @param starts int64 [n + 1]: where in the order those that name each row begin
 */
record IndexOrder(Variable order, Variable starts) {
  private static final String FILE = "index/index_add.cl";

  /** Bits of a digit at most: as many counters as are quickly added up. */
  private static final int BITS = 11;

  /** Parts of the index that are counted one beside another, on devices with vectors. */
  private static final long VECTOR_CHUNKS = 16;

  /** On other devices, at most. */
  private static final long CHUNKS = 512;

  private static final long CHUNK = 64;

  /** Digits that one work-item takes in the sum over all. */
  private static final long BLOCK = 64;

  /**
   * Orders an index.
   *
   * @param index int64, contiguous, of one dimension; what is not from 0 to n - 1 comes last
   * @param n how many rows it can name
   */
  static IndexOrder of(String op, Variable index, long n) {
    Variable[] sorted = sorted(op, index, n);
    Variable starts = output(op, index, n + 1);
    KernelTask.Builder task = kernel(op, "index_add_starts");
    task.in(sorted[0].value()).out(starts.value()).i64(n).i64(index.shape().numel());
    add(index, task, n + 1, IndexOrder::startsTwin);
    sorted[0].storage().close();
    return new IndexOrder(sorted[1], starts);
  }

  /**
   * The places of keys in ascending order of them.
   *
   * @param keys int64, contiguous, of one dimension, from 0 to {@code largest}
   */
  static Variable order(String op, Variable keys, long largest) {
    Variable[] sorted = sorted(op, keys, largest);
    sorted[0].storage().close();
    return sorted[1];
  }

  /** The index in ascending order, what is out of range as n, and where each came from. */
  private static Variable[] sorted(String op, Variable index, long n) {
    long m = index.shape().numel();
    int width = Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(n));
    int passes = (width + BITS - 1) / BITS;
    int bits = (width + passes - 1) / passes;
    Variable keys = index;
    Variable order = index;
    for (int pass = 0; pass < passes; pass++) {
      Variable nextKeys = output(op, index, m);
      Variable nextOrder = output(op, index, m);
      pass(op, keys, order, nextKeys, nextOrder, n, pass, bits);
      if (pass > 0) {
        keys.storage().close();
        order.storage().close();
      }
      keys = nextKeys;
      order = nextOrder;
    }
    return new Variable[] {keys, order};
  }

  /** Gives the memory back as soon as what is pending has read it. */
  void release() {
    order.storage().close();
    starts.storage().close();
  }

  private static void pass(
      String op,
      Variable keys,
      Variable order,
      Variable nextKeys,
      Variable nextOrder,
      long n,
      int pass,
      int bits) {
    long m = keys.shape().numel();
    long chunks =
        KernelSizes.vectors(keys)
            ? Math.min(VECTOR_CHUNKS, m / CHUNK + 1)
            : Math.min(CHUNKS, m / CHUNK + 1);
    long length = (m + chunks - 1) / chunks;
    long digits = 1L << bits;
    Variable counts = output(op, keys, digits * chunks);
    KernelTask.Builder count = kernel(op, "index_add_count");
    count.in(keys.value()).out(counts.value());
    count.i64(chunks).i64(length).i64(m).i64(n).i64((long) pass * bits).i64(digits);
    add(keys, count, chunks, IndexOrder::countTwin);
    Variable before = output(op, keys, digits * chunks);
    Variable totals = output(op, keys, digits);
    KernelTask.Builder total = kernel(op, "index_add_totals");
    total.in(counts.value()).out(before.value()).out(totals.value()).i64(chunks).i64(digits);
    add(keys, total, digits, IndexOrder::totalsTwin);
    Variable bases = output(op, keys, digits);
    KernelTask.Builder base = kernel(op, "index_add_bases");
    base.in(totals.value()).out(bases.value()).i64(digits).i64(BLOCK);
    add(keys, base, (digits + BLOCK - 1) / BLOCK, IndexOrder::basesTwin);
    Variable next = output(op, keys, digits * chunks);
    KernelTask.Builder place = kernel(op, "index_add_place");
    place.in(keys.value()).in(order.value()).in(before.value()).in(bases.value());
    place.out(next.value()).out(nextKeys.value()).out(nextOrder.value());
    place.i64(chunks).i64(length).i64(m).i64(n).i64((long) pass * bits).i64(digits);
    add(keys, place.i32(pass), chunks, IndexOrder::placeTwin);
    for (Variable scratch : new Variable[] {counts, before, totals, bases, next}) {
      scratch.storage().close();
    }
  }

  private static Variable output(String op, Variable like, long size) {
    Shape shape = Shape.of(size);
    return new Variable(
        like.scheduler().newStorage(op, DType.INT64, shape), Layout.contiguous(shape));
  }

  private static KernelTask.Builder kernel(String op, String entry) {
    return KernelTask.of(op, ProgramSource.ofFile(FILE, DType.INT64, 1), entry);
  }

  private static void add(
      Variable like, KernelTask.Builder task, long items, dev.clgrad.backend.Twin twin) {
    int local = KernelSizes.vectors(like) ? KernelSizes.VECTOR : KernelSizes.ITEMS;
    like.scheduler()
        .add(task.build(KernelSizes.global(items, local), KernelSizes.local(local), twin));
  }

  private static long key(long index, long n) {
    return index < 0 || index > n ? n : index;
  }

  private static void countTwin(TwinCall call) {
    int chunks = (int) call.integer(2);
    int length = (int) call.integer(3);
    int m = (int) call.integer(4);
    long n = call.integer(5);
    int shift = (int) call.integer(6);
    int digits = (int) call.integer(7);
    call.parallel(
        chunks,
        1,
        (begin, end) -> {
          long[] keys = call.longs(0);
          long[] counts = call.longs(1);
          for (int c = (int) begin; c < end; c++) {
            for (int d = 0; d < digits; d++) {
              counts[call.offset(1) + d * chunks + c] = 0;
            }
            for (int k = c * length; k < Math.min((c + 1) * length, m); k++) {
              long digit = (key(keys[call.offset(0) + k], n) >> shift) & (digits - 1);
              counts[call.offset(1) + (int) digit * chunks + c]++;
            }
          }
        });
  }

  private static void totalsTwin(TwinCall call) {
    int chunks = (int) call.integer(3);
    int digits = (int) call.integer(4);
    long[] counts = call.longs(0);
    long[] before = call.longs(1);
    for (int d = 0; d < digits; d++) {
      long total = 0;
      for (int c = 0; c < chunks; c++) {
        before[call.offset(1) + d * chunks + c] = total;
        total += counts[call.offset(0) + d * chunks + c];
      }
      call.longs(2)[call.offset(2) + d] = total;
    }
  }

  private static void basesTwin(TwinCall call) {
    int digits = (int) call.integer(2);
    long total = 0;
    for (int d = 0; d < digits; d++) {
      call.longs(1)[call.offset(1) + d] = total;
      total += call.longs(0)[call.offset(0) + d];
    }
  }

  private static void placeTwin(TwinCall call) {
    int chunks = (int) call.integer(7);
    int length = (int) call.integer(8);
    int m = (int) call.integer(9);
    long n = call.integer(10);
    int shift = (int) call.integer(11);
    int digits = (int) call.integer(12);
    boolean first = call.integer(13) == 0;
    call.parallel(
        chunks,
        1,
        (begin, end) -> {
          long[] next = new long[digits];
          for (int c = (int) begin; c < end; c++) {
            for (int d = 0; d < digits; d++) {
              next[d] =
                  call.longs(3)[call.offset(3) + d]
                      + call.longs(2)[call.offset(2) + d * chunks + c];
            }
            for (int k = c * length; k < Math.min((c + 1) * length, m); k++) {
              long key = key(call.longs(0)[call.offset(0) + k], n);
              int at = (int) next[(int) ((key >> shift) & (digits - 1))]++;
              call.longs(5)[call.offset(5) + at] = key;
              call.longs(6)[call.offset(6) + at] = first ? k : call.longs(1)[call.offset(1) + k];
            }
          }
        });
  }

  private static void startsTwin(TwinCall call) {
    int n = (int) call.integer(2);
    int m = (int) call.integer(3);
    long[] starts = call.longs(1);
    int row = 0;
    for (int k = 0; k < m; k++) {
      long key = call.longs(0)[call.offset(0) + k];
      while (row <= key) {
        starts[call.offset(1) + row++] = k;
      }
    }
    Arrays.fill(starts, call.offset(1) + row, call.offset(1) + n + 1, m);
  }
}
