package dev.clgrad.backend;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a variant makes sense for a problem on a device. The kernels rely on all of this: a
 * variant that breaks it does not compile, reads beyond its arrays, or does not fit the device.
 */
public final class KernelVariantCheck {
  /** The most private memory of a work-item on a device of CPU type: what a core's caches hold. */
  private static final long PRIVATE_BYTES = 1 << 20;

  private static final int MOST = 4096;
  private static final int MOST_GROUPS = 1 << 16;

  private static final Set<String> BLOCK_PARAMETERS =
      Set.of("ROWS", "VECTORS", "DEPTH", "BLOCK_ROWS", "BLOCK_COLUMNS");
  private static final Set<String> TILE_PARAMETERS =
      Set.of("TILE_M", "TILE_N", "DEPTH", "ITEM_M", "ITEM_N", "GROUPS");
  private static final Set<String> UNIT_PARAMETERS =
      Set.of("TILE_M", "TILE_N", "WARP_M", "WARP_N", "DEPTH", "STAGES", "GROUPS");
  private static final Set<String> SUB_GROUP_PARAMETERS =
      Set.of("TILE_M", "TILE_N", "WARP_M", "WARP_N", "DEPTH", "GROUPS");

  private KernelVariantCheck() {}

  /**
   * Why a variant cannot be used for a problem on a device; null if it can.
   *
   * @param problem such as {@code matmul.float32.large}
   */
  public static @Nullable String obstacle(
      String problem, KernelVariant v, DeviceRecord device, Limits limits) {
    String[] words = problem.split("\\.", -1);
    if (words.length != 3 || !words[0].equals("matmul")) {
      return "there is no problem " + problem;
    }
    boolean units = words[1].equals("units") || words[1].equals("subgroups");
    if (!units && !words[1].equals("float32") && !words[1].equals("float64")) {
      return "there is no problem " + problem;
    }
    int bytes = words[1].equals("float64") ? Double.BYTES : Float.BYTES;
    int width = Math.max(1, Math.min(16, limits.registerBytes() / bytes));
    return switch (v.kernel()) {
      case "blocks", "panels" ->
          units || !limits.cpuType()
              ? "kernel " + v.kernel() + " is for products on devices of CPU type"
              : first(parameters(v, BLOCK_PARAMETERS), blocks(v, width, bytes));
      case "tiles" ->
          units || limits.cpuType()
              ? "kernel tiles is for products on GPUs, without matrix units"
              : first(parameters(v, TILE_PARAMETERS), tiles(v, Math.min(4, width), device, bytes));
      case "units" ->
          !words[1].equals("units") || limits.cpuType()
              ? "kernel units is for matrix units alone, of NVIDIA's GPUs"
              : first(parameters(v, UNIT_PARAMETERS), units(v, device));
      case "subgroups" ->
          !words[1].equals("subgroups") || limits.cpuType()
              ? "kernel subgroups is for matrix units alone, of Intel's GPUs"
              : first(parameters(v, SUB_GROUP_PARAMETERS), subgroups(v, device));
      default -> "there is no kernel " + v.kernel() + " to choose for " + problem;
    };
  }

  /** Whether a device has the work-groups and the local memory for tiles of a type. */
  public static boolean tilesFit(KernelVariant v, DeviceRecord device, int bytes) {
    return items(v) <= device.maxWorkGroupSize()
        && localBytes(v, bytes) <= device.localMemoryBytes();
  }

  /** How many work-items a work-group of {@code tiles}, {@code units} or {@code subgroups} has. */
  public static int items(KernelVariant v) {
    int tileM = v.get("TILE_M", 64);
    int tileN = v.get("TILE_N", 64);
    return switch (v.kernel()) {
      case "units" -> tileM / v.get("WARP_M", 64) * (tileN / v.get("WARP_N", 32)) * 32;
      case "subgroups" -> tileM / v.get("WARP_M", 32) * (tileN / v.get("WARP_N", 32)) * 16;
      default -> tileM / v.get("ITEM_M", 4) * (tileN / v.get("ITEM_N", 4));
    };
  }

  private static long localBytes(KernelVariant v, int bytes) {
    long depth = v.get("DEPTH", 16);
    long tileM = v.get("TILE_M", 64);
    long tileN = v.get("TILE_N", 64);
    if (v.kernel().equals("units")) {
      // Lines run along k or across it, as the operands lie; each line is padded.
      long a = Math.max(tileM * (depth + 4), depth * (tileM + 8));
      long b = Math.max(tileN * (depth + 4), depth * (tileN + 8));
      return v.get("STAGES", 2) * (a + b) * Float.BYTES;
    }
    if (v.kernel().equals("subgroups")) {
      long steps = v.get("DEPTH", 32);
      return (tileM * (steps + 8) + steps * (tileN + 8)) * Short.BYTES;
    }
    return 2 * depth * (tileM + tileN + 8) * bytes;
  }

  private static @Nullable String first(@Nullable String one, @Nullable String other) {
    return one != null ? one : other;
  }

  private static @Nullable String parameters(KernelVariant v, Set<String> known) {
    for (Map.Entry<String, Integer> each : v.parameters().entrySet()) {
      if (!known.contains(each.getKey())) {
        return "kernel " + v.kernel() + " has no parameter " + each.getKey();
      }
      int most = each.getKey().equals("GROUPS") ? MOST_GROUPS : MOST;
      if (each.getValue() < 1 || each.getValue() > most) {
        return each.getKey() + " is " + each.getValue() + ", and not from 1 to " + most;
      }
    }
    return null;
  }

  private static @Nullable String blocks(KernelVariant v, int width, int bytes) {
    long rows = v.get("ROWS", 6);
    long columns = (long) v.get("VECTORS", 2) * width;
    long depth = v.get("DEPTH", 256);
    long blockRows = v.get("BLOCK_ROWS", 96);
    long blockColumns = v.get("BLOCK_COLUMNS", 128);
    if (width == 1) {
      return "the device has no vectors of this type";
    }
    if (columns % 4 != 0) {
      return "VECTORS makes " + columns + " columns, which is no multiple of 4";
    }
    if (blockRows < rows) {
      return "BLOCK_ROWS is " + blockRows + ", less than ROWS, " + rows;
    }
    if (blockColumns < columns) {
      return "BLOCK_COLUMNS is " + blockColumns + ", less than VECTORS * W, " + columns;
    }
    long elements = blockRows * blockColumns;
    if (v.kernel().equals("blocks")) {
      elements += blockRows * (depth + 16) + blockColumns * depth;
    }
    return elements * bytes <= PRIVATE_BYTES
        ? null
        : "a work-item would need " + elements * bytes + " bytes, more than " + PRIVATE_BYTES;
  }

  private static @Nullable String tiles(
      KernelVariant v, int width, DeviceRecord device, int bytes) {
    for (String side : new String[] {"_M", "_N"}) {
      int tile = v.get("TILE" + side, 64);
      int item = v.get("ITEM" + side, 4);
      if (item % width != 0 || tile % item != 0) {
        return "TILE" + side + " must be a multiple of ITEM" + side + ", and that one of " + width;
      }
    }
    int depth = v.get("DEPTH", 16);
    int step = width * items(v);
    for (String tile : new String[] {"TILE_M", "TILE_N"}) {
      if (depth % width != 0 || v.get(tile, 64) * depth % step != 0) {
        return tile + " * DEPTH must be a multiple of " + step + ", a load of all work-items";
      }
    }
    return capacity(v, device, bytes);
  }

  private static @Nullable String units(KernelVariant v, DeviceRecord device) {
    int warpM = v.get("WARP_M", 64);
    int warpN = v.get("WARP_N", 32);
    if (warpM % 16 != 0
        || warpN % 16 != 0
        || v.get("TILE_M", 128) % warpM != 0
        || v.get("TILE_N", 128) % warpN != 0) {
      return "the sides of TILE must be multiples of those of WARP, and these of 16";
    }
    if (v.get("DEPTH", 16) % 16 != 0 || v.get("STAGES", 2) < 2) {
      return "DEPTH must be a multiple of 16, and STAGES at least 2";
    }
    return capacity(v, device, Float.BYTES);
  }

  private static @Nullable String subgroups(KernelVariant v, DeviceRecord device) {
    int warpM = v.get("WARP_M", 32);
    int warpN = v.get("WARP_N", 32);
    if (warpM % 8 != 0
        || warpN % 16 != 0
        || v.get("TILE_M", 64) % warpM != 0
        || v.get("TILE_N", 64) % warpN != 0) {
      return "the sides of TILE must be multiples of those of WARP, and these of 8 and 16";
    }
    return v.get("DEPTH", 32) % 16 == 0
        ? capacity(v, device, Short.BYTES)
        : "DEPTH must be a multiple of 16";
  }

  private static @Nullable String capacity(KernelVariant v, DeviceRecord device, int bytes) {
    return tilesFit(v, device, bytes)
        ? null
        : "work-groups of "
            + items(v)
            + " work-items with "
            + localBytes(v, bytes)
            + " bytes of local memory are more than the device has";
  }
}
