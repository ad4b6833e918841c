package dev.clgrad.schedule;

import dev.clgrad.Shape;
import dev.clgrad.schedule.Cluster.Read;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many bytes of arguments the kernel of a cluster takes: some devices grant but 1,024. */
final class ArgumentBytes {
  /** A buffer with its offset. */
  private static final int OPERAND = 16;

  /** A size, a stride or a scalar. */
  private static final int NUMBER = 8;

  private final Batch batch;
  private final Inlining inlining;

  ArgumentBytes(Batch batch, Inlining inlining) {
    this.batch = batch;
    this.inlining = inlining;
  }

  int of(Cluster cluster) {
    return of(cluster, cluster.shape, cluster.reads, cluster.inlined, null);
  }

  /**
   * What a cluster would take.
   *
   * @param reads what it would read
   * @param steps the tasks it would compute
   * @param result the layout of a result beside those it has; null for none
   */
  int of(
      Cluster cluster, Shape shape, Collection<Read> reads, BitSet steps, @Nullable Layout result) {
    List<Layout> layouts = new ArrayList<>();
    reads.forEach(r -> layouts.add(r.layout()));
    cluster.roots.forEach(t -> layouts.add(inlining.pointwise(t).output().layout()));
    if (result != null) {
      layouts.add(result);
    }
    int numbers = 1 + steps.stream().map(t -> inlining.pointwise(t).scalars().length).sum();
    int rank = shape.rank();
    if (cluster.kernel >= 0) {
      // Its own arguments; and its source has an index space of its own.
      numbers += ((KernelTask) batch.tasks().get(cluster.kernel)).args().size() + rank;
    } else {
      rank = rank(shape, layouts, reads.size());
    }
    return layouts.size() * (OPERAND + rank * NUMBER) + (numbers + rank) * NUMBER;
  }

  /** The dimensions in which indices are computed; 0 where all operands lie flat. */
  private static int rank(Shape shape, List<Layout> layouts, int reads) {
    IndexSpace space = IndexSpace.of(shape, layouts);
    boolean flat = space.rank() <= 1;
    for (int o = 0; flat && o < layouts.size(); o++) {
      long stride = space.innerStride(o);
      flat = stride == 1 || (stride == 0 && o < reads);
    }
    return flat ? 0 : space.rank();
  }
}
