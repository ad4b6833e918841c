package dev.clgrad.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured for one kind of problem.
 *
 * @param problem its name, such as {@code matmul.float32.large}
 * @param current the variant in use
 * @param currentGflops its speed, in 10<sup>9</sup> floating-point operations a second; 0 if it was
 *     dropped
 * @param winner the variant to use: another one only where it is clearly faster
 * @param winnerGflops the winner's speed, on the same problems as that of the current one
 * @param trials everything that was tried, in this order
 * @param untried how many candidates there was no time for, at the least
 */
public record TuningResult(
    String problem,
    KernelVariant current,
    double currentGflops,
    KernelVariant winner,
    double winnerGflops,
    List<Trial> trials,
    int untried) {
  /** A result whose trials nobody changes. */
  public TuningResult {
    trials = List.copyOf(trials);
  }

  /** Whether another variant than the current one won. */
  public boolean improved() {
    return !winner.equals(current);
  }

  /**
   * One variant that was tried.
   *
   * @param gflops its speed on the first of the problems; 0 if it was dropped before
   * @param dropped why it cannot be used; null if it can
   */
  public record Trial(KernelVariant variant, double gflops, @Nullable String dropped) {}
}
