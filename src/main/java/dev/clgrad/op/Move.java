package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** move: y = x on another device, by way of the host; dx = dy on the device of x. */
public final class Move extends CompositeOp {
  private static final Move OP = new Move();

  private Move() {
    super("to");
  }

  @Override
  public String nodeName() {
    return "ToCopyBackward0";
  }

  /**
   * x on the device of a scheduler; x itself if it is there.
   *
   * @throws dev.clgrad.DTypeException if that device has no such type
   */
  public static Variable to(Variable x, Scheduler target) {
    Scheduler source = x.scheduler();
    if (source == target) {
      return x;
    }
    Variable y =
        new Variable(
            target.newStorage(OP.name(), x.dtype(), x.shape()), Layout.contiguous(x.shape()));
    Object array = array(x.dtype(), Math.toIntExact(x.shape().numel()));
    Variable flat = x.detach();
    if (!flat.layout().isContiguous()) {
      try (GradMode off = GradMode.set(false)) {
        flat = Cast.copy(flat);
      }
    }
    source.read(OP.name(), flat.value(), array);
    target.write(y.value(), array);
    Node.record(
        OP.nodeName(),
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {to(c.dy(), source)});
    return y;
  }

  private static Object array(DType dtype, int n) {
    return switch (dtype) {
      case FLOAT32 -> new float[n];
      case FLOAT64 -> new double[n];
      case FLOAT16, BFLOAT16 -> new short[n];
      case INT32 -> new int[n];
      case INT64 -> new long[n];
      case UINT8, BOOL -> new byte[n];
    };
  }
}
