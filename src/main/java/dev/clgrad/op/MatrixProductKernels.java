package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.schedule.KernelTask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a kernel for a matrix product and launches it. {@code kernels/matmul} has the families
 * and says what each is for; which member a device gets stands in {@code
 * kernel-variants.properties}.
 *
 * <p>The kernels: {@code forward}, {@code dots}, {@code columns}, {@code blocks}, {@code panels},
 * {@code tiles}, {@code units}, {@code subgroups}, {@code group_dots}, {@code group_columns}.
 */
final class MatrixProductKernels {
  private static final String REFERENCE = "matmul/matmul.cl";
  private static final String NARROW = "matmul/matmul_narrow.cl";
  private static final List<String> NARROW_MACROS = List.of("ROWS", "DOT_COLUMNS");

  static final KernelVariant FORWARD = KernelVariant.of("forward");

  /** One row, or few elements in all: what is read of one operand is read once. */
  private static final KernelVariant DOTS = KernelVariant.parse("dots ROWS=1 DOT_COLUMNS=4");

  private static final KernelVariant DOTS_OF_ROWS =
      KernelVariant.parse("dots ROWS=4 DOT_COLUMNS=2");
  private static final KernelVariant COLUMNS = KernelVariant.parse("columns ROWS=1");
  private static final KernelVariant COLUMNS_OF_ROWS = KernelVariant.parse("columns ROWS=4");

  /** The work-group of kernels with a work-item an element. */
  private static final long LOCAL = 64;

  /** Products of fewer multiplications than this are not worth copying the operands. */
  private static final long WORTH_PACKING = 16 * 1024;

  /** Where blocks would copy their operands more often, both are copied before them, once. */
  private static final long MOST_COPIES = 8;

  /** With at most so many rows, b is read about once. */
  private static final long FEW_ROWS = 4;

  private static final KernelVariant GROUP_DOTS = KernelVariant.parse("group_dots ROWS=1");
  private static final KernelVariant GROUP_COLUMNS = KernelVariant.parse("group_columns ROWS=1");
  private static final int GROUP_ROWS = 4;

  /** GPUs: with at most so many rows, the work-items of a group share each sum. */
  private static final long MOST_GROUP_ROWS = 8;

  private static final long LEAST_GROUP_STEPS = 64;

  /** As in the kernel file: the most columns of one work-item of {@code columns}. */
  private static final long STRIPE = 512;

  private final MatrixProduct product;
  private final Backend backend;
  private final DType dtype;
  private final int width;

  private MatrixProductKernels(MatrixProduct product) {
    this.product = product;
    this.backend = product.y.scheduler().backend();
    this.dtype = product.y.dtype();
    this.width = backend.limits().registerWidth(dtype);
  }

  /**
   * Adds the tasks that compute a product.
   *
   * @param variant the kernel to use, which must fit; null to choose
   */
  static void add(MatrixProduct product, @Nullable KernelVariant variant) {
    MatrixProductKernels kernels = new MatrixProductKernels(product);
    kernels.launch(variant == null ? kernels.choose() : variant);
  }

  private KernelVariant choose() {
    long work = product.m * product.n * product.k;
    if (backend.runsTwins() || work == 0 || product.batches == 0) {
      return FORWARD;
    }
    return backend.limits().cpuType() ? chooseVectors(work) : chooseTiles();
  }

  private KernelVariant chooseVectors(long work) {
    if (!dtype.isFloating() || width == 1) {
      return FORWARD;
    }
    boolean dots = product.a.col() == 1 && product.b.row() == 1 && product.k >= width;
    if (dots && (product.m <= FEW_ROWS || work < WORTH_PACKING)) {
      return product.m == 1 ? DOTS : DOTS_OF_ROWS;
    }
    if (product.m <= FEW_ROWS && product.b.col() == 1 && product.n >= width) {
      return product.m == 1 ? COLUMNS : COLUMNS_OF_ROWS;
    }
    if (work < WORTH_PACKING) {
      return FORWARD;
    }
    KernelVariant medium = variant("medium");
    return new MatrixProductBlocks(product, medium).copies() <= MOST_COPIES
        ? medium
        : variant("large");
  }

  private KernelVariant chooseTiles() {
    // Operands that were left in 16 bits for the units are for nothing else, even if somebody has
    // forbidden them in the meantime.
    if (product.a.variable().dtype().isReduced()
        || MatrixUnits.serve(product.y.scheduler(), dtype, product.m, product.n, product.k)) {
      boolean large = product.batches * product.m * product.n >= 64L * 128 * 128;
      return backend.variants().get(MatrixUnits.problem(product.y.scheduler(), large));
    }
    boolean groups = backend.device().maxWorkGroupSize() >= 256;
    if (groups && product.m <= MOST_GROUP_ROWS && product.k >= LEAST_GROUP_STEPS) {
      if (product.b.row() == 1) {
        return product.m == 1 ? GROUP_DOTS : GROUP_DOTS.with("ROWS", GROUP_ROWS);
      }
      if (product.b.col() == 1 && product.n >= 16) {
        return product.m == 1 ? GROUP_COLUMNS : GROUP_COLUMNS.with("ROWS", GROUP_ROWS);
      }
    }
    if (Math.min(product.m, product.n) < 16 || product.k < 8) {
      return FORWARD;
    }
    long elements = product.batches * product.m * product.n;
    KernelVariant variant =
        variant(
            elements >= 128L * 128 * 128
                ? "large"
                : elements >= 64L * 64 * 64 ? "medium" : "small");
    return MatrixProductTiles.fits(variant, backend.device(), dtype) ? variant : FORWARD;
  }

  private KernelVariant variant(String size) {
    String type = dtype.bytes() == Double.BYTES ? "float64" : "float32";
    return backend.variants().get("matmul." + type + "." + size);
  }

  private void launch(KernelVariant v) {
    switch (v.kernel()) {
      case "forward" -> {
        long items = roundUp(product.batches * product.m * product.n, LOCAL);
        add(
            product.task(REFERENCE, 1, "", "matmul_forward", product.y),
            new long[] {items},
            new long[] {LOCAL});
      }
      case "dots" ->
          add(
              product.task(NARROW, width, v.defines(NARROW_MACROS), "matmul_dots", product.y),
              new long[] {
                ceilDiv(product.n, v.get("DOT_COLUMNS", 4)),
                ceilDiv(product.m, v.get("ROWS", 1)),
                product.batches
              },
              new long[] {1, 1, 1});
      case "columns" -> addColumns(v);
      case "blocks", "panels" -> new MatrixProductBlocks(product, v).add();
      case "tiles", "units", "subgroups" -> new MatrixProductTiles(product, v).add();
      case "group_dots", "group_columns" -> MatrixProductGroups.add(product, v);
      default -> throw new IllegalArgumentException("matmul has no kernel " + v.kernel());
    }
  }

  private void addColumns(KernelVariant v) {
    long rows = ceilDiv(product.m, v.get("ROWS", 1));
    long tasks = Math.max(1, rows * product.batches);
    long stripes = ceilDiv(2L * backend.limits().computeUnits(), tasks);
    long stripe = Math.min(STRIPE, roundUp(ceilDiv(product.n, stripes), width));
    add(
        product
            .task(NARROW, width, v.defines(NARROW_MACROS), "matmul_columns", product.y)
            .i64(stripe),
        new long[] {ceilDiv(product.n, stripe), rows, product.batches},
        new long[] {1, 1, 1});
  }

  private void add(KernelTask.Builder task, long[] global, long[] local) {
    product.y.scheduler().add(task.build(global, local, MatrixProductTwin::product));
  }

  static long ceilDiv(long x, long y) {
    return (x + y - 1) / y;
  }

  static long roundUp(long x, long multiple) {
    return ceilDiv(x, multiple) * multiple;
  }
}
