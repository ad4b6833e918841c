package dev.clgrad.op;

import dev.clgrad.AutogradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/** nll_loss: y = -w[t] x[t] along the classes for targets t, 0 where the target is ignored. */
public final class NllLoss extends CompositeOp {
  private static final NllLoss OP = new NllLoss();

  private NllLoss() {
    super("nll_loss");
  }

  /**
   * The loss of log-probabilities x of shape (C) or (N, C, …) and class indices of shape () or (N,
   * …).
   *
   * @param options as for cross_entropy; smoothing is not used
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes do not fit
   * @throws dev.clgrad.IndexException if a target is neither a class nor ignored: at once on the
   *     CPU, at the next read elsewhere
   */
  public static Variable of(Variable x, Variable target, CrossEntropy.Options options) {
    Losses.check(OP.name(), x);
    int classDim = x.rank() == 1 ? 0 : 1;
    check(x, target, classDim, options.weight());
    Variable t = target.detach();
    Variable ignored = Eq.of(t, options.ignoreIndex());
    Variable place = Where.of(ignored, 0, t);
    Variable picked = Gather.of(OP.name(), x, classDim, Unsqueeze.of(place, classDim));
    Variable losses = Neg.of(Reshape.of(picked, t.shape()));
    Variable weights = null;
    if (options.weight() != null) {
      Shape flat = Shape.of(t.shape().numel());
      Variable w = Gather.of(OP.name(), options.weight().detach(), 0, Reshape.of(place, flat));
      weights = Where.of(ignored, 0, Reshape.of(w, t.shape()));
      losses = Mul.of(losses, weights);
    }
    // Chosen last: where a target is ignored the gradient is 0, whatever it is multiplied with.
    losses = Where.of(ignored, 0, losses);
    return switch (options.mode()) {
      case NONE -> losses;
      case SUM -> Sum.of(losses, new int[0], false);
      case MEAN -> {
        Variable counted = weights == null ? Eq.of(ignored, 0) : weights;
        Variable total = Cast.to(Sum.of(counted, new int[0], false), x.dtype());
        yield Div.of(Sum.of(losses, new int[0], false), total);
      }
    };
  }

  private static void check(Variable x, Variable target, int classDim, @Nullable Variable weight) {
    if (x.rank() == 0) {
      throw new ShapeException(
          "nll_loss: the log-probabilities are a scalar; expected shape (C) or (N, C, …)");
    }
    if (target.dtype() != DType.INT64) {
      throw new DTypeException(
          "nll_loss: the target is of "
              + target.dtype()
              + "; expected class indices of int64, convert with to(DType.INT64)");
    }
    Shape expected = Reduction.droppedShape(x.shape(), new int[] {classDim});
    if (!target.shape().equals(expected)) {
      throw new ShapeException(
          "nll_loss: for log-probabilities of shape "
              + x.shape()
              + " the target must have shape "
              + expected
              + ", not "
              + target.shape());
    }
    if (weight == null) {
      return;
    }
    Shape classes = Shape.of(x.shape().size(classDim));
    if (!weight.shape().equals(classes) || weight.dtype() != x.dtype()) {
      throw new ShapeException(
          "nll_loss: the weight of shape "
              + weight.shape()
              + " and dtype "
              + weight.dtype()
              + " does not fit log-probabilities of shape "
              + x.shape()
              + "; expected one number of "
              + x.dtype()
              + " for each class, shape "
              + classes);
    }
    if (weight.isDifferentiated() && GradMode.isEnabled()) {
      throw new AutogradException("nll_loss: class weights get no gradient; pass weight.detach()");
    }
  }
}
