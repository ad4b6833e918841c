package dev.clgrad.backend.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a folder is this user's alone to write. A compiled program is machine code that this
 * process will run: it must not come from anybody else.
 */
final class Ownership {
  private static final int WRITABLE_BY_OTHERS = 022;

  private Ownership() {}

  /**
   * Looks at a folder's owner and permissions. Systems without those of POSIX have nothing to look
   * at: there the folder lies in the user's own by default.
   *
   * @return why nothing must be loaded from it; null if it may
   */
  static @Nullable String obstacle(Path folder) throws IOException {
    Map<String, Object> found;
    Object user;
    try {
      found = Files.readAttributes(folder, "unix:uid,mode");
      user = user();
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return null;
    }
    if (!user.equals(found.get("uid"))) {
      return "it belongs to another user";
    }
    if (found.get("mode") instanceof Integer mode && (mode & WRITABLE_BY_OTHERS) != 0) {
      return "other users may write to it; `chmod go-w` takes that from them";
    }
    return null;
  }

  /** The number of the user that this process runs as, which Java does not tell directly. */
  private static Object user() throws IOException {
    Path process = Path.of("/proc/self");
    Path own = Files.exists(process) ? process : Path.of(System.getProperty("user.home", "."));
    return Files.getAttribute(own, "unix:uid");
  }
}
