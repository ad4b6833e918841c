package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Lanes;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.Task;
import dev.clgrad.schedule.Value;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cast: y = x in another dtype, or the same one in memory of its own; dx = dy in the dtype of x.
 */
public final class Cast extends Op {
  private static final Cast OP = new Cast();

  private final PointwiseFunction copy =
      PointwiseFunction.real(kernelFile(), "cast_forward", 1, 0, Cast::copyTwin);
  private final PointwiseFunction toBool =
      PointwiseFunction.mask(kernelFile(), "cast_to_bool_forward", 1, 0, Cast::toBoolTwin);

  private Cast() {
    super("cast");
  }

  @Override
  public String nodeName() {
    return "ToCopyBackward0";
  }

  @Override
  public String kernelFile() {
    return "pointwise/cast.cl";
  }

  /** x in a dtype; x itself if it has it already. */
  public static Variable to(Variable x, DType dtype) {
    return x.dtype() == dtype ? x : record(x, convert(x, dtype), "ToCopyBackward0");
  }

  /** x in contiguous memory of its own. */
  public static Variable copy(Variable x) {
    return record(x, convert(x, x.dtype()), "CloneBackward0");
  }

  private static Variable record(Variable x, Variable y, String node) {
    DType dtype = x.dtype();
    Node.record(
        node, List.of(x), List.of(y), List.of(), c -> new @Nullable Variable[] {to(c.dy(), dtype)});
    return y;
  }

  private static Variable convert(Variable x, DType dtype) {
    return dtype == DType.BOOL && x.dtype() != DType.BOOL
        ? Pointwise.apply(OP.name(), OP.toBool, x.dtype(), List.of(x))
        : Pointwise.apply(OP.name(), OP.copy, dtype, List.of(x));
  }

  /** Overwrites x with y, converted and broadcast. */
  public static void into(Variable x, Variable y) {
    InPlace.write(
        "copy_",
        x,
        (before, out) -> copyTask(y.value(), out),
        () -> record(y, convert(y, x.dtype()), "CopyBackwards"),
        y);
  }

  /** The task that copies a value over another, converted and broadcast. */
  static Task copyTask(Value from, Value to) {
    return copyTask("copy_", from, to);
  }

  /** The same, on behalf of another operation. */
  static Task copyTask(String op, Value from, Value to) {
    return to.dtype() == DType.BOOL && from.dtype() != DType.BOOL
        ? Pointwise.task(op, OP.toBool, from.dtype(), List.of(from), to)
        : Pointwise.task(op, OP.copy, to.dtype(), List.of(from), to);
  }

  private static void copyTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    System.arraycopy(in[0], 0, out, 0, n);
  }

  private static void toBoolTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    byte[] y = (byte[]) out;
    for (int i = 0; i < n; i++) {
      boolean set =
          switch (dtype) {
            case FLOAT32 -> ((float[]) in[0])[i] != 0;
            case FLOAT64 -> ((double[]) in[0])[i] != 0;
            case BOOL -> ((byte[]) in[0])[i] != 0;
            default -> ((long[]) in[0])[i] != 0;
          };
      y[i] = (byte) (set ? 1 : 0);
    }
  }
}
