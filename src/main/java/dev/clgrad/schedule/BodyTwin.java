package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a body on the CPU: for each tile of the index space, loads what is read, runs the functions'
 * twins one after another in cache, and stores the results. Rounding after every function makes
 * fused and unfused results equal bit for bit.
 */
final class BodyTwin {
  /** Fewer elements than this are not worth another thread. */
  private static final long GRAIN = 16 * 1024;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private final Body body;
  private final int position;
  private final PointwiseFunction[] functions;
  private final DType[] types;
  private final DType[] results;
  private final int[][] operands;
  private final DType[][] as;

  /**
   * A twin.
   *
   * @param position where in the launch's arguments the buffers of its loads and stores begin
   */
  BodyTwin(Body body, int position) {
    this.body = body;
    this.position = position;
    int count = body.steps().size();
    this.functions = new PointwiseFunction[count];
    this.types = new DType[count];
    this.results = new DType[count];
    this.operands = new int[count][];
    this.as = new DType[count][];
    for (int i = 0; i < count; i++) {
      Body.Step step = body.steps().get(i);
      functions[i] = step.function();
      types[i] = step.dtype().arithmetic();
      results[i] = step.resultType();
      operands[i] = step.operands().stream().mapToInt(k -> k).toArray();
      as[i] = new DType[operands[i].length];
      for (int k = 0; k < as[i].length; k++) {
        as[i][k] = step.function().inputs().get(k) == Kind.MASK ? DType.BOOL : types[i];
      }
    }
  }

  Body body() {
    return body;
  }

  /** Computes and stores everything. */
  void run(TwinCall call, Number[][] scalars) {
    long n = body.space().numel();
    if (n <= GRAIN) {
      range(call, scalars, 0, n, -1, null);
    } else {
      call.parallel(n, GRAIN, (begin, end) -> range(call, scalars, begin, end, -1, null));
    }
  }

  /** What a kernel's twin reads where this body stands in the place of an input. */
  Arg.Computed computed(int step, Number[][] scalars) {
    return new Arg.Computed(
        results[step],
        (call, first, n, array) -> range(call, scalars, first, first + n, step, array));
  }

  /**
   * Computes some elements.
   *
   * @param wanted the step whose results are copied to {@code array}; -1 for none
   */
  private void range(
      TwinCall call, Number[][] scalars, long begin, long end, int wanted, @Nullable Object array) {
    Scratch scratch = SCRATCH.get();
    int[] before = scratch.mark();
    try {
      tiles(call, scalars, begin, end, wanted, array, scratch);
    } finally {
      scratch.rewind(before);
    }
  }

  private void tiles(
      TwinCall call,
      Number[][] scalars,
      long begin,
      long end,
      int wanted,
      @Nullable Object array,
      Scratch scratch) {
    IndexSpace space = body.space();
    int loads = body.loads().size();
    int count = functions.length;
    // A load is made once for each type it is read as.
    Object[][] loaded = new Object[loads][];
    Object[] results = new Object[count];
    Object[][] arguments = new Object[count][];
    for (int i = 0; i < count; i++) {
      boolean takesScalar = functions[i].twin() instanceof ScalarTwin;
      arguments[i] = new Object[operands[i].length + (takesScalar ? 1 : 0)];
      results[i] = scratch.tile(this.results[i]);
      if (takesScalar) {
        Object filled = scratch.tile(types[i]);
        ScalarTwin.fill(types[i], scalars[i][0], filled, (int) Math.min(Tiles.SIZE, end - begin));
        arguments[i][operands[i].length] = filled;
      }
    }
    int[] mark = scratch.mark();
    for (long first = begin; first < end; first += Tiles.SIZE) {
      int n = (int) Math.min(Tiles.SIZE, end - first);
      Arrays.fill(loaded, null);
      scratch.rewind(mark);
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < operands[i].length; k++) {
          int operand = operands[i][k];
          arguments[i][k] =
              operand >= 0
                  ? loaded(call, scratch, loaded, operand, as[i][k], first, n)
                  : converted(scratch, results, -1 - operand, as[i][k], n);
        }
        PointwiseTwin twin = functions[i].twin();
        if (twin instanceof ScalarTwin filled) {
          filled.runFilled(call.lanes(), types[i], arguments[i], results[i], n);
        } else {
          twin.run(call.lanes(), types[i], arguments[i], scalars[i], results[i], n);
        }
        Tiles.fit(this.results[i], results[i], n);
      }
      for (int o = 0; o < body.stores().size(); o++) {
        store(call, space, o, results[body.stores().get(o).step()], first, n);
      }
      if (array != null) {
        Tiles.store(this.results[wanted], results[wanted], 0, array, (int) (first - begin), 1, n);
      }
    }
  }

  private Object loaded(
      TwinCall call, Scratch scratch, Object[][] loaded, int operand, DType as, long first, int n) {
    Object[] tiles = loaded[operand];
    if (tiles == null) {
      tiles = new Object[DType.values().length];
      loaded[operand] = tiles;
    }
    Object tile = tiles[as.ordinal()];
    if (tile == null) {
      tile = scratch.tile(as);
      load(call, body.space(), operand, as, tile, first, n);
      tiles[as.ordinal()] = tile;
    }
    return tile;
  }

  /** The result of a step as another type; types of one arithmetic share their tiles. */
  private Object converted(Scratch scratch, Object[] values, int step, DType to, int n) {
    DType type = results[step];
    boolean same = type.arithmetic() == to || (type.isInteger() && to.isInteger());
    if (same) {
      return values[step];
    }
    Object tile = scratch.tile(to);
    DType array = type.isInteger() ? DType.INT64 : type.arithmetic();
    Tiles.load(array, values[step], 0, 1, to, tile, 0, n);
    return tile;
  }

  private void load(
      TwinCall call, IndexSpace space, int operand, DType to, Object tile, long first, int n) {
    long stride = space.innerStride(operand);
    Run run;
    if (body.loads().get(operand).isIndex()) {
      long base = call.integer(position + operand);
      run = (at, offset, length) -> Tiles.count(base + offset, stride, (long[]) tile, at, length);
    } else {
      Object array = call.array(position + operand);
      DType from = call.dtype(position + operand);
      long base = call.offset(position + operand);
      run =
          (at, offset, length) ->
              Tiles.load(from, array, (int) (base + offset), stride, to, tile, at, length);
    }
    if (space.rank() <= 1) {
      run.accept(0, first * stride, n);
    } else {
      eachRun(space, operand, first, n, run);
    }
  }

  private void store(TwinCall call, IndexSpace space, int store, Object tile, long first, int n) {
    int operand = body.storeOperand(store);
    Object array = call.array(position + operand);
    DType dtype = call.dtype(position + operand);
    long base = call.offset(position + operand);
    long stride = space.innerStride(operand);
    if (space.rank() <= 1) {
      Tiles.store(dtype, tile, 0, array, (int) (base + first * stride), stride, n);
      return;
    }
    eachRun(
        space,
        operand,
        first,
        n,
        (at, offset, length) ->
            Tiles.store(dtype, tile, at, array, (int) (base + offset), stride, length));
  }

  private interface Run {
    void accept(int at, long offset, int length);
  }

  /** Calls {@code run} for each piece of the innermost dimension in [first, first + n). */
  private static void eachRun(IndexSpace space, int operand, long first, int n, Run run) {
    int rank = space.rank();
    long[] coordinates = new long[rank];
    long rest = first;
    for (int d = rank - 1; d >= 0; d--) {
      coordinates[d] = rest % space.size(d);
      rest /= space.size(d);
    }
    int at = 0;
    while (at < n) {
      long offset = 0;
      for (int d = 0; d < rank; d++) {
        offset += coordinates[d] * space.stride(operand, d);
      }
      int length = (int) Math.min(n - at, space.innerSize() - coordinates[rank - 1]);
      run.accept(at, offset, length);
      at += length;
      coordinates[rank - 1] += length;
      for (int d = rank - 1; d > 0 && coordinates[d] == space.size(d); d--) {
        coordinates[d] = 0;
        coordinates[d - 1]++;
      }
    }
  }

  /** A thread's tiles, used again by the next body. */
  private static final class Scratch {
    private final List<List<Object>> tiles = new ArrayList<>();
    private final int[] used = new int[DType.values().length];

    Scratch() {
      for (int i = 0; i < DType.values().length; i++) {
        tiles.add(new ArrayList<>());
      }
    }

    int[] mark() {
      return used.clone();
    }

    void rewind(int[] to) {
      System.arraycopy(to, 0, used, 0, used.length);
    }

    Object tile(DType dtype) {
      List<Object> of = tiles.get(dtype.ordinal());
      int index = used[dtype.ordinal()]++;
      if (index == of.size()) {
        of.add(Tiles.make(dtype));
      }
      return of.get(index);
    }
  }
}
