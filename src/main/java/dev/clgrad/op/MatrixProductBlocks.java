package dev.clgrad.op;

import static dev.clgrad.op.MatrixProductKernels.ceilDiv;
import static dev.clgrad.op.MatrixProductKernels.roundUp;

import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.op.MatrixProduct.Operand;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Variable;
import java.util.List;

/** Launches the kernels of {@code matmul_blocks.cl}. */
final class MatrixProductBlocks {
  private static final String FILE = "matmul/matmul_blocks.cl";
  private static final List<String> MACROS =
      List.of("ROWS", "VECTORS", "DEPTH", "BLOCK_ROWS", "BLOCK_COLUMNS");
  private static final long[] ALONE = {1, 1, 1};

  /** Rows that are a multiple of this many bytes apart fall into the same lines of a cache. */
  private static final long CACHE_PAGE = 4096;

  /** As in the kernel file: how much further apart rows are than they are long. */
  static final int PITCH_BEYOND_DEPTH = 16;

  /** Rows and columns that one work-item copies before a product of panels. */
  private static final long PACKED_ROWS = 48;

  private static final long PACKED_COLUMNS = 256;

  /** Products of fewer multiplications are not worth a program for their number of rows. */
  private static final long WORTH_PROGRAM = 1 << 22;

  /** And neither are tiles that are less than a part of this of all rows too many. */
  private static final long PART_TOO_MANY = 16;

  private final MatrixProduct product;
  private final KernelVariant variant;
  private final int width;
  private final long rows;
  private final long columns;
  private final int depth;
  private final long blockRows;
  private final long blockColumns;

  MatrixProductBlocks(MatrixProduct product, KernelVariant variant) {
    Limits limits = product.y.scheduler().backend().limits();
    this.product = product;
    this.width = limits.registerWidth(product.y.dtype());
    this.rows = rows(product, variant.get("ROWS", 6));
    this.variant = rows == variant.get("ROWS", 6) ? variant : variant.with("ROWS", (int) rows);
    this.depth = variant.get("DEPTH", 256);
    this.columns = (long) variant.get("VECTORS", 2) * width;
    long mostRows = variant.get("BLOCK_ROWS", 96) / rows * rows;
    long mostColumns = variant.get("BLOCK_COLUMNS", 128) / columns * columns;
    this.blockRows = even(product.m, mostRows, rows);
    // Several blocks for each core, so that none waits long for the last one.
    long down = ceilDiv(product.m, blockRows);
    long wanted = ceilDiv(2L * limits.computeUnits(), Math.max(1, down * product.batches));
    this.blockColumns = even(product.n, Math.min(mostColumns, ceilDiv(product.n, wanted)), columns);
  }

  /**
   * How many rows a tile has: fewer than the most, where as many tiles then compute fewer rows that
   * do not exist. 64 rows are 6 tiles of 11 rather than of 12.
   */
  private static long rows(MatrixProduct product, long most) {
    long tiles = ceilDiv(Math.max(1, product.m), most);
    boolean wasteful = (tiles * most - product.m) * PART_TOO_MANY >= product.m;
    boolean large = product.batches * product.m * product.n * product.k >= WORTH_PROGRAM;
    return wasteful && large ? ceilDiv(product.m, tiles) : most;
  }

  /** The size of a block: as few as there must be, all about as large. */
  private static long even(long size, long most, long multiple) {
    long blocks = ceilDiv(size, Math.max(multiple, most));
    return Math.max(
        multiple, Math.min(roundUp(ceilDiv(size, blocks), multiple), roundUp(most, multiple)));
  }

  /** How many times blocks that bring their operands into order themselves copy them, together. */
  long copies() {
    long ofA = readsInPlace() ? 0 : ceilDiv(product.n, blockColumns);
    return ofA + ceilDiv(product.m, blockRows);
  }

  void add() {
    if (variant.kernel().equals("blocks")) {
      KernelTask.Builder task =
          product.task(FILE, width, defines("BLOCKS"), "matmul_blocks", product.y);
      task.i64(blockRows).i64(blockColumns).i64(readsInPlace() ? 0 : 1);
      product.y.scheduler().add(task.build(blocks(), ALONE, MatrixProductTwin::product));
    } else {
      addPanels();
    }
  }

  private long[] blocks() {
    return new long[] {
      ceilDiv(product.n, blockColumns), ceilDiv(product.m, blockRows), product.batches
    };
  }

  private boolean readsInPlace() {
    return product.a.col() == 1
        && (product.k == 1 || product.a.row() * product.y.dtype().bytes() % CACHE_PAGE != 0);
  }

  private void addPanels() {
    Operand x = packRows();
    Operand z = packColumns();
    KernelTask.Builder task =
        KernelTask.of(product.op, program("PANELS"), "matmul_panels")
            .in(x.variable().value())
            .in(z.variable().value())
            .result(product.y.value(), product.n);
    task.i64(product.batches).i64(product.innerBatches);
    task.i64(product.m).i64(product.n).i64(product.k);
    task.i64(x.outer()).i64(x.inner()).i64(z.outer()).i64(z.inner());
    task.i64(blockRows).i64(blockColumns);
    int panel = (int) columns;
    int multiple = (int) rows;
    product
        .y
        .scheduler()
        .add(
            task.build(
                blocks(), ALONE, call -> PackedProductTwin.panels(call, multiple, panel, depth)));
    // The pending product holds what it reads.
    x.variable().storage().close();
    z.variable().storage().close();
  }

  private ProgramSource program(String kernels) {
    return ProgramSource.ofFile(FILE, product.y.dtype(), width, defines(kernels));
  }

  private String defines(String kernels) {
    return variant.defines(MACROS) + " -DKERNELS=" + kernels;
  }

  private Operand packRows() {
    long size = roundUp(product.m, rows);
    long each = roundUp(PACKED_ROWS, rows);
    int multiple = (int) rows;
    return pack(
        product.a,
        ceilDiv(product.k, depth) * size * (depth + PITCH_BEYOND_DEPTH),
        (task, x, matrices) ->
            task.i64(product.m)
                .i64(product.k)
                .i64(x.outer())
                .i64(x.inner())
                .i64(x.row())
                .i64(x.col())
                .i64(each)
                .build(
                    new long[] {ceilDiv(product.m, each), ceilDiv(product.k, depth), matrices},
                    ALONE,
                    call -> PackedProductTwin.packRows(call, multiple, depth)),
        "matmul_pack_rows");
  }

  private Operand packColumns() {
    long each = roundUp(PACKED_COLUMNS, columns);
    int panel = (int) columns;
    return pack(
        product.b,
        roundUp(product.n, columns) * product.k,
        (task, x, matrices) ->
            task.i64(product.n)
                .i64(product.k)
                .i64(x.outer())
                .i64(x.inner())
                .i64(x.col())
                .i64(x.row())
                .i64(each)
                .build(
                    new long[] {ceilDiv(product.k, depth), ceilDiv(product.n, each), matrices},
                    ALONE,
                    call -> PackedProductTwin.packColumns(call, panel)),
        "matmul_pack_columns");
  }

  private interface Finish {
    KernelTask apply(KernelTask.Builder task, Operand x, long matrices);
  }

  /**
   * Copies the matrices of an operand, each to a multiple of {@code numel} elements. A matrix that
   * is repeated over a batch is copied once.
   */
  private Operand pack(Operand x, long numel, Finish finish, String entry) {
    long outer = x.outer() == 0 ? 1 : product.batches / product.innerBatches;
    long inner = x.inner() == 0 ? 1 : product.innerBatches;
    Variable packed = product.scratch(outer * inner * numel);
    KernelTask.Builder task = KernelTask.of(product.op, program("PACKS"), entry);
    task.in(x.variable().value()).out(packed.value());
    task.i64(outer * inner).i64(inner);
    product.y.scheduler().add(finish.apply(task, x, outer * inner));
    return new Operand(
        packed, x.outer() == 0 ? 0 : inner * numel, x.inner() == 0 ? 0 : numel, 0, 0);
  }
}
