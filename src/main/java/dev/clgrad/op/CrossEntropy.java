package dev.clgrad.op;

import dev.clgrad.AutogradException;
import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.IndexException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cross_entropy: loss = -Σ T log softmax(x) over the classes, where T is 1 at the target class (or
 * what label smoothing and weights make of it); dx = dy (softmax(x) Σ T - T).
 *
 * <p>For targets that are class probabilities it is made of other operations, which give the target
 * its gradient too.
 */
public final class CrossEntropy extends KernelOp {
  private static final CrossEntropy OP = new CrossEntropy();

  /** Rows of so few classes are not worth a work-group each. */
  private static final long FEW_CLASSES = 32;

  /** What becomes of the losses of all positions. */
  public enum Mode {
    /** Each stays. */
    NONE,
    /** They are added up. */
    SUM,
    /** Their sum is divided by the sum of the targets' weights. */
    MEAN
  }

  /**
   * How the loss is computed.
   *
   * @param weight the weight of each class; null for 1
   * @param ignoreIndex the class whose positions do not count
   * @param smoothing how much of each target is spread evenly over all classes, from 0 to 1
   */
  public record Options(Mode mode, @Nullable Variable weight, long ignoreIndex, double smoothing) {
    private Options widened() {
      return new Options(mode, Widened.inOrNull(weight), ignoreIndex, smoothing);
    }
  }

  private CrossEntropy() {
    super("cross_entropy", "loss/cross_entropy.cl");
  }

  @Override
  public String nodeName() {
    return "NllLossBackward0";
  }

  /**
   * The loss of scores x of shape (C) or (N, C, …) and targets: class indices of int64 and shape ()
   * or (N, …), or class probabilities of the shape of x.
   *
   * @throws ShapeException if shapes do not fit
   * @throws DTypeException if dtypes do not fit
   * @throws IndexException if a target is neither a class nor ignored: at once on the CPU, at the
   *     next read elsewhere
   * @throws ClgradException if the smoothing is not from 0 to 1
   */
  public static Variable of(Variable x, Variable target, Options options) {
    check(x, target, options);
    if (Widened.isNeeded(x)) {
      Variable wideTarget = Widened.in(target);
      return Widened.through(x, wide -> of(wide, wideTarget, options.widened()));
    }
    return target.dtype().isFloating()
        ? ofProbabilities(x, target, options)
        : ofIndices(x, target, options);
  }

  private static void check(Variable x, Variable target, Options options) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "cross_entropy: the scores must be of float32 or float64, not "
              + x.dtype()
              + "; convert them with to(DType.FLOAT32)");
    }
    if (!(options.smoothing >= 0 && options.smoothing <= 1)) {
      throw new ClgradException(
          "cross_entropy: label smoothing must be from 0 to 1, not " + options.smoothing);
    }
    if (x.rank() == 0) {
      throw new ShapeException(
          "cross_entropy: the scores are a scalar; expected shape (C) or (N, C, …)");
    }
    int classDim = classDim(x);
    boolean probabilities = target.dtype().isFloating();
    if (probabilities ? target.dtype() != x.dtype() : target.dtype() != DType.INT64) {
      throw new DTypeException(
          "cross_entropy: the target is of "
              + target.dtype()
              + "; expected class indices of int64, or class probabilities of "
              + x.dtype()
              + " as the scores");
    }
    Shape expected =
        probabilities ? x.shape() : Reduction.droppedShape(x.shape(), new int[] {classDim});
    if (!target.shape().equals(expected)) {
      throw new ShapeException(
          "cross_entropy: for scores of shape "
              + x.shape()
              + " a target of "
              + target.dtype()
              + " must have shape "
              + expected
              + ", not "
              + target.shape());
    }
    if (probabilities && options.ignoreIndex >= 0) {
      throw new ClgradException(
          "cross_entropy: ignoreIndex "
              + options.ignoreIndex
              + " has no meaning for class probabilities; leave it out");
    }
    checkWeight(x, options.weight, probabilities);
  }

  private static void checkWeight(Variable x, @Nullable Variable weight, boolean probabilities) {
    if (weight == null) {
      return;
    }
    Shape expected = Shape.of(x.shape().size(classDim(x)));
    if (!weight.shape().equals(expected) || weight.dtype() != x.dtype()) {
      throw new ShapeException(
          "cross_entropy: the weight of shape "
              + weight.shape()
              + " and dtype "
              + weight.dtype()
              + " does not fit scores of shape "
              + x.shape()
              + "; expected one number of "
              + x.dtype()
              + " for each class, shape "
              + expected);
    }
    if (!probabilities && weight.isDifferentiated() && GradMode.isEnabled()) {
      throw new AutogradException(
          "cross_entropy: class weights get no gradient with class indices; pass weight.detach()");
    }
  }

  private static int classDim(Variable x) {
    return x.rank() == 1 ? 0 : 1;
  }

  private static Variable ofProbabilities(Variable x, Variable target, Options options) {
    int[] dim = {classDim(x)};
    long classes = x.shape().size(dim[0]);
    Variable t = target;
    if (options.smoothing > 0) {
      t = Add.of(Mul.of(t, 1 - options.smoothing), options.smoothing / classes);
    }
    Variable product = Mul.of(LogSoftmax.of(x, dim[0], null), t);
    if (options.weight != null) {
      long[] sizes = new long[x.rank()];
      Arrays.fill(sizes, 1);
      sizes[dim[0]] = classes;
      product = Mul.of(product, Reshape.of(options.weight, Shape.of(sizes)));
    }
    long positions = Reduction.droppedShape(x.shape(), dim).numel();
    return switch (options.mode) {
      case NONE -> Mul.of(Sum.of(product, dim, false), -1);
      case SUM -> Mul.of(Sum.of(product, new int[0], false), -1);
      case MEAN -> Mul.of(Sum.of(product, new int[0], false), -1.0 / positions);
    };
  }

  private static Variable ofIndices(Variable x, Variable target, Options options) {
    Reduction r = Reduction.of(x, new int[] {classDim(x)});
    Variable t = contiguous(target.detach());
    Variable weight = options.weight == null ? null : contiguous(options.weight.detach());
    long positions = r.outer() * r.inner();
    Variable stats = scratch(x, Shape.of(2, positions));
    Variable terms = scratch(x, Shape.of(2, positions));
    KernelTask.Builder task = kernel("forward", r);
    task.in(r.input().value()).in(t.value()).in((weight == null ? r.input() : weight).value());
    task.out(stats.value()).out(terms.value()).status(status(r.count(), options.ignoreIndex));
    task.i64(positions).i64(r.count()).i64(r.inner()).i64(options.ignoreIndex);
    smoothing(task.i32(weight == null ? 0 : 1), x.dtype(), options.smoothing);
    add(task, r, CrossEntropyTwin::forward);
    Reduction.release(r.input(), x);
    Variable totals = stats;
    Variable y;
    if (options.mode == Mode.NONE) {
      y = new Variable(terms.storage(), Layout.contiguous(r.droppedShape()));
    } else {
      Variable sums = Sum.forward(OP.name(), terms, new int[] {1}, false, 1);
      if (options.mode == Mode.SUM) {
        y = new Variable(sums.storage(), Layout.contiguous(Shape.SCALAR));
      } else {
        y = mean(sums);
        totals = sums;
      }
    }
    List<Variable> saved = new ArrayList<>(List.of(x, t, stats, totals));
    if (weight != null) {
      saved.add(weight);
    }
    Mode mode = options.mode;
    long ignoreIndex = options.ignoreIndex;
    double smoothing = options.smoothing;
    boolean weighted = weight != null;
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        saved,
        c -> {
          Options again = new Options(mode, weighted ? c.saved(4) : null, ignoreIndex, smoothing);
          return new @Nullable Variable[] {
            c.createGraph()
                ? gradient(c.dy(), c.saved(0), c.saved(1), c.saved(3), again)
                : backward(c.dy(), c.saved(0), c.saved(1), c.saved(2), c.saved(3), again)
          };
        });
    // What backward reads has been saved, and so shared, above.
    stats.storage().close();
    if (mode != Mode.NONE) {
      terms.storage().close();
    }
    if (mode == Mode.MEAN) {
      totals.storage().close();
    }
    Reduction.release(t, target);
    if (weight != null && options.weight != null) {
      Reduction.release(weight, options.weight);
    }
    return y;
  }

  private static Variable mean(Variable totals) {
    Variable y = scratch(totals, Shape.SCALAR);
    KernelTask.Builder task =
        KernelTask.of(OP.name(), program(totals.dtype()), "cross_entropy_mean");
    task.in(totals.value()).out(y.value());
    totals.scheduler().add(task.build(new long[] {1}, new long[] {1}, CrossEntropyTwin::mean));
    return y;
  }

  private static Variable backward(
      Variable dy, Variable x, Variable t, Variable stats, Variable totals, Options options) {
    Reduction r = Reduction.of(x, new int[] {classDim(x)});
    Variable dx = scratch(x, x.shape());
    Variable weight = options.weight;
    KernelTask.Builder task = kernel("backward", r);
    Variable upstream = contiguous(dy);
    task.in(upstream.value()).in(r.input().value()).in(t.value());
    task.in((weight == null ? r.input() : weight).value());
    task.in(stats.value()).in(totals.value()).out(dx.value());
    task.i64(r.outer() * r.inner()).i64(r.count()).i64(r.inner()).i64(options.ignoreIndex);
    smoothing(task.i32(weight == null ? 0 : 1), x.dtype(), options.smoothing);
    add(task.i32(options.mode.ordinal()), r, CrossEntropyTwin::backward);
    Reduction.release(upstream, dy);
    Reduction.release(r.input(), x);
    return dx;
  }

  /** dx = dy (softmax(x) Σ T - T) in differentiable operations; T is a constant. */
  private static Variable gradient(
      Variable dy, Variable x, Variable t, Variable totals, Options options) {
    int[] dim = {classDim(x)};
    Reduction r = Reduction.of(x, dim);
    Variable all = scratch(x, x.shape());
    Variable weight = options.weight;
    KernelTask.Builder task = KernelTask.of(OP.name(), program(x.dtype()), "cross_entropy_target");
    task.in(t.value()).in((weight == null ? r.input() : weight).value()).in(totals.value());
    task.out(all.value()).i64(x.shape().numel()).i64(r.count()).i64(r.inner());
    task.i64(options.ignoreIndex);
    smoothing(task.i32(weight == null ? 0 : 1), x.dtype(), options.smoothing);
    x.scheduler()
        .add(
            task.i32(options.mode.ordinal())
                .build(
                    KernelSizes.global(x.shape().numel(), KernelSizes.ITEMS),
                    KernelSizes.local(KernelSizes.ITEMS),
                    CrossEntropyTwin::target));
    Reduction.release(r.input(), x);
    Variable scale = Sum.forward(OP.name(), all, dim, true, 1);
    Variable upstream = options.mode == Mode.NONE ? Reshape.of(dy, r.keptShape()) : dy;
    return Mul.of(upstream, Sub.of(Mul.of(Softmax.of(x, dim[0], null), scale), all));
  }

  private static KernelTask.Builder kernel(String direction, Reduction r) {
    String kind = "";
    if (r.inner() == 1 && KernelSizes.vectors(r.input())) {
      kind = "_rows";
    } else if (isGroup(r)) {
      kind = "_group";
    }
    return KernelTask.of(
        OP.name(), program(r.input().dtype()), "cross_entropy_" + direction + kind);
  }

  private static boolean isGroup(Reduction r) {
    return r.inner() == 1 && r.count() > FEW_CLASSES && !KernelSizes.vectors(r.input());
  }

  private static void add(KernelTask.Builder task, Reduction r, Twin twin) {
    long positions = r.outer() * r.inner();
    int local =
        isGroup(r)
            ? KernelSizes.GROUP
            : r.inner() == 1 && KernelSizes.vectors(r.input())
                ? KernelSizes.VECTOR
                : KernelSizes.ITEMS;
    long tasks = isGroup(r) ? positions * local : positions;
    r.input()
        .scheduler()
        .add(task.build(KernelSizes.global(tasks, local), KernelSizes.local(local), twin));
  }

  private static Arg.Status status(long classes, long ignoreIndex) {
    return new Arg.Status(
        value ->
            new IndexException(
                "cross_entropy: target "
                    + value
                    + " is no class; expected a value from 0 to "
                    + (classes - 1)
                    + ", or "
                    + ignoreIndex
                    + " for a position that is to be ignored"));
  }

  private static void smoothing(KernelTask.Builder task, DType dtype, double value) {
    if (dtype == DType.FLOAT32) {
      task.f32((float) value);
    } else {
      task.f64(value);
    }
  }

  private static ProgramSource program(DType dtype) {
    return ProgramSource.ofFile(OP.kernelFile(), dtype, 1);
  }

  private static Variable scratch(Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(OP.name(), like.dtype(), shape), Layout.contiguous(shape));
  }

  private static Variable contiguous(Variable x) {
    return x.layout().isContiguous() ? x : Cast.copy(x);
  }
}
