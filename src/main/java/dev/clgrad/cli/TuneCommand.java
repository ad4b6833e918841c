package dev.clgrad.cli;

import dev.clgrad.Device;
import dev.clgrad.KernelTuning;
import dev.clgrad.backend.TunedVariants;
import dev.clgrad.backend.TuningResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clgrad tune}. */
@Command(
    name = "tune",
    mixinStandardHelpOptions = true,
    description = "Measures which variants of the matrix product's kernels suit a device best.",
    footer = {
      "",
      "The winners are kept in kernel-variants-DEVICE.properties, in the folder that",
      "the environment variable CLGRAD_TUNED_DIR names, else in clgrad of",
      "XDG_CONFIG_HOME, else in ~/.config/clgrad, and hold for this driver. To have",
      "the bundled variants again, delete the file; CLGRAD_TUNED=off leaves it alone."
    })
final class TuneCommand implements Callable<Integer> {
  @Mixin private DeviceOption device = new DeviceOption();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "About how long it may take; ${DEFAULT-VALUE} by default.")
  private int seconds;

  @Option(names = "--dry-run", description = "Keep nothing.")
  private boolean dryRun;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      return ExitCode.SOFTWARE;
    }
    if (seconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "Invalid value for option '--seconds': at least 1 is needed");
    }
    Logging.start("WARN");
    PrintWriter out = spec.commandLine().getOut();
    Device used = device.open();
    out.println(used.selection());
    int problems = KernelTuning.problems(used).size();
    if (problems == 0) {
      out.println("nothing to tune: " + used.name() + " does not choose among kernels");
      out.flush();
      return ExitCode.OK;
    }
    out.println(problems + " problems, about " + seconds + " s; speeds in GFLOP/s");
    out.flush();
    List<TuningResult> results =
        KernelTuning.measure(used, Duration.ofSeconds(seconds), result -> show(result, out));
    out.println();
    long improved = results.stream().filter(TuningResult::improved).count();
    out.println(improved + " of " + results.size() + " problems have a better variant");
    if (!dryRun) {
      keep(used, results, out, spec.commandLine().getErr());
    } else {
      out.println("kept nothing: --dry-run");
    }
    out.flush();
    return ExitCode.OK;
  }

  /** What cannot be kept has been measured all the same: the output says it. */
  private static void keep(
      Device used, List<TuningResult> results, PrintWriter out, PrintWriter err) {
    try {
      Path file = KernelTuning.store(used, results);
      out.println(file == null ? "kept nothing: the bundled variants stay" : "kept in " + file);
      if (file != null && !TunedVariants.enabled()) {
        out.println("not used: clgrad.tuned is off");
      }
    } catch (IOException e) {
      err.println("clgrad: the winners cannot be kept: " + e);
      err.flush();
    }
  }

  private static void show(TuningResult result, PrintWriter out) {
    out.println();
    out.println(result.problem());
    for (TuningResult.Trial trial : result.trials()) {
      String speed =
          trial.dropped() != null
              ? "dropped"
              : trial.gflops() > 0 ? String.format(Locale.ROOT, "%.1f", trial.gflops()) : "untimed";
      out.printf(
          Locale.ROOT,
          "  %8s  %s%s%n",
          speed,
          trial.variant(),
          trial.dropped() == null ? "" : ": " + trial.dropped());
    }
    if (result.untried() > 0) {
      out.println("  no time for " + result.untried() + " or more further candidates");
    }
    if (result.improved()) {
      out.printf(
          Locale.ROOT,
          "  winner    %s: %.1f, the current one %.1f%n",
          result.winner(),
          result.winnerGflops(),
          result.currentGflops());
    } else {
      out.printf(Locale.ROOT, "  stays     %s: %.1f%n", result.current(), result.currentGflops());
    }
    out.flush();
  }
}
