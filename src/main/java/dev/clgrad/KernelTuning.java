package dev.clgrad;

import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariants;
import dev.clgrad.backend.TunedVariants;
import dev.clgrad.backend.TuningResult;
import dev.clgrad.op.MatrixProductTuner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which variants of the matrix product's kernels suit a device best, and keeps them for
 * this user: {@code java -jar clgrad.jar tune}. Nothing is measured unless it is asked for; without
 * it the variants that come with clgrad are used.
 */
public final class KernelTuning {
  private KernelTuning() {}

  /** The problems whose kernels can be chosen on a device; none on the CPU backend. */
  public static List<String> problems(Device device) {
    return new MatrixProductTuner(device.scheduler()).problems();
  }

  /**
   * Measures candidates for each problem. A candidate that does not compute what the reference
   * kernel does, or does not run, is dropped and says why; one wins only if it is faster than the
   * variant in use by more than noise. Nothing else should use the device meanwhile.
   *
   * @param budget about how long it may take, shared by all problems
   * @param each is told of each problem as soon as it is measured
   */
  public static List<TuningResult> measure(
      Device device, Duration budget, Consumer<TuningResult> each) {
    return new MatrixProductTuner(device.scheduler()).run(budget, each);
  }

  /**
   * Keeps the winners for this user and device, for processes that open it from now on; those that
   * have it open go on as they are.
   *
   * @return the file; null if no variant is better than those that come with clgrad, so that there
   *     is none
   * @throws IOException if the file cannot be written
   */
  public static @Nullable Path store(Device device, List<TuningResult> results) throws IOException {
    Backend backend = device.scheduler().backend();
    KernelVariants variants = backend.variants();
    return TunedVariants.store(backend.device(), variants, results);
  }
}
