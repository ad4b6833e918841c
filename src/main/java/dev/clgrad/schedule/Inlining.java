package dev.clgrad.schedule;

import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pointwise results of a batch are stored, and which are computed within those who read them.
 * The whole of what a result is computed from, up to what lies in memory, is its expression; its
 * size is bounded, so that kernels stay small and nothing waits for ever.
 */
final class Inlining {
  /** The most functions in one expression. */
  static final int MAX_STEPS = 32;

  /** The most contents that one expression reads. */
  static final int MAX_READS = 12;

  /** What may be computed again rather than stored and read: two exponentials, say. */
  static final int RECOMPUTE_COST = 20;

  /** What may be computed once for each element it is repeated for. */
  private static final int REPEAT_COST = 4;

  private final Batch batch;
  private final boolean fused;
  private final int[] writer;
  private final boolean[] definition;
  private final boolean[] stored;
  private final boolean[] live;
  private final int[] steps;
  private final int[] cost;
  private final BitSet[] reads;

  Inlining(Batch batch, boolean fused) {
    this.batch = batch;
    this.fused = fused;
    int count = batch.tasks().size();
    this.writer = new int[batch.contentCount()];
    java.util.Arrays.fill(writer, -1);
    this.definition = new boolean[count];
    this.stored = new boolean[count];
    this.live = new boolean[count];
    this.steps = new int[count];
    this.cost = new int[count];
    this.reads = new BitSet[count];
    for (int t = 0; t < count; t++) {
      Task task = batch.tasks().get(t);
      definition[t] = task.isDefinition();
      for (Value output : task.outputs()) {
        writer[batch.slot(output.content())] = t;
      }
    }
    findLive();
    for (int t = 0; t < count; t++) {
      if (live[t]) {
        measure(t);
      }
    }
  }

  /** The task that makes a content in this batch; -1 if it was there before. */
  int writer(int slot) {
    return writer[slot];
  }

  /** Whether anybody can ask for what a task makes. */
  boolean isLive(int task) {
    return live[task];
  }

  /** Whether a task's result is computed within those who read it. */
  boolean isInlined(int task) {
    return definition[task] && !stored[task];
  }

  int cost(int task) {
    return cost[task];
  }

  /** Decides that a result is stored after all. */
  void store(int task) {
    stored[task] = true;
  }

  PointwiseTask pointwise(int task) {
    return (PointwiseTask) batch.tasks().get(task);
  }

  private void findLive() {
    boolean[] read = new boolean[writer.length];
    for (int t = batch.tasks().size() - 1; t >= 0; t--) {
      Task task = batch.tasks().get(t);
      boolean wanted = t >= batch.imported() && task.mayFail();
      boolean used = false;
      for (Value output : task.outputs()) {
        int slot = batch.slot(output.content());
        used |= read[slot];
        wanted |= read[slot] || batch.isWanted(slot);
        wanted |= t >= batch.imported() && batch.isHeld(slot);
      }
      live[t] = wanted;
      if (!wanted) {
        continue;
      }
      // What nobody in the batch reads is what the program is about.
      stored[t] = !fused || !definition[t] || (!used && t >= batch.imported()) || isWanted(task);
      for (int slot : batch.reads(t)) {
        read[slot] = true;
      }
      Task.Patch patch = task.patch();
      if (patch != null) {
        read[batch.slot(patch.base())] = true;
      }
    }
  }

  private boolean isWanted(Task task) {
    return task.outputs().stream().anyMatch(v -> batch.isWanted(batch.slot(v.content())));
  }

  /** The size of a task's expression, cut where it would be too large or cannot be expressed. */
  private void measure(int t) {
    Task task = batch.tasks().get(t);
    int[] slots = batch.reads(t);
    if (task instanceof KernelTask kernel) {
      for (int k = 0; k < slots.length; k++) {
        int w = writer[slots[k]];
        Value input = task.inputs().get(k);
        boolean inside = fused && k == kernel.source() && canInline(w, input.layout());
        inside &= !kernel.readsSourceAgain() || w < 0 || cost[w] <= RECOMPUTE_COST;
        if (w >= 0 && definition[w] && !inside) {
          stored[w] = true;
        }
      }
      return;
    }
    Task.Patch patch = task.patch();
    if (patch != null) {
      int base = writer[batch.slot(patch.base())];
      if (base >= 0) {
        stored[base] = true;
      }
    }
    boolean[] inside = new boolean[slots.length];
    for (int k = 0; k < slots.length; k++) {
      int w = writer[slots[k]];
      inside[k] = canInline(w, task.inputs().get(k).layout());
      if (w >= 0 && definition[w] && !inside[k]) {
        stored[w] = true;
      }
    }
    while (!add(t, slots, inside)) {
      int largest = -1;
      for (int k = 0; k < slots.length; k++) {
        if (inside[k] && (largest < 0 || steps[writer[slots[k]]] > steps[writer[slots[largest]]])) {
          largest = k;
        }
      }
      if (largest < 0) {
        break;
      }
      inside[largest] = false;
      stored[writer[slots[largest]]] = true;
    }
    // What somebody may ask for later must not cost too much then, nor keep much more memory alive
    // than it would take itself. What was written in place is there to stay, such as a parameter.
    boolean held = t >= batch.imported() && definition[t] && isHeldOutput(task);
    if (held
        && (cost[t] > RECOMPUTE_COST
            || heldBytes(t) > 4 * bytes(task)
            || batch.donor(batch.writes(t)[0]) >= 0)) {
      stored[t] = true;
    }
  }

  private boolean isHeldOutput(Task task) {
    return batch.isHeld(batch.slot(task.outputs().get(0).content()));
  }

  private static long bytes(Task task) {
    Content content = task.outputs().get(0).content();
    return Math.max(64, content.length() * content.dtype().bytes());
  }

  private long heldBytes(int t) {
    return reads[t].stream()
        .mapToLong(s -> batch.content(s).length() * batch.content(s).dtype().bytes())
        .sum();
  }

  /** Sums up an expression; whether it is within bounds. */
  private boolean add(int t, int[] slots, boolean[] inside) {
    steps[t] = 1;
    cost[t] = pointwise(t).function().cost();
    BitSet all = new BitSet();
    for (int k = 0; k < slots.length; k++) {
      int w = writer[slots[k]];
      if (inside[k] && !stored[w]) {
        steps[t] += steps[w];
        cost[t] += cost[w];
        all.or(reads[w]);
      } else {
        all.set(slots[k]);
      }
    }
    reads[t] = all;
    return steps[t] <= MAX_STEPS && all.cardinality() <= MAX_READS;
  }

  private boolean canInline(int w, Layout view) {
    if (w < 0 || !isInlined(w)) {
      return false;
    }
    Layout result = pointwise(w).output().layout();
    if (Views.isSame(view, result)) {
      return true;
    }
    boolean repeats = view.shape().numel() > result.shape().numel();
    return (!repeats || cost[w] <= REPEAT_COST) && canLookThrough(w, view);
  }

  /** Whether strides can express how a view of a result reads what it is computed from. */
  private boolean canLookThrough(int w, Layout view) {
    int[] slots = batch.reads(w);
    List<Value> inputs = pointwise(w).inputs();
    for (int k = 0; k < slots.length; k++) {
      @Nullable Layout through = Views.through(view, inputs.get(k).layout());
      if (through == null) {
        return false;
      }
      int v = writer[slots[k]];
      if (v >= 0 && isInlined(v) && !canLookThrough(v, through)) {
        return false;
      }
    }
    return true;
  }
}
