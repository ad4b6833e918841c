package dev.clgrad.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code clgrad notebook}. */
@Command(
    name = "notebook",
    mixinStandardHelpOptions = true,
    description = "Runs the autograd notebook: gradients by hand and by clgrad.")
final class NotebookCommand implements Runnable {
  @Mixin private DeviceOption device = new DeviceOption();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    Logging.start("INFO");
    device.open();
    if (spec != null) {
      new Notebook(spec.commandLine().getOut()).run();
    }
  }
}
