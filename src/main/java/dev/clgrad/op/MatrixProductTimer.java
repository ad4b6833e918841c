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

/**
 * Times variants on one product, in turns: what else the machine does meets all of them alike.
 */
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

  MatrixProductTimer(Scheduler scheduler, Product product, DType dtype) {
    this.scheduler = scheduler;
    this.product = product;
    this.dtype = dtype;
  }

  /**
   * The speed of each variant: the median over its batches.
   *
   * @param least the fewest rounds of batches
   * @param most the most rounds
   * @param deadline by {@link System#nanoTime}; after it no round begins beyond the fewest
   * @return 10<sup>9</sup> floating-point operations a second
   */
  double[] gflops(
      Problem problem, List<KernelVariant> variants, int least, int most, long deadline) {
    List<Variable> made = new ArrayList<>();
    try {
      Variable a = operand(problem.m, problem.k, problem.transposedA, made);
      Variable b = operand(problem.k, problem.n, problem.transposedB, made);
      int[] repetitions = new int[variants.size()];
      for (int v = 0; v < repetitions.length; v++) {
        batch(problem, a, b, variants.get(v), 1);
        repetitions[v] =
            repetitions(problem, batch(problem, a, b, variants.get(v), 1));
        if (repetitions[v] > 1) {
          // What they write into is there now, and need not be allocated while the clock runs.
          batch(problem, a, b, variants.get(v), repetitions[v]);
        }
      }
      List<double[]> rounds = new ArrayList<>();
      while (rounds.size() < least
          || (rounds.size() < most && System.nanoTime() - deadline < 0)) {
        double[] seconds = new double[repetitions.length];
        for (int v = 0; v < seconds.length; v++) {
          seconds[v] =
              batch(problem, a, b, variants.get(v), repetitions[v]) / repetitions[v];
        }
        rounds.add(seconds);
      }
      double[] gflops = new double[repetitions.length];
      for (int v = 0; v < gflops.length; v++) {
        int at = v;
        double[] sorted = rounds.stream().mapToDouble(r -> r[at]).sorted().toArray();
        gflops[v] = problem.flops() / sorted[sorted.length / 2] / 1e9;
      }
      return gflops;
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
