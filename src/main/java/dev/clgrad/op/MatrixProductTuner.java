package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.TuningResult;
import dev.clgrad.op.MatrixProductCheck.Product;
import dev.clgrad.op.MatrixProductTimer.Problem;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Measures which variants of the matrix product's kernels suit a device. Nothing is changed or kept
 * by it, and nothing calls it by itself.
 */
public final class MatrixProductTuner {
  private final Scheduler scheduler;
  private final Product product;
  private final BiFunction<Backend, String, MatrixProductCandidates> candidates;
  private final Map<String, MatrixProductCheck> checks = new HashMap<>();

  /** A tuner for a device. */
  public MatrixProductTuner(Scheduler scheduler) {
    this(scheduler, MatrixProductTuner::add, MatrixProductCandidates::new);
  }

  /** With a product that may be wrong and candidates that may not fit, for tests. */
  MatrixProductTuner(
      Scheduler scheduler,
      Product product,
      BiFunction<Backend, String, MatrixProductCandidates> candidates) {
    this.scheduler = scheduler;
    this.product = product;
    this.candidates = candidates;
  }

  static void add(Variable a, Variable b, Variable y, Shape batch, KernelVariant variant) {
    MatrixProduct.add("matmul", a, b, y, batch, variant);
  }

  /** The problems for which the device's variant can be chosen; none on the CPU backend. */
  public List<String> problems() {
    Backend backend = scheduler.backend();
    if (backend.runsTwins()) {
      return List.of();
    }
    Limits limits = backend.limits();
    List<String> problems = new ArrayList<>();
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
      boolean has = dtype == DType.FLOAT32 || limits.fp64();
      if (!has || (limits.cpuType() && limits.registerWidth(dtype) == 1)) {
        continue;
      }
      String type = "matmul." + (dtype == DType.FLOAT64 ? "float64" : "float32") + ".";
      problems.add(type + "large");
      problems.add(type + "medium");
      if (!limits.cpuType()) {
        problems.add(type + "small");
      }
    }
    if (!limits.cpuType() && MatrixUnits.kind(scheduler) == MatrixUnits.Kind.WARPS) {
      problems.add(MatrixUnits.LARGE);
      problems.add(MatrixUnits.SMALL);
    }
    return problems;
  }

  /**
   * Measures all problems.
   *
   * @param budget about how long it may take; each problem has an equal share of what is left, and
   *     its current variant is measured in any case
   * @param each is told of each problem as soon as it is measured
   */
  public List<TuningResult> run(Duration budget, Consumer<TuningResult> each) {
    List<String> problems = problems();
    List<TuningResult> results = new ArrayList<>();
    long end = System.nanoTime() + budget.toNanos();
    for (int i = 0; i < problems.size(); i++) {
      long left = Math.max(0, end - System.nanoTime());
      TuningResult result = measure(problems.get(i), left / (problems.size() - i));
      results.add(result);
      each.accept(result);
    }
    return results;
  }

  TuningResult measure(String problem, long nanos) {
    DType dtype = problem.contains("float64") ? DType.FLOAT64 : DType.FLOAT32;
    boolean units = problem.equals(MatrixUnits.LARGE) || problem.equals(MatrixUnits.SMALL);
    MatrixProductCheck check =
        checks.computeIfAbsent(
            units ? "units" : dtype.toString(),
            k -> new MatrixProductCheck(scheduler, product, dtype, units));
    return new MatrixProductSearch(
            scheduler.backend(),
            problem,
            candidates.apply(scheduler.backend(), problem),
            check,
            new MatrixProductTimer(scheduler, product, dtype),
            timed(problem))
        .run(nanos);
  }

  /**
   * What is timed: a square product to look around with, then products as a layer's backward has
   * them, with either operand transposed.
   */
  private List<Problem> timed(String problem) {
    String size = problem.substring(problem.lastIndexOf('.') + 1);
    if (scheduler.backend().limits().cpuType()) {
      return size.equals("large")
          ? problems(
              new long[] {1536, 1536, 768},
              new long[] {2048, 1024, 512},
              new long[] {1024, 2048, 768})
          : problems(
              new long[] {256, 256, 256}, new long[] {128, 512, 784}, new long[] {300, 200, 256});
    }
    return switch (size) {
      case "large" ->
          problems(
              new long[] {1536, 1536, 1024},
              new long[] {2048, 1024, 512},
              new long[] {1024, 2048, 768});
      case "medium" ->
          problems(
              new long[] {768, 768, 768},
              new long[] {512, 1024, 1024},
              new long[] {1024, 512, 256});
      default ->
          problems(
              new long[] {256, 256, 1024}, new long[] {128, 512, 784}, new long[] {512, 256, 128});
    };
  }

  private static List<Problem> problems(long[] plain, long[] transposedB, long[] transposedA) {
    return List.of(
        new Problem(plain[0], plain[1], plain[2], false, false),
        new Problem(transposedB[0], transposedB[1], transposedB[2], false, true),
        new Problem(transposedA[0], transposedA[1], transposedA[2], true, false));
  }
}
