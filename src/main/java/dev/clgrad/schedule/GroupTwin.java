package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Twin;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.Group.Instruction;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a group on the CPU: for each tile of the index space, loads the inputs, runs the functions'
 * twins one after another in cache, and stores the outputs. Rounding after every function makes
 * fused and unfused results equal bit for bit.
 */
final class GroupTwin implements Twin {
  /** Fewer elements than this are not worth another thread. */
  private static final long GRAIN = 16 * 1024;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private final Group group;

  GroupTwin(Group group) {
    this.group = group;
  }

  @Override
  public void run(TwinCall call) {
    call.parallel(group.space().numel(), GRAIN, (begin, end) -> range(call, begin, end));
  }

  private void range(TwinCall call, long begin, long end) {
    Scratch scratch = SCRATCH.get();
    scratch.reset();
    IndexSpace space = group.space();
    int inputs = group.inputs().size();
    int count = group.instructions().size();
    // An input is loaded once for each type it is read as.
    Object[][] loaded = new Object[inputs][DType.values().length];
    Object[] results = new Object[count];
    Object[][] operands = new Object[count][];
    for (int i = 0; i < count; i++) {
      Instruction instruction = group.instructions().get(i);
      operands[i] = new Object[instruction.operands().size()];
      results[i] = scratch.tile(instruction.resultType());
    }
    for (long first = begin; first < end; first += Tiles.SIZE) {
      int n = (int) Math.min(Tiles.SIZE, end - first);
      for (Object[] tiles : loaded) {
        java.util.Arrays.fill(tiles, null);
      }
      scratch.rewind();
      for (int i = 0; i < count; i++) {
        Instruction instruction = group.instructions().get(i);
        for (int k = 0; k < operands[i].length; k++) {
          int operand = instruction.operands().get(k);
          DType as =
              instruction.function().inputs().get(k) == Kind.MASK
                  ? DType.BOOL
                  : instruction.dtype();
          if (operand >= 0) {
            Object tile = loaded[operand][as.ordinal()];
            if (tile == null) {
              tile = scratch.loopTile(as);
              load(call, space, operand, as, tile, first, n);
              loaded[operand][as.ordinal()] = tile;
            }
            operands[i][k] = tile;
          } else {
            operands[i][k] = converted(scratch, results, -1 - operand, as, n);
          }
        }
        instruction
            .function()
            .twin()
            .run(
                call.lanes(),
                instruction.dtype(),
                operands[i],
                instruction.scalars().toArray(new Number[0]),
                results[i],
                n);
        Tiles.wrap(instruction.resultType(), results[i], n);
      }
      for (int o = 0; o < group.outputs().size(); o++) {
        store(call, space, o, results[group.outputs().get(o).instruction()], first, n);
      }
    }
  }

  /** The result of an instruction as another type; integers share one tile type. */
  private Object converted(Scratch scratch, Object[] results, int instruction, DType as, int n) {
    DType type = group.instructions().get(instruction).resultType();
    boolean same = type == as || (type.isInteger() && as.isInteger());
    if (same) {
      return results[instruction];
    }
    Object tile = scratch.loopTile(as);
    DType array = type.isInteger() ? DType.INT64 : type;
    Tiles.load(array, results[instruction], 0, 1, as, tile, 0, n);
    return tile;
  }

  private void load(
      TwinCall call, IndexSpace space, int operand, DType as, Object tile, long first, int n) {
    Object array = call.array(operand);
    DType from = call.dtype(operand);
    long base = call.offset(operand);
    if (space.rank() <= 1) {
      long stride = space.innerStride(operand);
      Tiles.load(from, array, (int) (base + first * stride), stride, as, tile, 0, n);
      return;
    }
    eachRun(
        space,
        operand,
        first,
        n,
        (at, offset, length) ->
            Tiles.load(
                from,
                array,
                (int) (base + offset),
                space.innerStride(operand),
                as,
                tile,
                at,
                length));
  }

  private void store(TwinCall call, IndexSpace space, int output, Object tile, long first, int n) {
    int operand = group.outputOperand(output);
    Object array = call.array(operand);
    DType dtype = call.dtype(operand);
    long base = call.offset(operand);
    if (space.rank() <= 1) {
      long stride = space.innerStride(operand);
      Tiles.store(dtype, tile, 0, array, (int) (base + first * stride), stride, n);
      return;
    }
    eachRun(
        space,
        operand,
        first,
        n,
        (at, offset, length) ->
            Tiles.store(
                dtype, tile, at, array, (int) (base + offset), space.innerStride(operand), length));
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

  /** A thread's tiles, used again by the next group. */
  private static final class Scratch {
    private final List<List<Object>> tiles = new ArrayList<>();
    private final int[] used = new int[DType.values().length];
    private final int[] mark = new int[DType.values().length];

    Scratch() {
      for (int i = 0; i < DType.values().length; i++) {
        tiles.add(new ArrayList<>());
      }
    }

    void reset() {
      java.util.Arrays.fill(used, 0);
      java.util.Arrays.fill(mark, 0);
    }

    /** A tile for the whole range. */
    Object tile(DType dtype) {
      Object tile = loopTile(dtype);
      mark[dtype.ordinal()] = used[dtype.ordinal()];
      return tile;
    }

    /** A tile until the next {@link #rewind}. */
    Object loopTile(DType dtype) {
      List<Object> of = tiles.get(dtype.ordinal());
      int index = used[dtype.ordinal()]++;
      if (index == of.size()) {
        of.add(Tiles.make(dtype));
      }
      return of.get(index);
    }

    void rewind() {
      System.arraycopy(mark, 0, used, 0, used.length);
    }
  }
}
