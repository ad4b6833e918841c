package dev.clgrad.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Runs the command line again in a child process that has what this one lacks: the module of the
 * Vector API, which no manifest can add, and {@code POCL_SIGFPE_HANDLER=0} in the environment,
 * without which PoCL breaks Java's division by zero.
 *
 * <p>The child is the same java with the same options, class path and arguments. It shares input
 * and output with this process, its exit status becomes this one's, and signals that end this
 * process end it too. The environment variable {@value #GUARD} keeps a child from starting another;
 * set it to run without a child.
 */
final class Relaunch {
  /** Set, to anything, in the environment of a child. */
  static final String GUARD = "CLGRAD_RELAUNCHED";

  private static final String MODULE = "jdk.incubator.vector";
  private static final String HANDLER = "POCL_SIGFPE_HANDLER";

  /** The JVM turns these variables into options, and the child gets those as arguments already. */
  private static final List<String> OPTION_VARIABLES =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  /** What a process killed by signal 9 reports, as a shell counts. */
  private static final int KILLED = 137;

  private static final long SECONDS_TO_END = 10;

  private Relaunch() {}

  /**
   * Runs a main class in a child process where this one lacks something, and waits for its end.
   *
   * @return the child's exit status; empty if the program should go on in this process
   */
  static OptionalInt ifNeeded(Class<?> main, String[] args) {
    if (System.getenv(GUARD) != null) {
      endWithParent();
      return OptionalInt.empty();
    }
    List<String> additions = additions();
    if (additions.isEmpty() && System.getenv(HANDLER) != null) {
      return OptionalInt.empty();
    }
    ProcessBuilder builder = new ProcessBuilder(command(main, args, additions)).inheritIO();
    Map<String, String> environment = builder.environment();
    environment.keySet().removeAll(OPTION_VARIABLES);
    environment.putIfAbsent(HANDLER, "0");
    environment.put(GUARD, "1");
    Process child;
    try {
      child = builder.start();
    } catch (IOException e) {
      // The library says itself what it does without.
      System.err.println("clgrad: goes on without a process of its own: " + e.getMessage());
      return OptionalInt.empty();
    }
    return OptionalInt.of(waitFor(child));
  }

  /** Options that this JVM was not started with. */
  private static List<String> additions() {
    boolean present = ModuleLayer.boot().findModule(MODULE).isPresent();
    // A JVM whose image lacks the module refuses to start with it.
    if (present || ModuleFinder.ofSystem().find(MODULE).isEmpty()) {
      return List.of();
    }
    return List.of("--add-modules=" + MODULE);
  }

  private static List<String> command(Class<?> main, String[] args, List<String> additions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(additions);
    // The manifest allows native access to what -jar starts; the child is started by its class.
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(args));
    return command;
  }

  private static int waitFor(Process child) {
    Thread ending = new Thread(() -> end(child), "end-of-child");
    Runtime.getRuntime().addShutdownHook(ending);
    while (child.isAlive()) {
      try {
        child.waitFor();
      } catch (InterruptedException e) {
        // Nobody here interrupts this thread for a purpose; the child decides when it is over.
      }
    }
    return child.exitValue();
  }

  /** A signal that ends this process ends the child, which may still say something. */
  private static void end(Process child) {
    child.destroy();
    try {
      if (child.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    child.destroyForcibly();
  }

  /** A parent that is killed outright cannot end its child, so the child watches it. */
  private static void endWithParent() {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              Thread watch =
                  new Thread(
                      () -> {
                        parent.onExit().join();
                        Runtime.getRuntime().halt(KILLED);
                      },
                      "watch-parent");
              watch.setDaemon(true);
              watch.start();
            });
  }
}
