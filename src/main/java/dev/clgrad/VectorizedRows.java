package dev.clgrad;

import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Trace;
import dev.clgrad.schedule.Value;
import dev.clgrad.schedule.Widening;
import dev.clgrad.tape.ForwardLevel;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a Jacobian by one backward pass that is traced for a single row, and then computed
 * for many rows at once.
 */
final class VectorizedRows {
  /** Rows are computed together as long as all that they make together fits into this. */
  private static final long BLOCK_BYTES = 64L << 20;

  private VectorizedRows() {}

  /**
   * The derivatives of each element of an output.
   *
   * @param output what depends on the inputs, of more than one element
   * @param last whether nobody needs the output's graph afterwards
   * @return for each input a contiguous tensor with the output's elements as dimension in front,
   *     outside of any graph; null where the output does not depend on it; null for all where
   *     backward does what cannot be traced: then the graph is as it was
   */
  static @Nullable List<@Nullable Tensor> of(Tensor output, List<Tensor> inputs, boolean last) {
    if (ForwardLevel.isOpen()) {
      // Tangents follow recorded operations alone.
      return null;
    }
    try {
      return traced(output, inputs, last);
    } catch (Trace.Refused e) {
      return null;
    }
  }

  private static List<@Nullable Tensor> traced(
      Tensor output, List<Tensor> inputs, boolean last) {
    Variable of = output.variable();
    try (Trace trace = Trace.begin(of.scheduler())) {
      Variable seed =
          new Variable(
              of.scheduler().newStorage("jacobian", output.dtype(), output.shape()),
              Layout.contiguous(output.shape()));
      List<@Nullable Tensor> row = pass(output, inputs, seed, true);
      trace.stop();
      try (Widening widening = new Widening(trace, seed.storage().content())) {
        List<@Nullable Tensor> found = rows(widening, output, row);
        if (last) {
          // Nothing runs: what the graph saved is given back.
          try (Trace end = Trace.begin(of.scheduler())) {
            pass(output, inputs, seed, false);
          }
        }
        return found;
      }
    }
  }

  private static List<@Nullable Tensor> pass(
      Tensor output, List<Tensor> inputs, Variable seed, boolean retainGraph) {
    return FunctionalCall.pass(
        List.of(output), inputs, List.of(new Tensor(seed)), retainGraph, false);
  }

  private static List<@Nullable Tensor> rows(
      Widening widening, Tensor output, List<@Nullable Tensor> row) {
    List<Value> wanted = new ArrayList<>();
    for (Tensor gradient : row) {
      if (gradient != null) {
        wanted.add(gradient.variable().value());
      }
    }
    long count = output.numel();
    long most = Math.max(1, BLOCK_BYTES / Math.max(widening.bytesPerRow(), 1));
    long blocks = (count + most - 1) / most;
    UnitVectors units = new UnitVectors(output);
    List<List<Tensor>> parts = new ArrayList<>();
    wanted.forEach(w -> parts.add(new ArrayList<>()));
    for (long block = 0; block < blocks; block++) {
      Variable seeds =
          units.between(count * block / blocks, count * (block + 1) / blocks).variable();
      List<Widening.Rows> found = widening.rows(seeds.value(), wanted);
      for (int i = 0; i < found.size(); i++) {
        Widening.Rows rows = found.get(i);
        parts.get(i).add(new Tensor(new Variable(rows.storage(), rows.layout())));
      }
      seeds.storage().close();
      if (blocks > 1) {
        // So that the memory of a block is there for the next one.
        seeds.scheduler().flush();
      }
    }
    List<@Nullable Tensor> result = new ArrayList<>();
    int next = 0;
    for (Tensor gradient : row) {
      result.add(gradient == null ? null : joined(parts.get(next++)));
    }
    return result;
  }

  private static Tensor joined(List<Tensor> parts) {
    return parts.size() == 1 ? parts.get(0).contiguous() : Tensor.cat(parts, 0);
  }
}
