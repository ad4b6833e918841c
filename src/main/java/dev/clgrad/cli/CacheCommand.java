package dev.clgrad.cli;

import dev.clgrad.backend.programs.CacheSettings;
import dev.clgrad.backend.programs.ProgramFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clgrad cache}: the compiled programs kept on disk. */
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    description = "Tells what compiled programs are kept on disk, or deletes them.",
    footer = {
      "",
      "The folder is what the environment variable CLGRAD_CACHE_DIR names, else",
      "clgrad/programs in XDG_CACHE_HOME, else ~/.cache/clgrad/programs. PoCL keeps a",
      "cache of its own beside it, in POCL_CACHE_DIR or ~/.cache/pocl, which this",
      "command leaves alone."
    })
final class CacheCommand implements Callable<Integer> {
  @Option(names = "--clear", description = "Delete all of them.")
  private boolean clear;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Logging.start("WARN");
    ProgramFolder folder = CacheSettings.folder();
    if (spec == null || folder == null) {
      return ExitCode.SOFTWARE;
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      if (clear) {
        ProgramFolder.Usage deleted = folder.clear();
        out.println("deleted " + describe(deleted) + " from " + folder.path());
      } else {
        show(folder, out);
      }
    } catch (IOException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("clgrad: " + folder.path() + ": " + e);
      err.flush();
      return ExitCode.SOFTWARE;
    }
    out.flush();
    return ExitCode.OK;
  }

  private static void show(ProgramFolder folder, PrintWriter out) throws IOException {
    out.println("folder    " + folder.path());
    out.println("programs  " + describe(folder.usage()));
    out.println("bound     " + DevicesCommand.bytes(folder.maxBytes()));
    String obstacle = folder.obstacle();
    if (!CacheSettings.enabled()) {
      out.println("not used: clgrad.cache is off");
    } else if (obstacle != null) {
      out.println("not used: " + obstacle);
    }
  }

  private static String describe(ProgramFolder.Usage usage) {
    return usage.programs()
        + (usage.programs() == 1 ? " program, " : " programs, ")
        + DevicesCommand.bytes(usage.bytes());
  }
}
