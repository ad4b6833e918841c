package dev.clgrad.op;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import dev.clgrad.schedule.PointwiseTwin;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * dropout: y = x / (1 - p) where a random number lets x stay, else 0; dx = dy / (1 - p) or 0
 * likewise.
 *
 * <p>What is kept is drawn from the numbers that the call reserves, by the element's index. It is
 * not stored: backward draws it again.
 */
public final class Dropout extends Op {
  private static final Dropout OP = new Dropout();

  /**
   * Ten rounds of two products each: more than it costs to read a stored result. So what depends on
   * it is stored where somebody may ask for it later, and never computed from the numbers that a
   * captured step has drawn since.
   */
  private static final int PHILOX_COST = 40;

  private final PointwiseFunction keep =
      new PointwiseFunction(
          kernelFile(),
          "dropout_keep",
          List.of(Kind.INDEX),
          3,
          Kind.MASK,
          PHILOX_COST,
          Dropout::keepTwin);
  private final PointwiseFunction forward = function("dropout_forward", Dropout::scaleTwin);
  private final PointwiseFunction backward = function("dropout_backward", Dropout::scaleTwin);

  private Dropout() {
    super("dropout");
  }

  @Override
  public String nodeName() {
    return "NativeDropoutBackward0";
  }

  @Override
  public String kernelFile() {
    return "pointwise/dropout.cl";
  }

  private PointwiseFunction function(String name, PointwiseTwin twin) {
    return new PointwiseFunction(
        kernelFile(), name, List.of(Kind.REAL, Kind.MASK), 1, Kind.REAL, twin);
  }

  /**
   * x with elements set to 0 with probability p, the others divided by 1 - p; x itself if p is 0 or
   * there are no elements.
   *
   * @throws ClgradException if p is not from 0 to 1
   * @throws DTypeException if the numbers are not floating-point
   */
  public static Variable of(Variable x, double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new ClgradException(
          "dropout: the probability of setting an element to 0 must be from 0 to 1, not " + p);
    }
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "dropout: takes floating-point numbers, not "
              + x.dtype()
              + "; convert with to(DType.FLOAT32)");
    }
    if (p == 0 || x.shape().numel() == 0) {
      return x;
    }
    return of(x, p, Generator.reserve((x.shape().numel() + 3) / 4));
  }

  private static Variable of(Variable x, double p, Generator.Blocks blocks) {
    Variable y = masked(OP.name(), OP.forward, x, p, blocks);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c ->
            new @Nullable Variable[] {
              c.createGraph()
                  ? of(c.dy(), p, blocks)
                  : masked("dropout_backward", OP.backward, c.dy(), p, blocks)
            });
    return y;
  }

  private static Variable masked(
      String op, PointwiseFunction function, Variable x, double p, Generator.Blocks blocks) {
    Variable keep =
        Pointwise.apply(
            op,
            OP.keep,
            DType.INT64,
            List.of(),
            x.shape(),
            x.scheduler(),
            blocks.seed(),
            blocks.first(),
            Math.round(p * 0x1p32));
    double scale = p == 1 ? 0 : 1 / (1 - p);
    Variable y = Pointwise.apply(op, function, x.dtype(), List.of(x, keep), scale);
    // Nobody else can ask for it, so that it need not be stored.
    keep.storage().close();
    return y;
  }

  private static void keepTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    Philox.atLeast(
        (long[]) in[0],
        scalars[0].longValue(),
        scalars[1].longValue(),
        scalars[2].longValue(),
        (byte[]) out,
        n);
  }

  private static void scaleTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    byte[] keep = (byte[]) in[1];
    if (dtype == DType.FLOAT32) {
      float[] x = (float[]) in[0];
      float[] y = (float[]) out;
      float scale = scalars[0].floatValue();
      for (int i = 0; i < n; i++) {
        y[i] = x[i] * (keep[i] * scale);
      }
    } else {
      double[] x = (double[]) in[0];
      double[] y = (double[]) out;
      double scale = scalars[0].doubleValue();
      for (int i = 0; i < n; i++) {
        y[i] = x[i] * (keep[i] * scale);
      }
    }
  }
}
