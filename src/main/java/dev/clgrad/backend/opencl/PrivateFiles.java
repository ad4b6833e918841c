package dev.clgrad.backend.opencl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Libraries that are made at run time: written where only this user can, loaded, and removed again.
 */
final class PrivateFiles {
  private PrivateFiles() {}

  /**
   * Loads a library from its bytes. The file is removed at once: what is loaded stays loaded.
   *
   * @throws IOException if the temporary folder cannot be written
   * @throws UnsatisfiedLinkError if it does not load, for instance because that folder is mounted
   *     noexec
   */
  static void load(byte[] library) throws IOException {
    Path folder = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
    Path file = Files.createTempFile(folder, "clgrad-", ".so");
    try {
      Files.write(file, library);
      System.load(file.toString());
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
