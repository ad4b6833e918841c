package dev.clgrad.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Files that all processes of a user share: where they lie, and how they are written. */
public final class UserFiles {
  /** How the names of files end that are being written. */
  public static final String TEMPORARY = ".tmp";

  private UserFiles() {}

  /** What a property says, else an environment variable; null where neither says anything. */
  public static @Nullable String setting(String property, String variable) {
    String value = System.getProperty(property);
    if (value == null || value.isBlank()) {
      value = System.getenv(variable);
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  /**
   * clgrad's own folder of a kind, as the XDG base directory specification has it.
   *
   * @param variable the environment variable that names the folder of all programs
   * @param fallback its name below the user's home where the variable is not set
   * @throws java.nio.file.InvalidPathException if the variable's value is no path on this system
   */
  public static Path standardFolder(String variable, String fallback) {
    String set = System.getenv(variable);
    // The standard of these folders has relative ones ignored.
    Path folder =
        set != null && Path.of(set).isAbsolute()
            ? Path.of(set)
            : Path.of(System.getProperty("user.home", "."), fallback);
    return folder.resolve("clgrad").toAbsolutePath();
  }

  /** Makes a folder, where it is missing, for its owner alone. */
  public static void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(folder);
    }
  }

  /**
   * Writes a file for its owner alone, beside its place, and renames it: no process ever reads half
   * a file.
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(folder, "", TEMPORARY);
    try {
      Files.write(temporary, bytes);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
