package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;

/** nonzero: the indices of the elements that are not 0, in row-major order. No gradient. */
public final class Nonzero extends KernelOp {
  private static final Nonzero OP = new Nonzero();

  private Nonzero() {
    super("nonzero", "index/nonzero.cl");
  }

  /** A row of int64 indices for each element that is not 0. How many is read by the host. */
  public static Variable of(Variable x) {
    Variable places = positions(OP.name(), x);
    long count = places.shape().numel();
    if (x.rank() == 0 || count == 0) {
      return Fill.of(x.scheduler(), DType.INT64, Shape.of(count, x.rank()), 0);
    }
    List<Variable> columns = new ArrayList<>();
    long stride = x.shape().numel();
    for (int d = 0; d < x.rank(); d++) {
      long size = x.shape().size(d);
      stride /= size;
      columns.add(column(places, stride, size));
    }
    Variable y = Stack.of(columns, 1);
    columns.forEach(column -> column.storage().close());
    places.storage().close();
    return y;
  }

  private static Variable column(Variable places, long stride, long size) {
    Variable y =
        new Variable(
            places.scheduler().newStorage(OP.name(), DType.INT64, places.shape()),
            Layout.contiguous(places.shape()));
    long count = places.shape().numel();
    KernelTask.Builder task =
        KernelTask.of(
            OP.name(), ProgramSource.ofFile(OP.kernelFile(), DType.INT64, 1), "nonzero_forward");
    task.in(places.value()).out(y.value()).i64(count).i64(stride).i64(size);
    places
        .scheduler()
        .add(
            task.build(
                KernelSizes.global(count, KernelSizes.ITEMS),
                KernelSizes.local(KernelSizes.ITEMS),
                Nonzero::twin));
    return y;
  }

  /**
   * Where the elements lie that are not 0, counted in row-major order: int64 in one dimension. How
   * many is read by the host.
   */
  static Variable positions(String op, Variable x) {
    Variable zero = Fill.of(x.scheduler(), x.dtype(), Shape.SCALAR, 0);
    Variable keys = Cast.to(Eq.of(x.detach(), zero), DType.INT64);
    Variable flat = Reshape.of(keys, Shape.of(x.shape().numel()));
    IndexOrder order = IndexOrder.of(op, flat, 1);
    long[] starts = new long[2];
    x.scheduler().read(op, order.starts().value(), starts);
    Variable places = Cast.copy(Slice.of(order.order(), 0, 0, starts[1], 1));
    order.release();
    keys.storage().close();
    return places;
  }

  private static void twin(TwinCall call) {
    for (int k = 0; k < call.integer(2); k++) {
      long place = call.longs(0)[call.offset(0) + k];
      call.longs(1)[call.offset(1) + k] = place / call.integer(3) % call.integer(4);
    }
  }
}
