package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A matrix product as the kernels take it: batches in at most two dimensions and a stride for
 * everything. Chooses the kernel.
 */
final class MatrixProduct {
  /** The kernels of {@code matmul.cl}, which describes them. */
  enum Kernel {
    FORWARD,
    TILES,
    DOTS,
    COLUMNS,
    PANELS
  }

  private static final String FILE = "matmul/matmul.cl";
  private static final long LOCAL = 64;

  // As in the kernel file.
  private static final long TILE = 64;
  private static final long TILE_ITEMS = 256;
  private static final int PANEL_ROWS = 8;
  private static final long PACK_CHUNK = 64;

  /** Products of fewer multiplications than this are not worth copying the operands. */
  private static final long WORTH_PACKING = 16 * 1024;

  /** The most panels of a that one work-item takes, while there are work-items for all cores. */
  private static final long LARGEST_BLOCK = 16;

  private final String op;
  private final Operand a;
  private final Operand b;
  private final Variable y;
  private final long batches;
  private final long innerBatches;
  private final long m;
  private final long n;
  private final long k;

  /** One operand: its strides over batches, rows and columns. */
  private record Operand(Variable variable, long outer, long inner, long row, long col) {
    Operand transposed() {
      return new Operand(variable, outer, inner, col, row);
    }
  }

  private MatrixProduct(
      String op, Operand a, Operand b, Variable y, long batches, long innerBatches, long[] mnk) {
    this.op = op;
    this.a = a;
    this.b = b;
    this.y = y;
    this.batches = batches;
    this.innerBatches = innerBatches;
    this.m = mnk[0];
    this.n = mnk[1];
    this.k = mnk[2];
  }

  /**
   * Adds the tasks that compute y = a b.
   *
   * @param a of shape (…, m, k)
   * @param b of shape (…, k, n)
   * @param y contiguous, of as many elements as (batch, m, n)
   * @param batch what the dimensions before the last two broadcast to
   * @param kernel the kernel to use, which must fit; null to choose
   */
  static void add(
      String op, Variable a, Variable b, Variable y, Shape batch, @Nullable Kernel kernel) {
    boolean traced =
        TracedRows.defersViews(
            op,
            List.of(a.detach(), b.detach()),
            List.of(y),
            (rows, in, out) ->
                MatrixProductRows.add(op, rows, in.get(0), in.get(1), out.get(0), batch, kernel));
    if (traced) {
      return;
    }
    long m = a.shape().size(-2);
    long k = a.shape().size(-1);
    long n = b.shape().size(-1);
    Variable left = a.detach();
    Variable right = b.detach();
    if (right.rank() == 2 && left.rank() > 2) {
      // The rows of all batches are the rows of one matrix, where they lie so.
      Layout rows = left.layout().reshape(Shape.of(batch.numel() * m, k));
      if (rows != null) {
        add(op, new Variable(left.storage(), rows), right, y, Shape.SCALAR, kernel);
        return;
      }
    }
    long[] sizes = batch.toArray();
    long[] stridesA = batchStrides(left.layout(), batch);
    long[] stridesB = batchStrides(right.layout(), batch);
    int dims = merge(sizes, stridesA, stridesB);
    if (dims > 2) {
      left = contiguous(left, batch);
      right = contiguous(right, batch);
      sizes = batch.toArray();
      stridesA = batchStrides(left.layout(), batch);
      stridesB = batchStrides(right.layout(), batch);
      dims = merge(sizes, stridesA, stridesB);
    }
    long innerBatches = dims == 0 ? 1 : Math.max(sizes[dims - 1], 1);
    Operand x = operand(left, stridesA, dims);
    Operand z = operand(right, stridesB, dims);
    // A column is a row where it lies in memory alone; kernels know rows.
    MatrixProduct product =
        n == 1 && m > 1
            ? new MatrixProduct(
                op, z.transposed(), x.transposed(), y, batch.numel(), innerBatches, mnk(n, m, k))
            : new MatrixProduct(op, x, z, y, batch.numel(), innerBatches, mnk(m, n, k));
    product.add(kernel == null ? product.choose(y.scheduler().backend()) : kernel);
    for (Variable copy : List.of(left, right)) {
      if (copy.storage() != a.storage() && copy.storage() != b.storage()) {
        // The pending product holds what it reads.
        copy.storage().close();
      }
    }
  }

  private static long[] mnk(long m, long n, long k) {
    return new long[] {m, n, k};
  }

  private Kernel choose(Backend backend) {
    if (backend.runsTwins()) {
      return Kernel.FORWARD;
    }
    long work = batches == 0 ? 0 : m * n * k;
    if (!backend.limits().cpuType()) {
      boolean fits = backend.device().maxWorkGroupSize() >= TILE_ITEMS;
      return fits && Math.min(m, n) >= 16 && k >= 8 ? Kernel.TILES : Kernel.FORWARD;
    }
    long width = width();
    if (!y.dtype().isFloating() || width == 1 || work == 0) {
      return Kernel.FORWARD;
    }
    boolean dots = a.col == 1 && b.row == 1 && k >= width;
    if (m == 1 && dots) {
      return Kernel.DOTS;
    }
    if (m == 1 && b.col == 1 && n >= width) {
      return Kernel.COLUMNS;
    }
    if (work >= WORTH_PACKING) {
      return Kernel.PANELS;
    }
    return dots ? Kernel.DOTS : Kernel.FORWARD;
  }

  private long width() {
    return y.scheduler().backend().limits().vectorWidth(y.dtype());
  }

  private void add(Kernel kernel) {
    long items = batches * m * n;
    long[] each = {(items + LOCAL - 1) / LOCAL * LOCAL};
    long[] local = {LOCAL};
    switch (kernel) {
      case FORWARD -> add("matmul_forward", 1, each, local);
      case DOTS -> add("matmul_dots", width(), each, local);
      case TILES ->
          add(
              "matmul_tiles",
              1,
              new long[] {batches * ceilDiv(m, TILE) * ceilDiv(n, TILE) * TILE_ITEMS},
              new long[] {TILE_ITEMS});
      case COLUMNS ->
          add(
              "matmul_columns",
              width(),
              new long[] {ceilDiv(n, width()), m, batches},
              new long[] {1, 1, 1});
      case PANELS -> addPanels();
    }
  }

  private void add(String entry, long width, long[] global, long[] local) {
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(FILE, y.dtype(), (int) width), entry);
    task.in(a.variable.value()).in(b.variable.value()).result(y.value(), n);
    task.i64(batches).i64(innerBatches).i64(m).i64(n).i64(k);
    task.i64(a.outer).i64(a.inner).i64(a.row).i64(a.col);
    task.i64(b.outer).i64(b.inner).i64(b.row).i64(b.col);
    y.scheduler().add(task.build(global, local, MatrixProductTwin::product));
  }

  private void addPanels() {
    int columns = (int) (2 * width());
    Operand x = pack(a.transposed(), m, PANEL_ROWS);
    Operand z = pack(b, n, columns);
    long panels = ceilDiv(m, PANEL_ROWS);
    long across = ceilDiv(n, columns);
    long wanted = 4L * y.scheduler().backend().limits().computeUnits();
    long block = Math.max(1, Math.min(LARGEST_BLOCK, batches * panels * across / wanted));
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(FILE, y.dtype(), (int) width()), "matmul_panels");
    task.in(x.variable.value()).in(z.variable.value()).result(y.value(), n);
    task.i64(innerBatches).i64(m).i64(n).i64(k).i64(block);
    task.i64(x.outer).i64(x.inner).i64(z.outer).i64(z.inner).i64(batches);
    y.scheduler()
        .add(
            task.build(
                new long[] {across, ceilDiv(panels, block), batches},
                new long[] {1, 1, 1},
                call -> MatrixProductTwin.panels(call, PANEL_ROWS, columns)));
    // The pending product holds what it reads.
    x.variable.storage().close();
    z.variable.storage().close();
  }

  /**
   * Copies an operand into panels of {@code width} of its {@code size} columns. A matrix that is
   * repeated over a batch is copied once.
   */
  private Operand pack(Operand x, long size, int width) {
    long outerCount = x.outer == 0 ? 1 : batches / innerBatches;
    long innerCount = x.inner == 0 ? 1 : innerBatches;
    long panels = ceilDiv(size, width);
    long matrix = panels * k * width;
    Shape shape = Shape.of(outerCount * innerCount * matrix);
    DType dtype = y.dtype();
    Variable packed =
        new Variable(y.scheduler().newStorage(op, dtype, shape), Layout.contiguous(shape));
    KernelTask.Builder task =
        KernelTask.of(op, ProgramSource.ofFile(FILE, dtype, (int) width()), "matmul_pack");
    task.in(x.variable.value()).out(packed.value());
    task.i64(innerCount).i64(size).i64(k).i64(width);
    task.i64(x.outer).i64(x.inner).i64(x.col).i64(x.row).i64(outerCount * innerCount);
    y.scheduler()
        .add(
            task.build(
                new long[] {ceilDiv(k, PACK_CHUNK), panels, outerCount * innerCount},
                new long[] {1, 1, 1},
                MatrixProductTwin::pack));
    return new Operand(
        packed, x.outer == 0 ? 0 : innerCount * matrix, x.inner == 0 ? 0 : matrix, 0, 0);
  }

  private static long ceilDiv(long x, long y) {
    return (x + y - 1) / y;
  }

  private static Variable contiguous(Variable x, Shape batch) {
    long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    sizes[batch.rank()] = x.shape().size(-2);
    sizes[batch.rank() + 1] = x.shape().size(-1);
    Layout expanded = x.layout().expand("matmul", Shape.of(sizes));
    return Cast.copy(new Variable(x.storage(), expanded));
  }

  private static long[] batchStrides(Layout layout, Shape batch) {
    long[] strides = new long[batch.rank()];
    int lead = batch.rank() - (layout.rank() - 2);
    for (int d = lead; d < batch.rank(); d++) {
      strides[d] = layout.size(d - lead) == 1 ? 0 : layout.stride(d - lead);
    }
    return strides;
  }

  /**
   * Drops dimensions of size 1 and merges neighbors where both operands allow; in place.
   *
   * @return how many are left
   */
  private static int merge(long[] sizes, long[] stridesA, long[] stridesB) {
    int kept = 0;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == 1) {
        continue;
      }
      boolean merges =
          kept > 0
              && stridesA[kept - 1] == stridesA[d] * sizes[d]
              && stridesB[kept - 1] == stridesB[d] * sizes[d];
      int at = merges ? kept - 1 : kept++;
      sizes[at] = merges ? sizes[at] * sizes[d] : sizes[d];
      stridesA[at] = stridesA[d];
      stridesB[at] = stridesB[d];
    }
    return kept;
  }

  private static Operand operand(Variable x, long[] strides, int dims) {
    Layout layout = x.layout();
    return new Operand(
        x,
        dims < 2 ? 0 : strides[0],
        dims == 0 ? 0 : strides[dims - 1],
        layout.stride(x.rank() - 2),
        layout.stride(x.rank() - 1));
  }
}
