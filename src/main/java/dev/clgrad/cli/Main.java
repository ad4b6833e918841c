package dev.clgrad.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The entry point of the command line. */
@Command(
    name = "clgrad",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Automatic differentiation on OpenCL devices.")
public final class Main implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() {
    if (spec != null) {
      spec.commandLine().usage(System.out);
    }
    return 0;
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
