package dev.clgrad.optim;

import dev.clgrad.Autograd;
import dev.clgrad.AutogradException;
import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Scales losses up so that small gradients are not lost in float16, and gradients down again before
 * a step, as PyTorch's {@code GradScaler} (Micikevicius et al., Mixed Precision Training, 2018). A
 * step whose gradients hold an infinity or NaN is left out and the scale made smaller; after many
 * steps without one it grows again.
 *
 * <pre>{@code
 * GradScaler scaler = new GradScaler();
 * ...
 * optimizer.zeroGrad();
 * Tensor loss = model.forward(images.to(DType.FLOAT16)).crossEntropy(labels);
 * scaler.scale(loss).backward();
 * scaler.step(optimizer);
 * scaler.update();
 * }</pre>
 *
 * <p>Deciding whether to step needs one read from the device a step, so that this is no part of a
 * captured step. Not to be used by several threads at once.
 */
public final class GradScaler {
  private final Options options;
  private final IdentityHashMap<Optimizer, Boolean> finite = new IdentityHashMap<>();
  private double scale;
  private int stepsSinceChange;

  /** A scaler that starts with a scale of 65536. */
  public GradScaler() {
    this(Options.DEFAULT);
  }

  /** A scaler with options: {@code new GradScaler(GradScaler.options().initialScale(1024))}. */
  public GradScaler(Options options) {
    this.options = options;
    this.scale = options.initialScale;
  }

  /** PyTorch's defaults; each method gives options that differ in one point. */
  public static Options options() {
    return Options.DEFAULT;
  }

  /** What losses are multiplied by at present. */
  public double scale() {
    return scale;
  }

  /** The loss times the scale, in float32 where the loss is of float16 or bfloat16. */
  public Tensor scale(Tensor loss) {
    return (loss.dtype().isReduced() ? loss.to(DType.FLOAT32) : loss).mul(scale);
  }

  /**
   * Divides the gradients of an optimizer's parameters by the scale, in place: for what looks at
   * them before the step, such as clipping. {@link #step} does it where this was not called.
   *
   * @return whether all of them are finite
   * @throws AutogradException if it was done since the last {@link #update}
   */
  public boolean unscale(Optimizer optimizer) {
    if (finite.containsKey(optimizer)) {
      throw new AutogradException(
          "GradScaler.unscale: this optimizer's gradients have been unscaled since the last"
              + " update(); call update() after each step");
    }
    List<Tensor> sums = new ArrayList<>();
    try (var off = Autograd.noGrad()) {
      Autograd.visitGradients(
          optimizer.parameters(),
          (i, gradient) -> {
            gradient.mul_(1 / scale);
            // 0 for a finite number, NaN for any other.
            sums.add(gradient.to(DType.FLOAT32).mul(0).sum());
          });
      boolean all = sums.isEmpty() || sums.stream().reduce(Tensor::add).get().item() == 0;
      finite.put(optimizer, all);
      return all;
    }
  }

  /**
   * The optimizer's step with unscaled gradients, left out where one of them is not finite.
   *
   * @return whether the step was done
   */
  public boolean step(Optimizer optimizer) {
    Boolean known = finite.get(optimizer);
    boolean all = known == null ? unscale(optimizer) : known;
    if (all) {
      optimizer.step();
    }
    return all;
  }

  /**
   * Makes the scale smaller if a step was left out since the last call, and larger after {@code
   * growthInterval} calls without one.
   */
  public void update() {
    if (finite.containsValue(false)) {
      scale *= options.backoffFactor;
      stepsSinceChange = 0;
    } else if (++stepsSinceChange == options.growthInterval) {
      scale *= options.growthFactor;
      stepsSinceChange = 0;
    }
    finite.clear();
  }

  /** How a {@link GradScaler} changes its scale. Immutable. */
  public static final class Options {
    private static final Options DEFAULT = new Options(65536, 2, 0.5, 2000);

    private final double initialScale;
    private final double growthFactor;
    private final double backoffFactor;
    private final int growthInterval;

    private Options(
        double initialScale, double growthFactor, double backoffFactor, int growthInterval) {
      if (!(initialScale > 0 && initialScale < Double.POSITIVE_INFINITY)
          || !(growthFactor > 1)
          || !(backoffFactor > 0 && backoffFactor < 1)
          || growthInterval < 1) {
        throw new ClgradException(
            "GradScaler: initialScale "
                + initialScale
                + ", growthFactor "
                + growthFactor
                + ", backoffFactor "
                + backoffFactor
                + ", growthInterval "
                + growthInterval
                + "; expected a positive scale, growth above 1, backoff between 0 and 1, and an"
                + " interval of at least 1");
      }
      this.initialScale = initialScale;
      this.growthFactor = growthFactor;
      this.backoffFactor = backoffFactor;
      this.growthInterval = growthInterval;
    }

    /** The scale of the first step; 65536 by default. */
    public Options initialScale(double value) {
      return new Options(value, growthFactor, backoffFactor, growthInterval);
    }

    /** What the scale is multiplied by when it grows; 2 by default. */
    public Options growthFactor(double value) {
      return new Options(initialScale, value, backoffFactor, growthInterval);
    }

    /** What the scale is multiplied by after a step was left out; 0.5 by default. */
    public Options backoffFactor(double value) {
      return new Options(initialScale, growthFactor, value, growthInterval);
    }

    /** The updates without a step left out after which the scale grows; 2000 by default. */
    public Options growthInterval(int value) {
      return new Options(initialScale, growthFactor, backoffFactor, value);
    }
  }
}
