package dev.clgrad.cli;

import dev.clgrad.ClgradException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The entry point of the command line.
 *
 * <p>Exit status: 0 for success, 1 for a failure that one line on the error output explains, 2 for
 * arguments that make no sense.
 */
@Command(
    name = "clgrad",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Automatic differentiation on OpenCL devices.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      NotebookCommand.class,
      DevicesCommand.class,
      CacheCommand.class,
      TuneCommand.class,
      CommandLine.HelpCommand.class
    },
    footer = {
      "",
      "Environment:",
      "  CLGRAD_CACHE_DIR   the folder of compiled programs",
      "  CLGRAD_DEVICE      the device where no --device is given",
      "  CLGRAD_TUNED_DIR   the folder of what `tune` has found",
      "  CLGRAD_RELAUNCHED  set, to anything, it keeps the command in one process"
    })
public final class Main implements Runnable {
  /** Arguments that are answered without a device, and so in this process. */
  private static final List<String> HELP = List.of("-h", "--help", "-V", "--version", "help");

  /** A command that needs no device either. */
  private static final String CACHE = "cache";

  @Spec private @Nullable CommandSpec spec;

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    // Before anything of picocli is loaded: a process that only starts another starts fast.
    if (args.length > 0
        && !args[0].equals(CACHE)
        && Arrays.stream(args).noneMatch(HELP::contains)) {
      OptionalInt status = Relaunch.ifNeeded(Main.class, args);
      if (status.isPresent()) {
        System.exit(status.getAsInt());
      }
    }
    System.exit(commandLine().execute(args));
  }

  /** The command line with all its commands. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (exception, commandLine, parsed) -> {
              if (!(exception instanceof ClgradException)) {
                throw exception;
              }
              PrintWriter err = commandLine.getErr();
              err.println("clgrad: " + exception.getMessage());
              err.flush();
              return ExitCode.SOFTWARE;
            });
  }

  /** Without a command: what commands there are. */
  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }

  /** Reads the version from the manifest of the jar it runs from. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"clgrad " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
