package dev.clgrad.backend;

import dev.clgrad.KernelBuildException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;

/** Reads the kernel files, which lie in the jar under {@code dev/clgrad/kernels}. */
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
