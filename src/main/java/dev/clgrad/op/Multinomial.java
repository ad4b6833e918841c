package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.DataException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;

/**
 * Draws from distributions that are given by weights: by their cumulative sums, which are added up
 * in one order, so that every device draws the same. The kernels are those of {@link Random}.
 */
public final class Multinomial {
  private static final String OP = "multinomial";
  private static final String FILE = "random/random.cl";

  private Multinomial() {}

  /**
   * Indices into the last dimension of weights, drawn as often as these say.
   *
   * @param weights vectors of numbers that are not negative, in one or two dimensions
   * @param samples how many are drawn of each
   * @param replacement whether an index can be drawn again
   * @throws ShapeException if the shape is another, or there are not as many indices to draw
   * @throws DTypeException if the weights are not floating-point
   * @throws DataException if a weight is negative or not finite, or too few are not 0: at once on
   *     the CPU, at the next read elsewhere
   */
  public static Variable of(Variable weights, long samples, boolean replacement) {
    if (!weights.dtype().isFloating()) {
      throw new DTypeException(
          "multinomial: weights are of "
              + weights.dtype()
              + "; convert them with to(DType.FLOAT32)");
    }
    int rank = weights.rank();
    if (rank < 1 || rank > 2 || weights.shape().size(-1) == 0) {
      throw new ShapeException(
          "multinomial: weights have shape "
              + weights.shape()
              + "; expected a vector of at least one, or a matrix of such rows");
    }
    long n = weights.shape().size(-1);
    if (samples < 1 || (!replacement && samples > n)) {
      throw new ShapeException(
          "multinomial: "
              + samples
              + " samples of weights of shape "
              + weights.shape()
              + (samples < 1
                  ? "; expected at least 1"
                  : " without replacement; there are only " + n));
    }
    long rows = rank == 1 ? 1 : weights.shape().size(0);
    Shape shape = rank == 1 ? Shape.of(samples) : Shape.of(rows, samples);
    Variable in = Scatter.contiguous(weights.detach());
    Variable y = output(weights, DType.INT64, shape);
    Variable scratch = output(weights, weights.dtype(), weights.shape());
    Generator.Blocks blocks = Generator.reserve(rows * samples);
    if (replacement) {
      KernelTask.Builder sums = kernel("random_multinomial_sums", weights);
      sums.in(in.value()).out(scratch.value()).status(status(n, 1)).i64(rows).i64(n);
      add(weights, sums, rows, Multinomial::sumsTwin);
      KernelTask.Builder draw = kernel("random_multinomial", weights);
      draw.in(scratch.value()).out(y.value()).i64(n).i64(samples).i64(rows * samples);
      draw.i64(blocks.seed()).i64(0).i64(blocks.first());
      add(weights, draw, rows * samples, Multinomial::drawTwin);
    } else {
      KernelTask.Builder draw = kernel("random_multinomial_without", weights);
      draw.in(in.value()).out(scratch.value()).out(y.value()).status(status(n, samples));
      draw.i64(rows).i64(n).i64(samples).i64(blocks.seed()).i64(0).i64(blocks.first());
      add(weights, draw, rows, Multinomial::drawWithoutTwin);
    }
    scratch.storage().close();
    Reduction.release(in, weights);
    return y;
  }

  private static Variable output(Variable like, DType dtype, Shape shape) {
    return new Variable(like.scheduler().newStorage(OP, dtype, shape), Layout.contiguous(shape));
  }

  private static KernelTask.Builder kernel(String entry, Variable weights) {
    return KernelTask.of(OP, ProgramSource.ofFile(FILE, weights.dtype(), 1), entry);
  }

  private static void add(
      Variable like, KernelTask.Builder task, long items, dev.clgrad.backend.Twin twin) {
    like.scheduler()
        .add(
            task.build(
                KernelSizes.global(items, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                twin));
  }

  private static Arg.Status status(long n, long needed) {
    return new Arg.Status(
        row ->
            new DataException(
                "multinomial: row "
                    + row
                    + " of the weights is no distribution of "
                    + n
                    + "; expected finite numbers that are not negative, at least "
                    + needed
                    + " of them above 0"));
  }

  /** Numbers of either type; sums are rounded as those of the type are. */
  private static double number(TwinCall call, int arg, int at) {
    return call.dtype(arg) == DType.FLOAT32
        ? call.floats(arg)[call.offset(arg) + at]
        : call.doubles(arg)[call.offset(arg) + at];
  }

  private static void store(TwinCall call, int arg, int at, double value) {
    if (call.dtype(arg) == DType.FLOAT32) {
      call.floats(arg)[call.offset(arg) + at] = (float) value;
    } else {
      call.doubles(arg)[call.offset(arg) + at] = value;
    }
  }

  private static double rounded(boolean single, double value) {
    return single ? (float) value : value;
  }

  private static double uniform(boolean single, long seed, long block) {
    int[] words = new int[4];
    Philox.block(block, 0, seed, words, 0);
    return single ? (words[0] >>> 8) * 0x1p-24f : Random.fraction(words, 0);
  }

  private static boolean isTotal(double total) {
    return total > 0 && total < Double.POSITIVE_INFINITY;
  }

  private static void sumsTwin(TwinCall call) {
    int n = (int) call.integer(4);
    boolean single = call.dtype(0) == DType.FLOAT32;
    for (int row = 0; row < call.integer(3); row++) {
      double total = 0;
      boolean valid = true;
      for (int j = row * n; j < (row + 1) * n; j++) {
        double weight = number(call, 0, j);
        valid &= weight >= 0;
        total = rounded(single, total + weight);
        store(call, 1, j, total);
      }
      if (!valid || !isTotal(total)) {
        call.fail(2, row);
      }
    }
  }

  private static void drawTwin(TwinCall call) {
    int n = (int) call.integer(2);
    int samples = (int) call.integer(3);
    boolean single = call.dtype(0) == DType.FLOAT32;
    call.parallel(
        call.integer(4),
        1024,
        (begin, end) -> {
          for (int item = (int) begin; item < end; item++) {
            int base = item / samples * n;
            double whole = number(call, 0, base + n - 1);
            double u = uniform(single, call.integer(5), call.integer(7) + item);
            double wanted = rounded(single, u * whole);
            int low = 0;
            int high = n - 1;
            while (low < high) {
              int middle = (low + high) >>> 1;
              double sum = number(call, 0, base + middle);
              if (sum > wanted || sum >= whole) {
                high = middle;
              } else {
                low = middle + 1;
              }
            }
            call.longs(1)[call.offset(1) + item] = low;
          }
        });
  }

  private static void drawWithoutTwin(TwinCall call) {
    int n = (int) call.integer(5);
    int samples = (int) call.integer(6);
    boolean single = call.dtype(0) == DType.FLOAT32;
    for (int row = 0; row < call.integer(4); row++) {
      boolean valid = true;
      for (int j = row * n; j < (row + 1) * n; j++) {
        store(call, 1, j, number(call, 0, j));
        valid &= number(call, 0, j) >= 0;
      }
      for (int k = row * samples; k < (row + 1) * samples; k++) {
        double whole = 0;
        for (int j = row * n; j < (row + 1) * n; j++) {
          whole = rounded(single, whole + number(call, 1, j));
        }
        valid &= isTotal(whole);
        double u = uniform(single, call.integer(7), call.integer(9) + k);
        int found = draw(call, row * n, n, rounded(single, u * whole), single);
        call.longs(2)[call.offset(2) + k] = found;
        store(call, 1, row * n + found, 0);
      }
      if (!valid) {
        call.fail(3, row);
      }
    }
  }

  /** The first whose sum is above a number; the last with a weight if none is. */
  private static int draw(TwinCall call, int base, int n, double wanted, boolean single) {
    double sum = 0;
    int found = 0;
    for (int j = 0; j < n; j++) {
      double weight = number(call, 1, base + j);
      sum = rounded(single, sum + weight);
      if (weight > 0) {
        found = j;
        if (sum > wanted) {
          return found;
        }
      }
    }
    return found;
  }
}
