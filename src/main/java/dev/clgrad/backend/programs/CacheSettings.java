package dev.clgrad.backend.programs;

import dev.clgrad.backend.UserFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the user wants compiled programs kept.
 *
 * <ul>
 *   <li>property {@code clgrad.cache}, else the environment variable {@code CLGRAD_CACHE}: {@code
 *       off} keeps none;
 *   <li>property {@code clgrad.cache.dir}, else the environment variable {@code CLGRAD_CACHE_DIR},
 *       else {@code clgrad/programs} in {@code XDG_CACHE_HOME}, else in {@code .cache} of the
 *       user's home;
 *   <li>property {@code clgrad.cache.maxBytes}: the size the folder may have, 268435456 (256 MiB)
 *       if it is not set.
 * </ul>
 */
public final class CacheSettings {
  /** The bound of the folder where none is set. */
  public static final long DEFAULT_MAX_BYTES = 256L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(CacheSettings.class);
  private static final String SWITCH = "clgrad.cache";
  private static final String FOLDER = "clgrad.cache.dir";
  private static final String MAX_BYTES = "clgrad.cache.maxBytes";

  private CacheSettings() {}

  /** Whether programs are to be kept at all. */
  public static boolean enabled() {
    return !"off".equals(UserFiles.setting(SWITCH, "CLGRAD_CACHE"));
  }

  /** The folder that is set; null if its name is no path on this system. */
  public static @Nullable ProgramFolder folder() {
    String name = UserFiles.setting(FOLDER, "CLGRAD_CACHE_DIR");
    try {
      return new ProgramFolder(
          name == null
              ? UserFiles.standardFolder("XDG_CACHE_HOME", ".cache").resolve("programs")
              : Path.of(name).toAbsolutePath(),
          maxBytes());
    } catch (InvalidPathException e) {
      LOG.warn("{} is no folder for compiled programs: {}", name, e.getMessage());
      return null;
    }
  }

  private static long maxBytes() {
    String text = System.getProperty(MAX_BYTES);
    if (text == null) {
      return DEFAULT_MAX_BYTES;
    }
    try {
      long bytes = Long.parseLong(text.strip());
      if (bytes >= 0) {
        return bytes;
      }
    } catch (NumberFormatException e) {
      LOG.debug("{}", text, e);
    }
    LOG.warn("{}={} is no number of bytes; it stays {}", MAX_BYTES, text, DEFAULT_MAX_BYTES);
    return DEFAULT_MAX_BYTES;
  }
}
