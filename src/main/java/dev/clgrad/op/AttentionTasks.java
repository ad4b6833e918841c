package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attention as the kernels take it: batches in at most two dimensions and strides for everything.
 * Chooses the kernels and adds their tasks.
 */
final class AttentionTasks {
  /** What CPU-type devices get; beside the operation's own file, for its length. */
  private static final String ROWS_FILE = "attention/attention_rows.cl";

  // As in the kernel files.
  private static final long LARGEST = 256;
  private static final long TILE = 32;
  private static final long GROUP = 256;
  private static final int LEAST_WIDTH = 4;

  private final ScaledDotProductAttention op;
  private final Operand q;
  private final Operand k;
  private final Operand v;
  private final Operand mask;
  private final boolean masked;
  private final long batches;
  private final long innerBatches;
  private final boolean causal;
  private final double scale;
  private final List<Variable> made;
  private final Map<Variable, Packed> packed = new HashMap<>();

  /** An operand: its strides over batches, rows and columns. */
  private record Operand(Variable x, long outer, long inner, long row, long col) {}

  /** An operand as CPU-type devices read it, without tails. */
  private record Packed(Variable rows, Variable panels, boolean hasPanels) {}

  /**
   * What backward knows of each row of y.
   *
   * @param dy contiguous
   * @param top the largest score
   * @param sum the sum of exponentials
   * @param delta Σ dy y
   */
  record Rows(Variable dy, Variable top, Variable sum, Variable delta) {}

  private AttentionTasks(
      ScaledDotProductAttention op,
      List<Operand> operands,
      boolean masked,
      long[] batches,
      boolean causal,
      double scale,
      List<Variable> made) {
    this.op = op;
    this.q = operands.get(0);
    this.k = operands.get(1);
    this.v = operands.get(2);
    this.mask = operands.get(3);
    this.masked = masked;
    this.batches = batches[0];
    this.innerBatches = batches[1];
    this.causal = causal;
    this.scale = scale;
    this.made = made;
  }

  /** Whether there are kernels for these sizes on this device. */
  static boolean fit(Variable q, Variable k, Variable v) {
    long depth = q.shape().size(-1);
    long columns = v.shape().size(-1);
    if (depth * columns * k.shape().size(-2) * q.shape().size(-2) == 0) {
      return false;
    }
    Backend backend = q.scheduler().backend();
    return depth <= LARGEST
        && columns <= LARGEST
        && (backend.runsTwins()
            || KernelSizes.vectors(q)
            || backend.device().maxWorkGroupSize() >= GROUP);
  }

  /**
   * Attention of these inputs.
   *
   * @param mask of the inputs' dtype; null for none
   * @param batch what the dimensions before the last two broadcast to
   */
  static AttentionTasks of(
      ScaledDotProductAttention op,
      Variable q,
      Variable k,
      Variable v,
      @Nullable Variable mask,
      Shape batch,
      boolean causal,
      double scale) {
    List<Variable> made = new ArrayList<>();
    List<Variable> inputs = new ArrayList<>();
    for (Variable x : List.of(q, k, v)) {
      inputs.add(x.layout().stride(x.rank() - 1) == 1 ? x.detach() : copy(x.detach(), made));
    }
    // Without a mask the kernels get something to point at.
    inputs.add(mask == null ? inputs.get(0) : expandRows(mask.detach(), q, k));
    long[] sizes = batch.toArray();
    List<long[]> strides = strides(inputs, batch);
    int dims = merge(sizes, strides);
    if (dims > 2) {
      inputs.replaceAll(x -> copy(expanded(x, batch), made));
      sizes = batch.toArray();
      strides = strides(inputs, batch);
      dims = merge(sizes, strides);
    }
    List<Operand> operands = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Layout layout = inputs.get(i).layout();
      long[] steps = strides.get(i);
      operands.add(
          new Operand(
              inputs.get(i),
              dims < 2 ? 0 : steps[0],
              dims == 0 ? 0 : steps[dims - 1],
              layout.stride(layout.rank() - 2),
              layout.stride(layout.rank() - 1)));
    }
    long innerBatches = dims == 0 ? 1 : Math.max(sizes[dims - 1], 1);
    return new AttentionTasks(
        op, operands, mask != null, new long[] {batch.numel(), innerBatches}, causal, scale, made);
  }

  private static Variable copy(Variable x, List<Variable> made) {
    Variable copy = Cast.copy(x);
    made.add(copy);
    return copy;
  }

  /** The mask with strides 0 for rows and columns that repeat. */
  private static Variable expandRows(Variable mask, Variable q, Variable k) {
    Layout layout = mask.layout();
    while (layout.rank() < 2) {
      layout = layout.unsqueeze(0);
    }
    long[] sizes = layout.shape().toArray();
    sizes[sizes.length - 2] = q.shape().size(-2);
    sizes[sizes.length - 1] = k.shape().size(-2);
    return new Variable(mask.storage(), layout.expand("mask", Shape.of(sizes)));
  }

  private static Variable expanded(Variable x, Shape batch) {
    long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    sizes[batch.rank()] = x.shape().size(-2);
    sizes[batch.rank() + 1] = x.shape().size(-1);
    return new Variable(x.storage(), x.layout().expand("batch", Shape.of(sizes)));
  }

  private static List<long[]> strides(List<Variable> inputs, Shape batch) {
    List<long[]> all = new ArrayList<>();
    for (Variable x : inputs) {
      long[] strides = new long[batch.rank()];
      int lead = batch.rank() - (x.rank() - 2);
      for (int d = lead; d < batch.rank(); d++) {
        strides[d] = x.layout().size(d - lead) == 1 ? 0 : x.layout().stride(d - lead);
      }
      all.add(strides);
    }
    return all;
  }

  /**
   * Drops dimensions of size 1 and merges neighbors where all operands allow; in place.
   *
   * @return how many are left
   */
  private static int merge(long[] sizes, List<long[]> strides) {
    int kept = 0;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == 1) {
        continue;
      }
      int last = kept - 1;
      int here = d;
      boolean merges = kept > 0 && strides.stream().allMatch(s -> s[last] == s[here] * sizes[here]);
      int at = merges ? last : kept++;
      sizes[at] = merges ? sizes[at] * sizes[d] : sizes[d];
      strides.forEach(s -> s[at] = s[here]);
    }
    return kept;
  }

  /** Gives back copies that were made on the way, as soon as what is pending has read them. */
  void release() {
    made.forEach(x -> x.storage().close());
    made.clear();
  }

  private long queries() {
    return q.x.shape().size(-2);
  }

  private long keys() {
    return k.x.shape().size(-2);
  }

  private long depth() {
    return q.x.shape().size(-1);
  }

  private long columns() {
    return v.x.shape().size(-1);
  }

  private boolean byRows() {
    return !q.x.scheduler().backend().runsTwins() && KernelSizes.vectors(q.x);
  }

  /** Adds the tasks that compute y, and the largest score and the sum of each of its rows. */
  void forward(Variable y, Variable top, Variable sum) {
    if (byRows()) {
      KernelTask.Builder task = rowsKernel("attention_forward_rows");
      task.in(pack(q, false).rows.value());
      task.in(pack(k, true).panels.value()).in(pack(v, false).rows.value());
      task.in(mask.x.value()).out(y.value()).out(top.value()).out(sum.value());
      addRows(task, queries());
      return;
    }
    KernelTask.Builder task = tilesKernel("attention_forward");
    inputs(task).out(y.value()).out(top.value()).out(sum.value());
    addTiles(task, queries(), new AttentionTwin(7)::forward);
  }

  /** Adds the tasks that compute dq. */
  void backwardQuery(Rows rows, Variable dq) {
    if (byRows()) {
      KernelTask.Builder task = rowsKernel("attention_backward_query_rows");
      Packed packedK = pack(k, true);
      task.in(pack(q, true).rows.value()).in(packedK.rows.value()).in(packedK.panels.value());
      task.in(pack(v, true).panels.value()).in(pack(operand(rows.dy), true).rows.value());
      ofRows(task.in(mask.x.value()), rows).out(dq.value());
      addRows(task, queries());
      return;
    }
    KernelTask.Builder task = tilesKernel("attention_backward_query");
    ofRows(inputs(task).in(rows.dy.value()), rows).out(dq.value());
    addTiles(task, queries(), new AttentionTwin(9)::backwardQuery);
  }

  /** Adds the tasks that compute dk and dv. */
  void backwardKey(Rows rows, Variable dk, Variable dv) {
    if (byRows()) {
      KernelTask.Builder task = rowsKernel("attention_backward_key_rows");
      Packed packedQ = pack(q, true);
      Packed packedDy = pack(operand(rows.dy), true);
      task.in(pack(k, true).rows.value()).in(pack(v, true).rows.value());
      task.in(packedQ.rows.value()).in(packedQ.panels.value());
      task.in(packedDy.rows.value()).in(packedDy.panels.value());
      ofRows(task.in(mask.x.value()), rows).out(dk.value()).out(dv.value());
      addRows(task, keys());
      return;
    }
    KernelTask.Builder task = tilesKernel("attention_backward_key");
    ofRows(inputs(task).in(rows.dy.value()), rows).out(dk.value()).out(dv.value());
    addTiles(task, keys(), new AttentionTwin(10)::backwardKey);
  }

  /** dy, which is contiguous. */
  private Operand operand(Variable dy) {
    long matrix = queries() * columns();
    return new Operand(dy, innerBatches * matrix, matrix, columns(), 1);
  }

  private KernelTask.Builder inputs(KernelTask.Builder task) {
    return task.in(q.x.value()).in(k.x.value()).in(v.x.value()).in(mask.x.value());
  }

  private static KernelTask.Builder ofRows(KernelTask.Builder task, Rows rows) {
    return task.in(rows.top.value()).in(rows.sum.value()).in(rows.delta.value());
  }

  private KernelTask.Builder tilesKernel(String entry) {
    String file = op.kernelFile();
    return KernelTask.of(op.name(), ProgramSource.ofFile(file, q.x.dtype(), 1), entry);
  }

  private KernelTask.Builder rowsKernel(String entry) {
    return KernelTask.of(op.name(), tile().program(ROWS_FILE, q.x.dtype()), entry);
  }

  private RegisterTile tile() {
    return RegisterTile.of(q.x, "attention").atLeast(LEAST_WIDTH);
  }

  private void addTiles(KernelTask.Builder task, long count, Twin twin) {
    sizes(task);
    for (Operand x : List.of(q, k, v)) {
      task.i64(x.outer).i64(x.inner).i64(x.row);
    }
    maskAndScale(task);
    long groups = Math.max(1, batches * ceilDiv(count, TILE));
    long[] global = {groups * GROUP};
    q.x.scheduler().add(task.build(global, new long[] {GROUP}, twin));
  }

  private void addRows(KernelTask.Builder task, long count) {
    sizes(task);
    maskAndScale(task);
    addItems(task, batches * ceilDiv(count, tile().rows()));
  }

  /** Work-items that do much each: a work-group of one lets all cores have some. */
  private void addItems(KernelTask.Builder task, long items) {
    q.x
        .scheduler()
        .add(
            task.build(
                new long[] {Math.max(1, items)},
                new long[] {1},
                call -> {
                  throw new IllegalStateException("these kernels are for OpenCL devices alone");
                }));
  }

  private void sizes(KernelTask.Builder task) {
    task.i64(batches).i64(innerBatches);
    task.i64(queries()).i64(keys()).i64(depth()).i64(columns());
  }

  private void maskAndScale(KernelTask.Builder task) {
    task.i64(mask.outer).i64(mask.inner).i64(mask.row).i64(mask.col);
    task.i64(masked ? 1 : 0).i64(causal ? 1 : 0);
    if (q.x.dtype() == DType.FLOAT32) {
      task.f32((float) scale);
    } else {
      task.f64(scale);
    }
  }

  /**
   * An operand in rows and panels without tails, copied once.
   *
   * @param panels whether they are wanted; the same for all that ask for a copy in backward, where
   *     most are read in both forms
   */
  private Packed pack(Operand x, boolean panels) {
    Packed known = packed.get(x.x);
    if (known == null || (panels && !known.hasPanels)) {
      known = packedAnew(x, panels);
      packed.put(x.x, known);
    }
    return known;
  }

  private Packed packedAnew(Operand x, boolean wantsPanels) {
    long size = x.x.shape().size(-2);
    long length = x.x.shape().size(-1);
    RegisterTile tile = tile();
    long wide = tile.columns();
    // Whole tiles of rows too, so that one may be read of each.
    long tall = ceilDiv(ceilDiv(size, tile.rows()) * tile.rows(), wide) * wide;
    Variable rows = scratch(Shape.of(batches * tall * ceilDiv(length, wide) * wide));
    Variable panels = scratch(Shape.of(wantsPanels ? batches * tall * length : 1));
    KernelTask.Builder task = rowsKernel("attention_pack");
    task.in(x.x.value()).out(rows.value()).out(panels.value());
    task.i64(batches).i64(innerBatches).i64(size).i64(length);
    task.i64(x.outer).i64(x.inner).i64(x.row).i64(wantsPanels ? 1 : 0);
    addItems(task, batches * (tall / wide));
    return new Packed(rows, panels, wantsPanels);
  }

  private Variable scratch(Shape shape) {
    Variable x =
        new Variable(
            q.x.scheduler().newStorage(op.name(), q.x.dtype(), shape), Layout.contiguous(shape));
    made.add(x);
    return x;
  }

  private static long ceilDiv(long x, long y) {
    return (x + y - 1) / y;
  }
}
