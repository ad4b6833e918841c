package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects expressions over one index space into a {@link Body}; what is equal is shared. */
final class BodyBuilder {
  private final Batch batch;
  private final Inlining inlining;
  private final Shape shape;
  private final List<Body.Load> loads = new ArrayList<>();
  private final List<Body.Step> steps = new ArrayList<>();
  private final List<Body.Store> stores = new ArrayList<>();
  private final List<Instance> instances = new ArrayList<>();

  /** A task computed here, seen through a view (null: as it is). */
  private record Instance(int task, @Nullable Layout view, int step) {}

  BodyBuilder(Batch batch, Inlining inlining, Shape shape) {
    this.batch = batch;
    this.inlining = inlining;
    this.shape = shape;
  }

  /** Makes the value of a content, which a kernel hands over, the first load. */
  void given(int slot, DType dtype) {
    loads.add(new Body.Load(slot, dtype, Layout.contiguous(shape)));
  }

  /** Adds a task whose result is stored. */
  void store(int task) {
    Value output = inlining.pointwise(task).output();
    int step = instance(task, null);
    stores.add(new Body.Store(batch.slot(output.content()), step, output.layout()));
  }

  /** Adds a result as a kernel reads it through a view; the step that makes it. */
  int value(int task, Layout view) {
    Layout whole = inlining.pointwise(task).output().layout();
    return instance(task, Views.isSame(view, whole) ? null : view);
  }

  Body build() {
    return Body.of(shape, loads, steps, stores);
  }

  /** The tasks computed here, in order. */
  int[] tasks() {
    return instances.stream().mapToInt(Instance::task).distinct().sorted().toArray();
  }

  private int instance(int task, @Nullable Layout view) {
    for (Instance known : instances) {
      if (known.task == task && java.util.Objects.equals(known.view, view)) {
        return known.step;
      }
    }
    PointwiseTask pointwise = inlining.pointwise(task);
    int[] slots = batch.reads(task);
    List<Integer> operands = new ArrayList<>();
    int k = -1;
    for (Kind kind : pointwise.function().inputs()) {
      if (kind == Kind.INDEX) {
        // A view of the result is a layout over the result's own places.
        Layout whole = Layout.contiguous(pointwise.output().shape());
        operands.add(load(Body.Load.index(view == null ? whole : view)));
        continue;
      }
      k++;
      Layout layout = pointwise.inputs().get(k).layout();
      Layout seen = view == null ? layout : Views.through(view, layout);
      operands.add(operand(slots[k], java.util.Objects.requireNonNull(seen)));
    }
    steps.add(new Body.Step(pointwise.function(), pointwise.dtype(), List.copyOf(operands), task));
    instances.add(new Instance(task, view, steps.size() - 1));
    return steps.size() - 1;
  }

  private int operand(int slot, Layout layout) {
    int w = inlining.writer(slot);
    if (w >= 0 && inlining.isInlined(w)) {
      return -1 - value(w, layout);
    }
    if (w >= 0) {
      for (Instance known : instances) {
        if (known.task == w && known.view == null && isResult(w, layout)) {
          return -1 - known.step;
        }
      }
    }
    return load(new Body.Load(slot, batch.content(slot).dtype(), layout));
  }

  private int load(Body.Load load) {
    int known = loads.indexOf(load);
    if (known < 0) {
      loads.add(load);
    }
    return known < 0 ? loads.size() - 1 : known;
  }

  private boolean isResult(int task, Layout layout) {
    return batch.tasks().get(task) instanceof PointwiseTask p
        && Views.isSame(layout, p.output().layout());
  }
}
