package dev.clgrad.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do on all cores: copy as many bytes as a row has to read and write, into
 * memory that is there already; or do the multiplications and additions of its matrix products at
 * the rate of registers.
 */
final class LimitLibrary implements Library {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int ACCUMULATORS = 12;

  /** A product may last under a millisecond, and waking threads takes a good part of that. */
  private static final long FLOPS_OF_RUN = 20_000_000_000L;

  private final int cores = Runtime.getRuntime().availableProcessors();
  private final ExecutorService others =
      Executors.newFixedThreadPool(
          Math.max(1, cores - 1),
          task -> {
            Thread thread = new Thread(task, "limit");
            thread.setDaemon(true);
            return thread;
          });
  private volatile float sink;

  @Override
  public Workload prepare(Row row) throws Missing {
    if (row.bytes() > 0) {
      // What is copied is read once and written once.
      return copy((int) (row.bytes() / 2 / Float.BYTES));
    }
    if (row.flops() > 0) {
      // A register holds half as many float64.
      return multiplications(row.isDoubles() ? 2 * row.flops() : row.flops());
    }
    throw new Missing("no limit of bytes or products");
  }

  private Workload copy(int count) {
    float[] from = Inputs.uniform(count, 1);
    float[] to = new float[count];
    return work(
        1,
        core -> {
          int start = (int) ((long) count * core / cores);
          int end = (int) ((long) count * (core + 1) / cores);
          System.arraycopy(from, start, to, start, end - start);
        });
  }

  private Workload multiplications(long flops) {
    long perTurn = 2L * SPECIES.length() * ACCUMULATORS;
    int parts = (int) Math.max(1, FLOPS_OF_RUN / flops);
    long turns = flops * parts / cores / perTurn;
    return work(parts, core -> sink = multiply(turns));
  }

  /** Enough independent sums in registers to keep the units busy. */
  private static float multiply(long turns) {
    FloatVector factor = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector a = FloatVector.broadcast(SPECIES, 1);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    FloatVector i = a;
    FloatVector j = a;
    FloatVector k = a;
    FloatVector l = a;
    for (long turn = 0; turn < turns; turn++) {
      a = a.fma(factor, factor);
      b = b.fma(factor, factor);
      c = c.fma(factor, factor);
      d = d.fma(factor, factor);
      e = e.fma(factor, factor);
      f = f.fma(factor, factor);
      g = g.fma(factor, factor);
      h = h.fma(factor, factor);
      i = i.fma(factor, factor);
      j = j.fma(factor, factor);
      k = k.fma(factor, factor);
      l = l.fma(factor, factor);
    }
    FloatVector left = a.add(b).add(c).add(d).add(e).add(f);
    FloatVector right = g.add(h).add(i).add(j).add(k).add(l);
    return left.add(right).lane(0);
  }

  private Workload work(int parts, IntConsumer ofCore) {
    return new Workload() {
      @Override
      public void run() {
        onAllCores(ofCore);
      }

      @Override
      public double check() {
        run();
        return Double.NaN;
      }

      @Override
      public int parts() {
        return parts;
      }
    };
  }

  private void onAllCores(IntConsumer ofCore) {
    List<Future<?>> started = new ArrayList<>();
    for (int core = 1; core < cores; core++) {
      int number = core;
      started.add(others.submit(() -> ofCore.accept(number)));
    }
    ofCore.accept(0);
    for (Future<?> each : started) {
      try {
        each.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public String version() {
    return "System.arraycopy and Vector API multiplications on " + cores + " cores";
  }
}
