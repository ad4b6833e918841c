package dev.clgrad.op;

import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.KernelVariantCheck;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Which variants of a matrix product's kernels are worth trying on a device, in stages: each varies
 * what matters next about the best variant so far.
 */
class MatrixProductCandidates {
  private static final int STAGES = 5;

  private final Backend backend;
  private final String problem;

  MatrixProductCandidates(Backend backend, String problem) {
    this.backend = backend;
    this.problem = problem;
  }

  /** How many stages there are. */
  int stages() {
    return STAGES;
  }

  /**
   * The candidates of a stage that make sense on the device, those like the best one so far first.
   */
  List<KernelVariant> of(int stage, KernelVariant best) {
    List<KernelVariant> all = new ArrayList<>();
    switch (best.kernel()) {
      case "tiles" -> tiles(stage, best, all);
      case "units" -> units(stage, best, all);
      default -> blocks(stage, best, all);
    }
    all.removeIf(
        v -> KernelVariantCheck.obstacle(problem, v, backend.device(), backend.limits()) != null);
    all.sort(Comparator.comparingDouble(v -> distance(v, best)));
    return all;
  }

  /** Sums, vectors of b and one of a in registers; then what the caches hold. */
  private void blocks(int stage, KernelVariant best, List<KernelVariant> all) {
    switch (stage) {
      case 0 -> {
        int registers = backend.limits().registerBytes() >= 64 ? 32 : 16;
        for (int rows : new int[] {4, 6, 8, 12, 14}) {
          for (int vectors = 1; vectors <= 4; vectors++) {
            if (rows * vectors + vectors + 1 <= registers) {
              all.add(best.with("ROWS", rows).with("VECTORS", vectors));
            }
          }
        }
      }
      case 1 -> vary(best, "DEPTH", all, 128, 192, 256, 384, 512);
      case 2 -> vary(best, "BLOCK_COLUMNS", all, 64, 96, 128, 192, 256, 384, 512);
      case 3 -> vary(best, "BLOCK_ROWS", all, 96, 144, 192, 288, 384);
      default ->
          all.add(
              new KernelVariant(
                  best.kernel().equals("blocks") ? "panels" : "blocks", best.parameters()));
    }
  }

  private void tiles(int stage, KernelVariant best, List<KernelVariant> all) {
    switch (stage) {
      case 0 -> {
        for (int tileM : new int[] {32, 64, 128}) {
          for (int tileN : new int[] {32, 64, 128, 256}) {
            for (int itemM : new int[] {4, 8}) {
              for (int itemN : new int[] {4, 8}) {
                KernelVariant v =
                    best.with("TILE_M", tileM)
                        .with("TILE_N", tileN)
                        .with("ITEM_M", itemM)
                        .with("ITEM_N", itemN);
                // Less is not worth a barrier; more leaves a work-item too few registers.
                int items = KernelVariantCheck.items(v);
                if (items >= 32 && items <= 512) {
                  all.add(v);
                }
              }
            }
          }
        }
      }
      case 1 -> vary(best, "DEPTH", all, 8, 16, 32);
      case 2 -> vary(best, "GROUPS", all, 1, 64, 128, 256, 512);
      default -> {}
    }
  }

  private void units(int stage, KernelVariant best, List<KernelVariant> all) {
    if (stage == 1) {
      vary(best, "GROUPS", all, 1, 64, 128, 256, 512);
    } else if (stage == 0) {
      // Tiles and stages together: they share the local memory.
      for (int stages = 2; stages <= 4; stages++) {
        for (int tileM : new int[] {64, 128}) {
          for (int tileN : new int[] {64, 128, 256}) {
            for (int warpM : new int[] {32, 64}) {
              for (int warpN : new int[] {32, 64}) {
                KernelVariant v =
                    best.with("STAGES", stages)
                        .with("TILE_M", tileM)
                        .with("TILE_N", tileN)
                        .with("WARP_M", warpM)
                        .with("WARP_N", warpN);
                int items = KernelVariantCheck.items(v);
                if (items >= 64 && items <= 512) {
                  all.add(v);
                }
              }
            }
          }
        }
      }
    }
  }

  private static void vary(
      KernelVariant best, String name, List<KernelVariant> all, int... values) {
    for (int value : values) {
      all.add(best.with(name, value));
    }
  }

  /** How many doublings lie between the parameters of two variants. */
  private static double distance(KernelVariant v, KernelVariant from) {
    double sum = 0;
    for (Map.Entry<String, Integer> each : v.parameters().entrySet()) {
      double other = from.get(each.getKey(), each.getValue());
      sum += Math.abs(Math.log(each.getValue() / other));
    }
    return sum;
  }
}
