package dev.clgrad.schedule;

import dev.clgrad.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Computes what was traced for many values of one content at once, its rows: what depends on that
 * content gets a dimension for the rows in front, everything else is computed once.
 *
 * <p>A content of n elements becomes one of rows × n, so that every view of it stays the view it
 * was, with the stride n between rows. A pointwise task is the same function over these views; a
 * task with a {@linkplain Trace.Rule rule} is left to that; the kernel of any other task is
 * launched for each row, with its buffers beginning where the row does. No operation has to know of
 * it.
 */
public final class Widening implements AutoCloseable {
  private final Scheduler scheduler;
  private final Content varied;
  private final List<Task> once = new ArrayList<>();
  private final List<Task> each = new ArrayList<>();
  private final Set<Content> depends = Collections.newSetFromMap(new IdentityHashMap<>());

  /** How many of {@link #each} have run when nobody reads a content any more. */
  private final IdentityHashMap<Content, Integer> lastRead = new IdentityHashMap<>();

  /** What stands for contents that are the same for all rows. */
  private final IdentityHashMap<Content, Content> common = new IdentityHashMap<>();

  private final List<Content> held = new ArrayList<>();
  private boolean begun;

  /** Several rows of a value, with the number of rows as a dimension in front. */
  public record Rows(Storage storage, Layout layout) {}

  /**
   * Sorts out what depends on a content.
   *
   * @param trace stays open until this is closed
   * @param varied a content that the trace reads and nobody writes
   * @throws Trace.Refused if something that depends on it cannot be widened
   */
  public Widening(Trace trace, Content varied) {
    this.scheduler = trace.scheduler();
    this.varied = varied;
    depends.add(varied);
    for (Task task : trace.tasks()) {
      Task.Patch patch = task.patch();
      boolean dependent = patch != null && depends.contains(patch.base());
      for (Value input : task.inputs()) {
        dependent |= depends.contains(input.content());
      }
      if (!dependent) {
        once.add(task);
        continue;
      }
      check(task);
      task.outputs().forEach(output -> depends.add(output.content()));
      task.inputs().forEach(input -> lastRead.put(input.content(), each.size()));
      if (patch != null) {
        lastRead.put(patch.base(), each.size());
      }
      each.add(task);
    }
  }

  private static void check(Task task) {
    if (task instanceof PointwiseTask pointwise) {
      PointwiseFunction function = pointwise.function();
      if (function.given() < function.inputs().size()) {
        throw new Trace.Refused(task.op() + " counts elements, which rows would change");
      }
    } else if (task instanceof RuledTask) {
      for (Value output : task.outputs()) {
        Layout layout = output.layout();
        if (layout.offset() != 0
            || !layout.isContiguous()
            || layout.shape().numel() != output.content().length()) {
          throw new Trace.Refused(task.op() + " writes a part of its output");
        }
      }
    }
  }

  /** The bytes of everything that a row has of its own, stored or not. */
  public long bytesPerRow() {
    long bytes = 0;
    for (Content content : depends) {
      bytes += content.length() * content.dtype().bytes();
    }
    return bytes;
  }

  /**
   * Adds the tasks that compute rows.
   *
   * @param seeds contiguous: the varied content of each row, one behind the other
   * @param wanted what is wanted of each row: values of the trace, or of what it reads
   * @return the rows of each of these
   */
  public List<Rows> rows(Value seeds, List<Value> wanted) {
    scheduler.lock();
    try {
      if (!begun) {
        begun = true;
        once.forEach(this::addOnce);
      }
      return new Block(seeds).rows(wanted);
    } finally {
      scheduler.unlock();
    }
  }

  private Content common(Content content) {
    return common.getOrDefault(content, content);
  }

  private void addOnce(Task task) {
    for (Value output : task.outputs()) {
      Content traced = output.content();
      Content fresh = new Content(scheduler, traced.dtype(), traced.length());
      Content donor = traced.donor();
      fresh.setDonor(donor == null ? null : common(donor));
      fresh.retain();
      held.add(fresh);
      common.put(traced, fresh);
    }
    if (task instanceof RuledTask ruled) {
      ruled
          .rule()
          .add(
              task.inputs().stream().map(v -> single(common(v.content()), v.layout())).toList(),
              task.outputs().stream().map(v -> single(common(v.content()), v.layout())).toList());
    } else {
      scheduler.add(task.with(v -> new Value(common(v.content()), v.layout())));
    }
  }

  private static Value single(Content content, Layout layout) {
    return new Value(content, inFront(layout, 1, content.length()));
  }

  /** A layout with one more dimension in front. */
  private static Layout inFront(Layout layout, long size, long stride) {
    int rank = layout.rank();
    long[] sizes = new long[rank + 1];
    long[] strides = new long[rank + 1];
    sizes[0] = size;
    strides[0] = stride;
    for (int d = 0; d < rank; d++) {
      sizes[d + 1] = layout.size(d);
      strides[d + 1] = layout.stride(d);
    }
    return Layout.of(Shape.of(sizes), strides, layout.offset());
  }

  /** Lets go of what all rows had in common. */
  @Override
  public void close() {
    scheduler.lock();
    try {
      held.forEach(Content::release);
      held.clear();
    } finally {
      scheduler.unlock();
    }
  }

  /** Some rows that are computed together. */
  private final class Block {
    private final long rows;
    private final IdentityHashMap<Content, Content> wide = new IdentityHashMap<>();
    private final Set<Content> own = Collections.newSetFromMap(new IdentityHashMap<>());

    Block(Value seeds) {
      this.rows = seeds.shape().size(0);
      wide.put(varied, seeds.content());
    }

    List<Rows> rows(List<Value> wanted) {
      Set<Content> kept = Collections.newSetFromMap(new IdentityHashMap<>());
      wanted.forEach(value -> kept.add(value.content()));
      try {
        for (int t = 0; t < each.size(); t++) {
          Task task = each.get(t);
          task.outputs().forEach(output -> wide.put(output.content(), made(output.content())));
          add(task);
          release(task, t, kept);
        }
        List<Rows> found = new ArrayList<>();
        for (Value value : wanted) {
          Value all = of(value);
          found.add(new Rows(Storage.of(all.content()), all.layout()));
        }
        return found;
      } finally {
        own.forEach(Content::release);
      }
    }

    /** Holds a new content, so that it stays until its last reader is there. */
    private Content made(Content traced) {
      Content content =
          new Content(scheduler, traced.dtype(), Math.multiplyExact(rows, traced.length()));
      content.retain();
      own.add(content);
      return content;
    }

    private void release(Task task, int t, Set<Content> kept) {
      List<Content> ended = new ArrayList<>();
      task.inputs().forEach(v -> ended.add(v.content()));
      task.outputs().forEach(v -> ended.add(v.content()));
      Task.Patch patch = task.patch();
      if (patch != null) {
        ended.add(patch.base());
      }
      for (Content traced : ended) {
        Content content = wide.get(traced);
        boolean isOver = lastRead.getOrDefault(traced, -1) <= t && !kept.contains(traced);
        if (content != null && isOver && own.remove(content)) {
          content.release();
        }
      }
    }

    private void add(Task task) {
      if (task instanceof RuledTask ruled) {
        ruled
            .rule()
            .add(
                task.inputs().stream().map(this::of).toList(),
                task.outputs().stream().map(this::of).toList());
        return;
      }
      Task widened =
          task instanceof KernelTask kernel
              ? kernel.repeated(rows, this::of)
              : task.rebuilt(this::of);
      Task.Patch patch = task.patch();
      Content copied = null;
      if (patch != null) {
        Content base = wide.get(patch.base());
        if (base == null) {
          copied = repeated(patch);
          base = copied;
        }
        widened.patches(base, patch.copy());
        widened.outputs().get(0).content().setDonor(base);
      }
      scheduler.add(widened);
      if (copied != null && own.remove(copied)) {
        copied.release();
      }
    }

    /** What a write to a part of each row leaves alone, where all rows have it in common. */
    private Content repeated(Task.Patch patch) {
      Content base = common(patch.base());
      Content copy = made(base);
      Layout row = Layout.contiguous(Shape.of(base.length()));
      scheduler.add(
          patch
              .copy()
              .apply(
                  new Value(base, inFront(row, rows, 0)),
                  new Value(copy, inFront(row, rows, base.length()))));
      return copy;
    }

    private Value of(Value value) {
      Content content = wide.get(value.content());
      return content == null
          ? new Value(common(value.content()), inFront(value.layout(), rows, 0))
          : new Value(content, inFront(value.layout(), rows, value.content().length()));
    }
  }
}
