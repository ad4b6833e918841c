package dev.clgrad;

import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Trace;
import dev.clgrad.schedule.Value;
import dev.clgrad.schedule.Widening;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backward pass that is traced for one upstream gradient, and then computed at once for those
 * that pick each element of the output.
 */
final class VectorizedPass implements AutoCloseable {
  private final Tensor output;
  private final List<Tensor> inputs;
  private final Variable seed;
  private final List<@Nullable Tensor> row;
  private final Trace trace;

  /**
   * Traces the pass; the graph stays as it is.
   *
   * @throws Trace.Refused if backward does what cannot be traced
   */
  VectorizedPass(Tensor output, List<Tensor> inputs) {
    this.output = output;
    this.inputs = inputs;
    this.trace = Trace.begin(output.variable().scheduler());
    try {
      Variable like = output.variable();
      this.seed =
          new Variable(
              like.scheduler().newStorage("jacobian", like.dtype(), like.shape()),
              Layout.contiguous(like.shape()));
      this.row = run(true);
    } catch (RuntimeException | Error e) {
      trace.close();
      throw e;
    }
    trace.stop();
  }

  private List<@Nullable Tensor> run(boolean retainGraph) {
    return FunctionalCall.pass(
        List.of(output), inputs, List.of(new Tensor(seed)), retainGraph, false);
  }

  /** Whether it consists of the library's own operations, whose gradients are linear. */
  boolean isLinear() {
    return !trace.isForeign();
  }

  /** Gives back what the graph saved, as the last pass over it does; nothing runs. */
  void endGraph() {
    try (Trace end = Trace.begin(seed.scheduler())) {
      List<@Nullable Tensor> unused = run(false);
    }
  }

  /**
   * The derivatives of each element.
   *
   * @param blockBytes what is made for rows that are computed together, at most
   * @return for each input a contiguous tensor with the output's elements as dimension in front,
   *     outside of any graph; null where the output does not depend on it
   * @throws Trace.Refused if something cannot be computed for several rows
   */
  List<@Nullable Tensor> rows(long blockBytes) {
    try (Widening widening = new Widening(trace, seed.storage().content())) {
      return rows(widening, blockBytes);
    }
  }

  private List<@Nullable Tensor> rows(Widening widening, long blockBytes) {
    List<Value> wanted = new ArrayList<>();
    for (Tensor gradient : row) {
      if (gradient != null) {
        wanted.add(gradient.variable().value());
      }
    }
    long count = output.numel();
    long most = Math.max(1, blockBytes / Math.max(widening.bytesPerRow(), 1));
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
    if (parts.size() == 1 && parts.get(0).isContiguous()) {
      return parts.get(0);
    }
    Tensor whole = parts.size() == 1 ? parts.get(0).contiguous() : Tensor.cat(parts, 0);
    // What is pending holds what it reads.
    parts.forEach(part -> part.variable().storage().close());
    return whole;
  }

  @Override
  public void close() {
    trace.close();
  }
}
