package dev.clgrad.cli;

import dev.clgrad.Clgrad;
import dev.clgrad.Device;
import dev.clgrad.data.Digits;
import dev.clgrad.data.StrokeDigits;
import java.io.PrintWriter;
import java.nio.file.Path;
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

/** {@code clgrad demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Runs the notebook, then trains a classifier on handwritten digits.")
final class DemoCommand implements Callable<Integer> {
  private static final long SEED = 1;

  /** What the default training reaches on the digits that clgrad draws, on every device. */
  private static final double EXPECTED_ACCURACY = 0.97;

  @Mixin private DeviceOption device = new DeviceOption();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The folder with MNIST's four files, or others of the format, plain or gzipped. Without"
              + " it clgrad draws digits itself.")
  private @Nullable Path data;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "Passes over the training digits; ${DEFAULT-VALUE} by default.")
  private int epochs;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      return ExitCode.SOFTWARE;
    }
    if (epochs < 1) {
      throw new ParameterException(
          spec.commandLine(), "Invalid value for option '--epochs': at least 1 is needed");
    }
    // The device is part of this command's output.
    Logging.start("WARN");
    PrintWriter out = spec.commandLine().getOut();
    Device used = device.open();
    out.println(used.selection());
    out.println();
    new Notebook(out).run();
    out.println();

    Digits digits = data == null ? StrokeDigits.load() : Digits.load(data);
    out.println(digits.source());
    Clgrad.manualSeed(SEED);
    DigitClassifier classifier = new DigitClassifier(digits);
    out.println(classifier.model());
    out.flush();
    DigitClassifier.Score score = train(classifier, out);
    out.println("held-out: " + score);
    out.flush();
    // Other data may be harder.
    if (data == null && score.accuracy() < EXPECTED_ACCURACY) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          String.format(
              Locale.ROOT,
              "clgrad: the held-out accuracy is below %.0f %%",
              100 * EXPECTED_ACCURACY));
      err.flush();
      return ExitCode.SOFTWARE;
    }
    return ExitCode.OK;
  }

  private DigitClassifier.Score train(DigitClassifier classifier, PrintWriter out) {
    Progress progress = new Progress(out, Progress.onTerminal());
    DigitClassifier.Score score = classifier.score();
    out.println("untrained, held-out " + score);
    out.flush();
    for (int epoch = 1; epoch <= epochs; epoch++) {
      double rate = classifier.trainEpoch(epoch, progress);
      score = classifier.score();
      progress.finish(
          String.format(
              Locale.ROOT, "epoch %d/%d, held-out %s, %.0f images/s", epoch, epochs, score, rate));
    }
    return score;
  }
}
