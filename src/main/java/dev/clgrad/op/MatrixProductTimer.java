package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.op.MatrixProductCheck.Product;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;

/** Times variants on one product, in turns: what else the machine does meets all of them alike. */
final class MatrixProductTimer {
  /** Batches long enough for a clock, and short enough for many of them. */
  private static final double BATCH_SECONDS = 0.005;

  private static final int MOST_REPETITIONS = 64;
  private static final long MOST_RESULT_BYTES = 256L << 20;

  private final Scheduler scheduler;
  private final Product product;
  private final DType dtype;

  /** A product's sizes, and which operands are stored as their transposes. */
  record Problem(long m, long n, long k, boolean transposedA, boolean transposedB) {
    double flops() {
      return 2.0 * m * n * k;
    }
  }

  /**
   * What a product took.
   *
   * @param seconds of each round, those of each variant
   */
  record Times(List<double[]> seconds) {
    double median(int variant) {
      return median(seconds.stream().mapToDouble(round -> round[variant]));
    }

    /** How many times faster one is than another, in the median round. */
    double ratio(int variant, int other) {
      return median(seconds.stream().mapToDouble(round -> round[other] / round[variant]));
    }

    /** In how many rounds one was faster than another. */
    long faster(int variant, int other) {
      return seconds.stream().filter(round -> round[variant] < round[other]).count();
    }

    private static double median(DoubleStream values) {
      double[] sorted = values.sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  MatrixProductTimer(Scheduler scheduler, Product product, DType dtype) {
    this.scheduler = scheduler;
    this.product = product;
    this.dtype = dtype;
  }

  /**
   * Times variants.
   *
   * @param least the fewest rounds of batches
   * @param most the most rounds
   * @param deadline by {@link System#nanoTime}; after it no round begins beyond the fewest
   */
  Times times(Problem problem, List<KernelVariant> variants, int least, int most, long deadline) {
    List<Variable> made = new ArrayList<>();
    try {
      Variable a = operand(problem.m, problem.k, problem.transposedA, made);
      Variable b = operand(problem.k, problem.n, problem.transposedB, made);
      int[] repetitions = new int[variants.size()];
      for (int v = 0; v < repetitions.length; v++) {
        batch(problem, a, b, variants.get(v), 1);
        repetitions[v] = repetitions(problem, batch(problem, a, b, variants.get(v), 1));
        if (repetitions[v] > 1) {
          // What they write into is there now, and need not be allocated while the clock runs.
          batch(problem, a, b, variants.get(v), repetitions[v]);
        }
      }
      List<double[]> rounds = new ArrayList<>();
      while (rounds.size() < least || (rounds.size() < most && System.nanoTime() - deadline < 0)) {
        double[] seconds = new double[repetitions.length];
        for (int i = 0; i < seconds.length; i++) {
          // Each comes first in turn.
          int v = (i + rounds.size()) % seconds.length;
          seconds[v] = batch(problem, a, b, variants.get(v), repetitions[v]) / repetitions[v];
        }
        rounds.add(seconds);
      }
      return new Times(rounds);
    } finally {
      MatrixProductCheck.release(scheduler, made);
    }
  }

  private int repetitions(Problem problem, double seconds) {
    long wanted = (long) Math.ceil(BATCH_SECONDS / Math.max(seconds, 1e-9));
    long resultBytes = problem.m * problem.n * dtype.bytes();
    return (int)
        Math.max(1, Math.min(Math.min(wanted, MOST_REPETITIONS), MOST_RESULT_BYTES / resultBytes));
  }

  /** How long so many products take, from the first task to the end of the last launch. */
  private double batch(
      Problem problem, Variable a, Variable b, KernelVariant variant, int repetitions) {
    List<Variable> results = new ArrayList<>();
    try {
      scheduler.synchronize();
      long start = System.nanoTime();
      for (int i = 0; i < repetitions; i++) {
        Variable y =
            MatrixProductCheck.made(scheduler, dtype, Shape.of(problem.m, problem.n), results);
        product.add(a, b, y, Shape.SCALAR, variant);
      }
      scheduler.synchronize();
      return (System.nanoTime() - start) / 1e9;
    } finally {
      MatrixProductCheck.release(scheduler, results);
    }
  }

  private Variable operand(long rows, long columns, boolean transposed, List<Variable> made) {
    Shape shape = transposed ? Shape.of(columns, rows) : Shape.of(rows, columns);
    Variable x = MatrixProductCheck.made(scheduler, dtype, shape, made);
    int length = Math.toIntExact(shape.numel());
    Random random = new Random(length);
    if (dtype == DType.FLOAT64) {
      double[] elements = new double[length];
      Arrays.setAll(elements, i -> random.nextFloat() - 0.5);
      scheduler.write(x.value(), elements);
    } else {
      float[] elements = new float[length];
      for (int i = 0; i < length; i++) {
        elements[i] = random.nextFloat() - 0.5f;
      }
      scheduler.write(x.value(), elements);
    }
    return transposed ? new Variable(x.storage(), x.layout().transpose(0, 1)) : x;
  }
}
