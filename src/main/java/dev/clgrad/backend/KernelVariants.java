package dev.clgrad.backend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which member of a kernel family a device gets for a kind of problem. What the user had measured
 * ({@link TunedVariants}) comes first. Then {@code kernel-variants.properties}, which is bundled,
 * is asked for the device by its name, for its architecture, its vendor, and its type; the first
 * answer counts.
 *
 * <p>A problem is named by its operation, dtype and size, such as {@code matmul.float32.large}.
 */
public final class KernelVariants {
  private static final Properties BUNDLED = bundled();

  private final List<String> keys;
  private final Map<String, KernelVariant> tuned;
  private final Map<String, KernelVariant> found = new ConcurrentHashMap<>();

  /** The bundled variants for a device. */
  public KernelVariants(DeviceRecord device, Limits limits) {
    this(device, limits, Map.of());
  }

  /**
   * The variants for a device.
   *
   * @param tuned those by problem that come before the bundled ones; they have been checked
   */
  public KernelVariants(DeviceRecord device, Limits limits, Map<String, KernelVariant> tuned) {
    this.tuned = Map.copyOf(tuned);
    this.keys =
        List.of(
            "device." + word(device.device()),
            "architecture." + architecture(device, limits),
            "vendor." + word(device.vendor()),
            "default." + (limits.cpuType() ? "cpu" : "gpu"),
            // Kernels with explicit vectors run on GPUs too, where a test asks for them.
            "default.cpu");
  }

  /**
   * What devices that run the same kernels equally well have in common: the width of its registers
   * for a CPU, the chip's family for a GPU that names it.
   */
  private static String architecture(DeviceRecord device, Limits limits) {
    if (limits.cpuType()) {
      return "cpu-" + limits.registerBytes() * 8;
    }
    // AMD's drivers name a device after its instruction set: gfx90a:sramecc+:xnack-.
    int colon = device.device().indexOf(':');
    return word(colon < 0 ? device.device() : device.device().substring(0, colon));
  }

  /** A name as a part of a key: small letters and digits, with a hyphen for everything else. */
  static String word(String name) {
    return name.toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9]+", "-")
        .replaceAll("(^-+)|(-+$)", "");
  }

  /**
   * The variant for a problem.
   *
   * @throws IllegalStateException if no table has the problem
   */
  public KernelVariant get(String problem) {
    KernelVariant known = found.get(problem);
    return known != null ? known : found.computeIfAbsent(problem, this::lookUp);
  }

  private KernelVariant lookUp(String problem) {
    KernelVariant own = tuned.get(problem);
    return own != null ? own : bundled(problem);
  }

  /** Those that come before the bundled ones, by problem. */
  public Map<String, KernelVariant> tuned() {
    return tuned;
  }

  /** Whether there is a bundled variant for a problem. */
  boolean has(String problem) {
    return keys.stream().anyMatch(key -> BUNDLED.getProperty(key + "." + problem) != null);
  }

  /**
   * The bundled variant for a problem.
   *
   * @throws IllegalStateException if the table does not have the problem
   */
  public KernelVariant bundled(String problem) {
    for (String key : keys) {
      String text = BUNDLED.getProperty(key + "." + problem);
      if (text != null) {
        return KernelVariant.parse(text);
      }
    }
    throw new IllegalStateException("no table of kernel variants has " + problem);
  }

  private static Properties bundled() {
    Properties table = new Properties();
    try (InputStream in = KernelVariants.class.getResourceAsStream("kernel-variants.properties")) {
      if (in == null) {
        throw new IllegalStateException("kernel-variants.properties is not on the class path");
      }
      table.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return table;
  }
}
