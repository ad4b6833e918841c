package dev.clgrad.backend.opencl;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where Linux keeps the OpenCL loader. Packages without development files install {@code
 * libOpenCL.so.1} alone, and vendors use folders that the dynamic linker does not search.
 */
final class LoaderSearch {
  private static final List<String> NAMES = List.of("libOpenCL.so.1", "libOpenCL.so");

  private static final List<String> USUAL =
      List.of(
          "/lib/x86_64-linux-gnu",
          "/usr/lib/x86_64-linux-gnu",
          "/lib/aarch64-linux-gnu",
          "/usr/lib/aarch64-linux-gnu",
          "/lib64",
          "/usr/lib64",
          "/lib",
          "/usr/lib",
          "/usr/local/lib",
          "/usr/local/nvidia/lib64",
          "/usr/local/cuda/lib64",
          "/usr/local/cuda/targets/x86_64-linux/lib",
          "/opt/rocm/lib",
          "/opt/rocm/opencl/lib",
          "/opt/intel/oneapi/compiler/latest/lib");

  private LoaderSearch() {}

  /**
   * The first loader for this machine, in the dynamic linker's order and then the usual folders;
   * null if there is none.
   */
  static @Nullable Path find() {
    Set<String> folders = new LinkedHashSet<>();
    addPath(folders, System.getenv("LD_LIBRARY_PATH"));
    addPath(folders, System.getProperty("java.library.path"));
    addConfigured(folders, Path.of("/etc/ld.so.conf"), 0);
    folders.addAll(USUAL);
    for (String folder : folders) {
      for (String name : NAMES) {
        Path file = file(folder, name);
        if (file != null && Files.isRegularFile(file) && SharedObject.read(file) != null) {
          return file;
        }
      }
    }
    return null;
  }

  private static @Nullable Path file(String folder, String name) {
    try {
      return Path.of(folder, name).toAbsolutePath();
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static void addPath(Set<String> folders, @Nullable String path) {
    if (path != null) {
      for (String folder : path.split(":", -1)) {
        if (!folder.isBlank()) {
          folders.add(folder);
        }
      }
    }
  }

  /** Reads the dynamic linker's configuration: a folder a line, and includes with a pattern. */
  private static void addConfigured(Set<String> folders, Path file, int depth) {
    try {
      for (String each : Files.readAllLines(file)) {
        String line = each.strip();
        if (line.startsWith("include ") && depth < 4) {
          addIncluded(folders, line.substring(8).strip(), depth + 1);
        } else if (line.startsWith("/")) {
          folders.add(line);
        }
      }
    } catch (IOException e) {
      return; // no such file, or not for us: the usual folders follow
    }
  }

  private static void addIncluded(Set<String> folders, String pattern, int depth)
      throws IOException {
    Path whole = Path.of("/etc").resolve(pattern);
    Path parent = whole.getParent();
    Path last = whole.getFileName();
    if (parent == null || last == null || !Files.isDirectory(parent)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(parent, last.toString())) {
      for (Path file : files) {
        addConfigured(folders, file, depth);
      }
    }
  }
}
