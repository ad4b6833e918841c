package dev.clgrad.op;

import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * binary_cross_entropy_with_logits: y = (1 - t) x + (1 + (w - 1) t) ln(1 + e^-x), which is
 * binary_cross_entropy of sigmoid(x) without its overflow, with a weight w for positive targets.
 */
public final class BinaryCrossEntropyWithLogits extends CompositeOp {
  private static final BinaryCrossEntropyWithLogits OP = new BinaryCrossEntropyWithLogits();

  private BinaryCrossEntropyWithLogits() {
    super("binary_cross_entropy_with_logits");
  }

  /**
   * The losses of scores and targets of the same shape.
   *
   * @param positive the weight of positive targets, broadcast; null for 1
   * @throws dev.clgrad.ShapeException if the shapes do not fit
   * @throws dev.clgrad.DTypeException if the dtypes do not fit
   */
  public static Variable of(Variable x, Variable target, @Nullable Variable positive) {
    Losses.check(OP.name(), x, target);
    Losses.checkSameShape(OP.name(), x, target);
    if (positive != null) {
      Losses.checkWeight(OP.name(), "positive weight", x, positive);
    }
    Variable log = Logaddexp.of(Neg.of(x), 0);
    Variable tail =
        positive == null ? log : Mul.of(Add.of(Mul.of(target, Sub.of(positive, 1)), 1), log);
    Variable y = Add.of(Mul.of(Rsub.of(target, 1), x), tail);
    Losses.release(log, tail);
    return y;
  }
}
