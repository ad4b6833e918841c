package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.tape.Algebra;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The arithmetic that the tape needs, by operations. */
public final class TapeAlgebra implements Algebra {
  /** The one instance. */
  public static final TapeAlgebra INSTANCE = new TapeAlgebra();

  /** How many elements are searched for the first that is not finite. */
  private static final int MAX_SEARCHED = 1 << 22;

  private TapeAlgebra() {}

  @Override
  public Variable add(Variable a, Variable b) {
    return Add.of(a, b);
  }

  @Override
  public void addInPlace(Variable a, Variable b) {
    Add.into(a, b);
  }

  @Override
  public Variable copy(Variable x) {
    return Cast.copy(x);
  }

  @Override
  public Variable fullLike(Variable x, double value) {
    return Fill.of(x.scheduler(), x.dtype(), x.shape(), value);
  }

  @Override
  public Variable full(Node.OutputMetadata like, double value) {
    return Fill.of(like.scheduler(), like.dtype(), like.shape(), value);
  }

  @Override
  public @Nullable String firstNotFinite(Variable x) {
    Variable all = All.of(Isfinite.of(x), new int[0], false);
    byte[] finite = new byte[1];
    x.scheduler().read("detectAnomaly", all.value(), finite);
    if (finite[0] != 0) {
      return null;
    }
    int length = Math.toIntExact(Math.min(x.shape().numel(), MAX_SEARCHED));
    Variable flat = Cast.copy(Narrow.of(Reshape.of(x, -1), 0, 0, length));
    double[] numbers = new double[length];
    if (x.dtype() == DType.FLOAT64) {
      x.scheduler().read("detectAnomaly", flat.value(), numbers);
    } else {
      float[] floats = new float[length];
      x.scheduler().read("detectAnomaly", Cast.to(flat, DType.FLOAT32).value(), floats);
      Arrays.setAll(numbers, k -> floats[k]);
    }
    for (int i = 0; i < length; i++) {
      if (!Double.isFinite(numbers[i])) {
        return (Double.isNaN(numbers[i]) ? "a NaN" : "an infinity")
            + " at "
            + Arrays.toString(coordinates(x.shape(), i));
      }
    }
    return "a number that is not finite";
  }

  private static long[] coordinates(Shape shape, long index) {
    long[] at = new long[shape.rank()];
    long rest = index;
    for (int d = at.length - 1; d >= 0; d--) {
      at[d] = rest % shape.size(d);
      rest /= shape.size(d);
    }
    return at;
  }
}
