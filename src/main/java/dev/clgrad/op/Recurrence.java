package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The linear recurrence h[k] = b[k] + c[k] h[k - 1] along a dimension, by the kernels of cumprod:
 * what cumprod is made of, and the gradients of cumprod and prod. c[k] is a[k], or a[k - 1] where
 * it is shifted; in reverse, k counts from the end. Without b, the h before the first is 1, else 0.
 *
 * <p>Its gradient for b is the same recurrence from the other end, shifted where this one is not
 * and the other way round; that for a is the product of the two, a place apart.
 */
final class Recurrence {
  private static final String OP = "cumprod";
  private static final String FILE = "scan/cumprod.cl";

  private Recurrence() {}

  /**
   * The recurrence, recorded; without b only where it is shifted.
   *
   * @param b of the shape of a, or null
   */
  static Variable of(Variable a, @Nullable Variable b, int dim, boolean shifted, boolean reverse) {
    Variable h = forward(a, b, dim, shifted, reverse);
    Node.record(
        "CumprodBackward0Backward",
        b == null ? List.of(a) : List.of(a, b),
        List.of(h),
        List.of(a, h),
        c -> {
          Variable other = of(c.saved(0), c.dy(), dim, !shifted, !reverse);
          Variable da = c.needs(0) ? apart(c.saved(1), other, dim, shifted, reverse) : null;
          return b == null ? new @Nullable Variable[] {da} : new @Nullable Variable[] {da, other};
        });
    return h;
  }

  /**
   * The gradient for a: each a meets the h before it and the other's after it. Which of the two
   * lies where a does, and which a place before or behind, the form tells.
   */
  private static Variable apart(
      Variable h, Variable other, int dim, boolean shifted, boolean reverse) {
    Variable here = shifted ? h : other;
    Variable there = shifted ? other : h;
    long n = h.shape().size(dim);
    if (n < 2) {
      return Fill.of(h.scheduler(), h.dtype(), h.shape(), 0);
    }
    // Not shifted: other[k] h[k - 1]; shifted: h[k] other[k + 1], in the order of the recurrence.
    long from = shifted == reverse ? 1 : 0;
    Variable product =
        Mul.of(Narrow.of(here, dim, from, n - 1), Narrow.of(there, dim, 1 - from, n - 1));
    return Embed.of(product, h.shape(), "SliceBackward0", x -> Narrow.of(x, dim, from, n - 1));
  }

  /** The recurrence, not recorded. */
  static Variable forward(
      Variable a, @Nullable Variable b, int dim, boolean shifted, boolean reverse) {
    Reduction ra = Reduction.of(a, new int[] {dim});
    Reduction rb = b == null ? ra : Reduction.of(b, new int[] {dim});
    Variable h = ra.newLikeInput(OP);
    Form form = new Form(b != null, shifted, reverse);
    boolean groups = Scan.groups(ra);
    Lines lines = new Lines(ra.outer(), ra.count(), ra.inner(), Scan.segmentLength(ra), groups);
    if (lines.segments() == 1) {
      launch(ra.input(), rb.input(), ra.input(), h, lines, form);
    } else {
      Shape partial = Shape.of(ra.outer(), lines.segments(), ra.inner());
      Variable products = scratch(a, partial);
      Variable sums = scratch(a, partial);
      Variable before = scratch(a, partial);
      totals(ra.input(), rb.input(), products, sums, lines, form);
      long segments = lines.segments();
      launch(
          products,
          sums,
          products,
          before,
          new Lines(ra.outer(), segments, ra.inner(), segments, false),
          new Form(b != null, false, false));
      launch(ra.input(), rb.input(), before, h, lines, form);
      products.storage().close();
      sums.storage().close();
      before.storage().close();
    }
    Reduction.release(ra.input(), a);
    if (b != null) {
      Reduction.release(rb.input(), b);
    }
    return h;
  }

  private static Variable scratch(Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(OP, like.dtype(), shape), Layout.contiguous(shape));
  }

  /** The lines of a contiguous array, and how they are cut. */
  private record Lines(long outer, long count, long inner, long length, boolean groups) {
    long segments() {
      return Reduction.segments(count, length);
    }

    long items() {
      return outer * segments() * inner;
    }

    void describe(KernelTask.Builder task, Form form) {
      task.i64(items()).i64(segments()).i64(count).i64(inner).i64(length);
      task.i64(form.hasB ? 1 : 0).i64(form.shifted ? 1 : 0).i64(form.reverse ? 1 : 0);
    }

    void add(KernelTask.Builder task, Variable x, dev.clgrad.backend.Twin twin) {
      int local = groups ? KernelSizes.GROUP : KernelSizes.ITEMS;
      long[] global = KernelSizes.global(groups ? items() * local : items(), local);
      x.scheduler().add(task.build(global, KernelSizes.local(local), twin));
    }

    KernelTask.Builder kernel(String entry, DType dtype) {
      return KernelTask.of(
          OP, ProgramSource.ofFile(FILE, dtype, 1), groups ? entry + "_group" : entry);
    }
  }

  private record Form(boolean hasB, boolean shifted, boolean reverse) {}

  private static void launch(
      Variable a, Variable b, Variable before, Variable h, Lines lines, Form form) {
    KernelTask.Builder task = lines.kernel("cumprod_forward", a.dtype());
    task.in(a.value()).in(b.value()).in(before.value()).out(h.value());
    lines.describe(task, form);
    lines.add(task, a, Recurrence::forwardTwin);
  }

  private static void totals(
      Variable a, Variable b, Variable products, Variable sums, Lines lines, Form form) {
    KernelTask.Builder task = lines.kernel("cumprod_totals", a.dtype());
    task.in(a.value()).in(b.value()).out(products.value()).out(sums.value());
    lines.describe(task, form);
    lines.add(task, a, Recurrence::totalsTwin);
  }

  private static void forwardTwin(TwinCall call) {
    call.parallel(
        call.integer(4),
        Math.max(1, 8192 / Math.max(call.integer(8), 1)),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            forwardSegment(call, new Steps(call, item));
          }
        });
  }

  private static void totalsTwin(TwinCall call) {
    call.parallel(
        call.integer(4),
        Math.max(1, 8192 / Math.max(call.integer(8), 1)),
        (begin, end) -> {
          for (long item = begin; item < end; item++) {
            totalsSegment(call, new Steps(call, item));
          }
        });
  }

  /** Where the steps of one segment find their numbers. */
  private static final class Steps {
    final long item;
    final int begin;
    final int end;
    final int inner;
    final boolean first;
    final boolean hasB;
    private final int count;
    private final boolean shifted;
    private final boolean reverse;
    private final int line;

    Steps(TwinCall call, long item) {
      this.item = item;
      long segments = call.integer(5);
      this.count = (int) call.integer(6);
      this.inner = (int) call.integer(7);
      long length = call.integer(8);
      this.hasB = call.integer(9) != 0;
      this.shifted = call.integer(10) != 0;
      this.reverse = call.integer(11) != 0;
      this.begin = (int) (item / inner % segments * length);
      this.end = (int) Math.min(begin + length, count);
      this.first = item / inner % segments == 0;
      this.line = (int) (item / inner / segments * count * inner + item % inner);
    }

    int at(int k) {
      return line + (reverse ? count - 1 - k : k) * inner;
    }

    /** Where step k finds its c; -1 where that is 1. */
    int factor(int k) {
      return shifted ? (k > 0 ? at(k - 1) : -1) : at(k);
    }
  }

  private static void forwardSegment(TwinCall call, Steps s) {
    int a = call.offset(0);
    int b = call.offset(1);
    int h = call.offset(3);
    int before = call.offset(2) + (int) s.item - s.inner;
    if (call.dtype(0) == DType.FLOAT32) {
      float[] from = call.floats(0);
      float[] terms = call.floats(1);
      float[] to = call.floats(3);
      float state = s.first ? (s.hasB ? 0 : 1) : call.floats(2)[before];
      for (int k = s.begin; k < s.end; k++) {
        int factor = s.factor(k);
        float term = s.hasB ? terms[b + s.at(k)] : 0;
        float c = factor < 0 ? 1 : from[a + factor];
        state = s.hasB && k == 0 ? term : term + c * state;
        to[h + s.at(k)] = state;
      }
    } else if (call.dtype(0) == DType.FLOAT64) {
      double[] from = call.doubles(0);
      double[] terms = call.doubles(1);
      double[] to = call.doubles(3);
      double state = s.first ? (s.hasB ? 0 : 1) : call.doubles(2)[before];
      for (int k = s.begin; k < s.end; k++) {
        int factor = s.factor(k);
        double term = s.hasB ? terms[b + s.at(k)] : 0;
        double c = factor < 0 ? 1 : from[a + factor];
        state = s.hasB && k == 0 ? term : term + c * state;
        to[h + s.at(k)] = state;
      }
    } else {
      long[] from = call.longs(0);
      long[] to = call.longs(3);
      long state = s.first ? 1 : call.longs(2)[before];
      for (int k = s.begin; k < s.end; k++) {
        state *= from[a + s.factor(k)];
        to[h + s.at(k)] = state;
      }
    }
  }

  private static void totalsSegment(TwinCall call, Steps s) {
    int a = call.offset(0);
    int b = call.offset(1);
    if (call.dtype(0) == DType.FLOAT32) {
      float product = 1;
      float sum = 0;
      for (int k = s.begin; k < s.end; k++) {
        int factor = s.factor(k);
        float term = s.hasB ? call.floats(1)[b + s.at(k)] : 0;
        float c = s.hasB && k == 0 ? 0 : factor < 0 ? 1 : call.floats(0)[a + factor];
        product *= c;
        sum = k == s.begin ? term : term + c * sum;
      }
      call.floats(2)[call.offset(2) + (int) s.item] = product;
      call.floats(3)[call.offset(3) + (int) s.item] = sum;
    } else if (call.dtype(0) == DType.FLOAT64) {
      double product = 1;
      double sum = 0;
      for (int k = s.begin; k < s.end; k++) {
        int factor = s.factor(k);
        double term = s.hasB ? call.doubles(1)[b + s.at(k)] : 0;
        double c = s.hasB && k == 0 ? 0 : factor < 0 ? 1 : call.doubles(0)[a + factor];
        product *= c;
        sum = k == s.begin ? term : term + c * sum;
      }
      call.doubles(2)[call.offset(2) + (int) s.item] = product;
      call.doubles(3)[call.offset(3) + (int) s.item] = sum;
    } else {
      long product = 1;
      for (int k = s.begin; k < s.end; k++) {
        product *= call.longs(0)[a + s.factor(k)];
      }
      call.longs(2)[call.offset(2) + (int) s.item] = product;
      call.longs(3)[call.offset(3) + (int) s.item] = 0;
    }
  }
}
