package dev.clgrad.op;

import static dev.clgrad.op.MatrixProductKernels.ceilDiv;
import static dev.clgrad.op.MatrixProductKernels.roundUp;

import dev.clgrad.DType;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.KernelVariantCheck;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Variable;
import java.util.List;

/**
 * Launches the kernels of {@code matmul_tiles.cl}, {@code matmul_units.cl} and {@code
 * matmul_subgroups.cl}.
 */
final class MatrixProductTiles {
  private static final String FILE = "matmul/matmul_tiles.cl";
  private static final String UNITS_FILE = "matmul/matmul_units.cl";
  private static final String SUB_GROUPS_FILE = "matmul/matmul_subgroups.cl";
  private static final List<String> MACROS =
      List.of("TILE_M", "TILE_N", "DEPTH", "ITEM_M", "ITEM_N");
  private static final List<String> UNITS_MACROS =
      List.of("TILE_M", "TILE_N", "WARP_M", "WARP_N", "DEPTH", "STAGES");

  /** The fewest steps of k that a work-group adds up, in units of DEPTH. */
  private static final long LEAST_DEPTHS = 4;

  /** The work-group of the kernel that adds up the parts. */
  private static final long LOCAL = 64;

  private final MatrixProduct product;
  private final KernelVariant variant;
  private final int width;

  MatrixProductTiles(MatrixProduct product, KernelVariant variant) {
    this.product = product;
    this.variant = variant;
    this.width = width(product);
  }

  /** Whether a device has the work-groups and the local memory for a variant. */
  static boolean fits(KernelVariant v, DeviceRecord device, DType dtype) {
    return KernelVariantCheck.tilesFit(v, device, dtype.bytes());
  }

  private static int tileM(KernelVariant v) {
    return v.get("TILE_M", 64);
  }

  private static int tileN(KernelVariant v) {
    return v.get("TILE_N", 64);
  }

  void add() {
    long groups =
        product.batches * ceilDiv(product.m, tileM(variant)) * ceilDiv(product.n, tileN(variant));
    boolean halves = product.a.variable().dtype().isReduced();
    long depth = variant.get("DEPTH", halves ? 32 : 16);
    long splits = 1;
    if (product.y.dtype().isFloating()) {
      // Depends on the sizes and the variant alone, and so does the order of additions.
      long wanted = ceilDiv(variant.get("GROUPS", 1), Math.max(1, groups));
      splits = Math.max(1, Math.min(wanted, product.k / (LEAST_DEPTHS * depth)));
    }
    long splitK = Math.max(depth, roundUp(ceilDiv(product.k, splits), depth));
    splits = Math.max(1, ceilDiv(product.k, splitK));
    Variable parts = parts(product, splits);
    KernelTask.Builder task =
        switch (variant.kernel()) {
          case "units" -> product.task(UNITS_FILE, 2, unitsDefines(), "matmul_units", parts);
          case "subgroups" ->
              product.task(SUB_GROUPS_FILE, 1, unitsDefines(), "matmul_subgroups", parts);
          default ->
              product.task(FILE, width, variant.defines(MACROS) + along(), "matmul_tiles", parts);
        };
    task.i64(splits).i64(splitK);
    long items = KernelVariantCheck.items(variant);
    product
        .y
        .scheduler()
        .add(
            task.build(
                new long[] {groups * splits * items},
                new long[] {items},
                splits == 1 ? MatrixProductTwin::product : PackedProductTwin::tiles));
    addParts(product, parts, splits);
  }

  /** Where the products of parts of k go, one after another: the result itself if it is one. */
  static Variable parts(MatrixProduct product, long splits) {
    return splits == 1
        ? product.y
        : product.scratch(splits * product.batches * product.m * product.n);
  }

  private String unitsDefines() {
    String unit =
        switch (product.a.variable().dtype()) {
          case FLOAT16 -> "F16";
          case BFLOAT16 -> "BF16";
          default -> "TF32";
        };
    return variant.defines(UNITS_MACROS) + " -DUNIT=" + unit + along();
  }

  private String along() {
    return " -DA_ALONG_K="
        + flag(product.a.col() == 1)
        + " -DB_ALONG_K="
        + flag(product.b.row() == 1);
  }

  private static int flag(boolean set) {
    return set ? 1 : 0;
  }

  /** Adds up what is in the parts, and gives them back. */
  static void addParts(MatrixProduct product, Variable parts, long splits) {
    if (splits == 1) {
      return;
    }
    long numel = product.batches * product.m * product.n;
    int width = width(product);
    KernelTask.Builder task =
        KernelTask.of(
            product.op, ProgramSource.ofFile(FILE, product.y.dtype(), width), "matmul_splits");
    task.in(parts.value()).result(product.y.value(), numel).i64(splits).i64(numel);
    product
        .y
        .scheduler()
        .add(
            task.build(
                new long[] {roundUp(ceilDiv(numel, width), LOCAL)},
                new long[] {LOCAL},
                PackedProductTwin::splits));
    // The pending sum holds what it reads.
    parts.storage().close();
  }

  private static int width(MatrixProduct product) {
    return Math.min(4, product.y.scheduler().backend().limits().registerWidth(product.y.dtype()));
  }
}
