package dev.clgrad.backend;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The variants that were measured for a user's device, in one file a device.
 *
 * <ul>
 *   <li>property {@code clgrad.tuned}, else the environment variable {@code CLGRAD_TUNED}: {@code
 *       off} reads no file;
 *   <li>property {@code clgrad.tuned.dir}, else the environment variable {@code CLGRAD_TUNED_DIR},
 *       else {@code clgrad} in {@code XDG_CONFIG_HOME}, else in {@code .config} of the user's home:
 *       the folder.
 * </ul>
 *
 * <p>A file holds for the platform and driver it was measured with. One that does not, or that
 * makes no sense, is left alone as a whole, with a warning: a product is then computed as if there
 * were none.
 */
public final class TunedVariants {
  private static final Logger LOG = LoggerFactory.getLogger(TunedVariants.class);
  private static final String PLATFORM = "platform";
  private static final String DRIVER = "driver";
  private static final long MOST_BYTES = 1 << 16;

  private TunedVariants() {}

  /** Whether the user's files are read. */
  public static boolean enabled() {
    return !"off".equals(UserFiles.setting("clgrad.tuned", "CLGRAD_TUNED"));
  }

  /**
   * Where the variants of a device are, or would be.
   *
   * @throws InvalidPathException if the folder that is set is no path on this system
   */
  public static Path file(DeviceRecord device) {
    return folder()
        .resolve("kernel-variants-" + KernelVariants.word(device.device()) + ".properties");
  }

  private static Path folder() {
    String name = UserFiles.setting("clgrad.tuned.dir", "CLGRAD_TUNED_DIR");
    return name == null
        ? UserFiles.standardFolder("XDG_CONFIG_HOME", ".config")
        : Path.of(name).toAbsolutePath();
  }

  /** The variants of a device by problem; none where there is no file that can be used. */
  public static Map<String, KernelVariant> load(DeviceRecord device, Limits limits) {
    if (!enabled()) {
      return Map.of();
    }
    Path file = null;
    try {
      file = file(device);
      return read(file, device, limits);
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (IOException | IllegalArgumentException | SecurityException e) {
      // An invalid path is an illegal argument too.
      String reason = e instanceof IOException ? e.toString() : String.valueOf(e.getMessage());
      LOG.warn(
          "the kernel variants of {} are not used, and the bundled ones are: {}; run `java -jar"
              + " clgrad.jar tune` again, or delete the file",
          file == null ? "this user" : file,
          reason);
      return Map.of();
    }
  }

  /**
   * What a file holds.
   *
   * @throws IllegalArgumentException if it makes no sense, or not for this device
   */
  static Map<String, KernelVariant> read(Path file, DeviceRecord device, Limits limits)
      throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new IllegalArgumentException("it is larger than any such file");
    }
    Properties table = new Properties();
    table.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
    same(table, PLATFORM, device.platform());
    same(table, DRIVER, device.driver());
    KernelVariants bundled = new KernelVariants(device, limits);
    Map<String, KernelVariant> found = new TreeMap<>();
    for (String problem : table.stringPropertyNames()) {
      if (problem.equals(PLATFORM) || problem.equals(DRIVER)) {
        continue;
      }
      if (!bundled.has(problem)) {
        throw new IllegalArgumentException("there is no problem " + problem);
      }
      KernelVariant variant = KernelVariant.parse(table.getProperty(problem));
      String obstacle = KernelVariantCheck.obstacle(problem, variant, device, limits);
      if (obstacle != null) {
        throw new IllegalArgumentException(problem + " = " + variant + ": " + obstacle);
      }
      found.put(problem, variant);
    }
    return found;
  }

  private static void same(Properties table, String what, String now) {
    String then = table.getProperty(what);
    if (!now.strip().equals(then)) {
      throw new IllegalArgumentException(
          "it was measured with " + what + " " + then + ", and now there is " + now.strip());
    }
  }

  /**
   * Keeps what was measured: those winners that are not the bundled variants, and what was kept
   * before for other problems. Backends opened from now on use it.
   *
   * @return the file; null if the bundled variants are the best of all, so that there is no file
   * @throws IOException if the file cannot be written
   */
  public static @Nullable Path store(
      DeviceRecord device, KernelVariants variants, List<TuningResult> results) throws IOException {
    Map<String, KernelVariant> kept = new TreeMap<>(variants.tuned());
    StringBuilder text = new StringBuilder();
    text.append("# Written by `clgrad tune`, ")
        .append(OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS))
        .append(", for ")
        .append(line(device.device()))
        .append(", driver ")
        .append(line(device.driver()))
        .append(".\n# Delete it to have the bundled variants again.\n");
    for (TuningResult result : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "# %s: %.1f GFLOP/s before, %.1f after\n",
              result.problem(),
              result.currentGflops(),
              result.winnerGflops()));
      kept.put(result.problem(), result.winner());
    }
    kept.entrySet().removeIf(e -> variants.bundled(e.getKey()).equals(e.getValue()));
    Path file = file(device);
    if (kept.isEmpty()) {
      Files.deleteIfExists(file);
      return null;
    }
    text.append(property(PLATFORM, device.platform())).append(property(DRIVER, device.driver()));
    kept.forEach((problem, variant) -> text.append(property(problem, variant.toString())));
    UserFiles.createFolder(folder());
    UserFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    return file;
  }

  /** A line as {@link Properties} reads it. */
  private static String property(String key, String value) {
    return key + " = " + line(value).replace("\\", "\\\\") + "\n";
  }

  private static String line(String text) {
    return text.replaceAll("[\\r\\n]+", " ").strip();
  }
}
