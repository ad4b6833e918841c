package dev.clgrad.op;

import static dev.clgrad.op.MatrixProductKernels.ceilDiv;
import static dev.clgrad.op.MatrixProductKernels.roundUp;

import dev.clgrad.backend.KernelVariant;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.tape.Variable;
import java.util.List;

/** Launches the kernels of {@code matmul_groups.cl}. */
final class MatrixProductGroups {
  private static final String FILE = "matmul/matmul_groups.cl";
  private static final List<String> MACROS = List.of("ROWS");

  // As in the kernel file.
  private static final long GROUP = 256;
  private static final long LANES = 32;

  /** Work-groups that occupy a GPU, where k is long enough to be cut for them. */
  private static final long WANTED_GROUPS = 512;

  /** The fewest steps of k in a part. */
  private static final long LEAST_STEPS = 256;

  private MatrixProductGroups() {}

  /** Adds the tasks of {@code group_dots} or {@code group_columns}. */
  static void add(MatrixProduct product, KernelVariant variant) {
    boolean dots = variant.kernel().equals("group_dots");
    long across = dots ? product.n : ceilDiv(product.n, LANES);
    long down = ceilDiv(product.m, variant.get("ROWS", 1));
    long splits = 1;
    if (product.y.dtype().isFloating()) {
      long wanted = ceilDiv(WANTED_GROUPS, Math.max(1, across * down * product.batches));
      splits = Math.max(1, Math.min(wanted, product.k / LEAST_STEPS));
    }
    long splitK = Math.max(1, roundUp(ceilDiv(product.k, splits), GROUP));
    splits = Math.max(1, ceilDiv(product.k, splitK));
    Variable parts = MatrixProductTiles.parts(product, splits);
    KernelTask.Builder task =
        product.task(FILE, 1, variant.defines(MACROS), "matmul_" + variant.kernel(), parts);
    task.i64(splits).i64(splitK);
    product
        .y
        .scheduler()
        .add(
            task.build(
                new long[] {across * GROUP, down, product.batches * splits},
                new long[] {GROUP, 1, 1},
                splits == 1 ? MatrixProductTwin::product : PackedProductTwin::tiles));
    MatrixProductTiles.addParts(product, parts, splits);
  }
}
