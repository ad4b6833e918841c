package dev.clgrad.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** The machine in words. */
final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Machine() {}

  static String describe() {
    return processor()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores, "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + ", Java "
        + System.getProperty("java.vm.version");
  }

  /** How many processes wanted to run in the last minute, on average: the benchmark's own too. */
  static String load() {
    return String.format(
        Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /** Whether the processor has AVX-512's foundation. */
  static boolean hasAvx512() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines.anyMatch(line -> line.startsWith("flags") && line.contains(" avx512f"));
    } catch (IOException e) {
      // Not Linux: then nothing is said of it.
      return false;
    }
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      // Not Linux: the architecture has to do.
      return System.getProperty("os.arch");
    }
  }
}
