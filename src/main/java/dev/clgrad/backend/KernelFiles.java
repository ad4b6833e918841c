package dev.clgrad.backend;

import dev.clgrad.KernelBuildException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernel files: those in the jar under {@code dev/clgrad/kernels}, and those that a program
 * adds.
 */
public final class KernelFiles {
  private static final ConcurrentHashMap<String, String> CACHE = new ConcurrentHashMap<>();

  private KernelFiles() {}

  /** The text that stands before every kernel file. */
  public static String prelude() {
    return withLines("prelude.cl");
  }

  /** A kernel file behind a directive that makes the compiler count its own lines. */
  public static String withLines(String file) {
    return CACHE.computeIfAbsent(file, f -> "#line 1 \"" + f + "\"\n" + read(f) + "\n");
  }

  /** Whether there is a kernel file in the jar. */
  public static boolean isBuiltIn(String file) {
    return KernelFiles.class.getResource("/dev/clgrad/kernels/" + file) != null;
  }

  /**
   * Adds a file of a program's own, for the life of the process, as what is compiled of it is kept
   * too. The same text may be added again.
   *
   * @param path what {@link #withLines} finds it by: one for each text
   * @param text the file as it stands in programs, with its {@code #line} directive
   */
  public static void add(String path, String text) {
    String before = CACHE.putIfAbsent(path, text);
    if (before != null && !before.equals(text)) {
      throw new IllegalArgumentException("two kernel files of one path: " + path);
    }
  }

  private static String read(String file) {
    try (InputStream in = KernelFiles.class.getResourceAsStream("/dev/clgrad/kernels/" + file)) {
      if (in == null) {
        throw new KernelBuildException(
            "kernel file "
                + file
                + " is not in the jar; package the folder kernels/ as dev/clgrad/kernels");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new KernelBuildException("kernel file " + file + " could not be read", e);
    }
  }
}
