package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.ShapeException;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operation that keeps one side of a diagonal of each matrix. Whether it keeps an element
 * follows from the element's index alone, so nothing is stored for it.
 */
abstract class Triangle extends Op {
  /** Two divisions. */
  private static final int COST = 8;

  private final PointwiseFunction keep =
      new PointwiseFunction(
          kernelFile(), name() + "_keep", List.of(Kind.INDEX), 3, Kind.MASK, COST, this::keepTwin);

  Triangle(String name) {
    super(name);
  }

  @Override
  public final String kernelFile() {
    return "pointwise/" + name() + ".cl";
  }

  /** Whether an element of a matrix stays. */
  abstract boolean keeps(long row, long column, long diagonal);

  final Variable apply(Variable x, long diagonal) {
    if (x.rank() < 2) {
      throw new ShapeException(
          name()
              + ": shape "
              + x.shape()
              + " has no matrices in its last two dimensions; unsqueeze or reshape it");
    }
    Variable y;
    try (GradMode off = GradMode.set(false)) {
      Variable kept =
          Pointwise.apply(
              name(),
              keep,
              DType.INT64,
              List.of(),
              x.shape(),
              x.scheduler(),
              Math.max(x.shape().size(-2), 1),
              Math.max(x.shape().size(-1), 1),
              diagonal);
      Variable zero = Fill.of(x.scheduler(), x.dtype(), dev.clgrad.Shape.SCALAR, 0);
      y = Where.of(kept, x.detach(), zero);
      // Nobody else can ask for them, so that they need not be stored.
      kept.storage().close();
      zero.storage().close();
    }
    Node.record(
        nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {apply(c.dy(), diagonal)});
    return y;
  }

  private void keepTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    long[] index = (long[]) in[0];
    byte[] kept = (byte[]) out;
    long rows = scalars[0].longValue();
    long columns = scalars[1].longValue();
    long diagonal = scalars[2].longValue();
    for (int i = 0; i < n; i++) {
      boolean keeps = keeps(index[i] / columns % rows, index[i] % columns, diagonal);
      kept[i] = (byte) (keeps ? 1 : 0);
    }
  }
}
