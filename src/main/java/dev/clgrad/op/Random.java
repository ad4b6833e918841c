package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.DataException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.backend.TwinCall;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;

/**
 * random: numbers by Philox from the sequence of {@link Generator}. Words, uniform numbers and
 * integers are the same on every device for a seed; normal numbers agree within {@value
 * #NORMAL_MAX_ULP} units in the last place, since devices compute logarithm, sine and cosine
 * differently. No gradient: there is no input.
 */
public final class Random extends KernelOp {
  /** How far normal numbers of two devices can lie apart, in units in the last place. */
  public static final int NORMAL_MAX_ULP = 16;

  private static final Random OP = new Random();
  private static final int LOCAL = 64;

  /** Blocks that the CPU computes in cache, one tile after another. */
  private static final int TILE = 256;

  private static final Arg.Status BAD_PROBABILITY =
      new Arg.Status(
          at ->
              new DataException(
                  "bernoulli: element " + at + " is no probability; expected numbers from 0 to 1"));

  private Random() {
    super("random", "random/random.cl");
  }

  /**
   * Numbers uniform in [0, 1), of float32 (multiples of 2^-24) or float64 (multiples of 2^-53).
   *
   * @throws DTypeException if the dtype is not floating-point
   */
  public static Variable uniform(Scheduler scheduler, DType dtype, Shape shape) {
    return floating("rand", "random_uniform", scheduler, dtype, shape, Random::uniformTwin);
  }

  /**
   * Numbers with mean 0 and variance 1, by Box-Muller.
   *
   * @throws DTypeException if the dtype is not floating-point
   */
  public static Variable normal(Scheduler scheduler, DType dtype, Shape shape) {
    return floating("randn", "random_normal", scheduler, dtype, shape, Random::normalTwin);
  }

  /** Integers uniform in [low, high), of int64; {@code high} is above {@code low}. */
  public static Variable integers(Scheduler scheduler, long low, long high, Shape shape) {
    Variable y = output("randint", scheduler, DType.INT64, shape);
    long blocks = (shape.numel() + 1) / 2;
    KernelTask.Builder task =
        start("randint", "random_integers", y, Generator.reserve(blocks)).i64(low).i64(high - low);
    scheduler.add(task.build(global(blocks), new long[] {LOCAL}, Random::integersTwin));
    return y;
  }

  /**
   * A random order of the numbers from 0 to n - 1, by sorting random keys of 43 bits: so many that
   * equal ones, which stay in order, matter to nobody.
   */
  public static Variable permutation(Scheduler scheduler, long n) {
    Variable keys = integers(scheduler, 0, 1L << 43, Shape.of("randperm", n));
    Variable order = IndexOrder.order("randperm", keys, (1L << 43) - 1);
    keys.storage().close();
    return order;
  }

  /**
   * 1 with the probability that each element of p gives, else 0; in the dtype of p.
   *
   * @throws DTypeException if p is not floating-point
   * @throws DataException if an element is not from 0 to 1: at once on the CPU, at the next read
   *     elsewhere
   */
  public static Variable bernoulli(Variable p) {
    if (!p.dtype().isFloating()) {
      throw new DTypeException(
          "bernoulli: probabilities are of " + p.dtype() + "; convert them with to(DType.FLOAT32)");
    }
    Variable in = Scatter.contiguous(p.detach());
    Variable y = output("bernoulli", p.scheduler(), p.dtype(), p.shape());
    int perBlock = p.dtype() == DType.FLOAT32 ? 4 : 2;
    long blocks = (p.shape().numel() + perBlock - 1) / perBlock;
    Generator.Blocks reserved = Generator.reserve(blocks);
    KernelTask.Builder task =
        KernelTask.of(
            "bernoulli", ProgramSource.ofFile(OP.kernelFile(), p.dtype(), 1), "random_bernoulli");
    task.in(in.value()).out(y.value()).status(BAD_PROBABILITY).i64(p.shape().numel());
    task.i64(reserved.seed()).i64(0).i64(reserved.first());
    p.scheduler().add(task.build(global(blocks), new long[] {LOCAL}, Random::bernoulliTwin));
    Reduction.release(in, p);
    return y;
  }

  /** Words of 32 bits, as int32: the generator itself, for tests against published values. */
  static Variable bits(Scheduler scheduler, Shape shape, long seed, long stream, long first) {
    Variable y = output("random", scheduler, DType.INT32, shape);
    KernelTask.Builder task =
        KernelTask.of(
                "random", ProgramSource.ofFile(OP.kernelFile(), DType.INT32, 1), "random_bits")
            .out(y.value())
            .i64(shape.numel())
            .i64(seed)
            .i64(stream)
            .i64(first);
    long blocks = (shape.numel() + 3) / 4;
    scheduler.add(task.build(global(blocks), new long[] {LOCAL}, Random::bitsTwin));
    return y;
  }

  private static Variable floating(
      String op, String entry, Scheduler scheduler, DType dtype, Shape shape, Twin twin) {
    if (!dtype.isFloating()) {
      throw new DTypeException(
          op + ": random numbers of " + dtype + " do not exist; use float32, float64 or randint");
    }
    if (dtype.isReduced()) {
      return Cast.to(floating(op, entry, scheduler, DType.FLOAT32, shape, twin), dtype);
    }
    Variable y = output(op, scheduler, dtype, shape);
    int perBlock = dtype == DType.FLOAT32 ? 4 : 2;
    long blocks = (shape.numel() + perBlock - 1) / perBlock;
    scheduler.add(
        start(op, entry, y, Generator.reserve(blocks))
            .build(global(blocks), new long[] {LOCAL}, twin));
    return y;
  }

  private static Variable output(String op, Scheduler scheduler, DType dtype, Shape shape) {
    return new Variable(scheduler.newStorage(op, dtype, shape), Layout.contiguous(shape));
  }

  private static KernelTask.Builder start(
      String op, String entry, Variable y, Generator.Blocks blocks) {
    return KernelTask.of(op, ProgramSource.ofFile(OP.kernelFile(), y.dtype(), 1), entry)
        .out(y.value())
        .i64(y.shape().numel())
        .i64(blocks.seed())
        .i64(0)
        .i64(blocks.first());
  }

  private static long[] global(long blocks) {
    return new long[] {(blocks + LOCAL - 1) / LOCAL * LOCAL};
  }

  /** Stores what a tile of blocks gives: {@code words} holds four for each of them. */
  private interface Tile {
    void accept(int[] words, int blocks, int at, int n);
  }

  /** Runs over the blocks of a call in tiles; {@code at} and {@code n} are of the output. */
  private static void tiles(TwinCall call, int perBlock, Tile tile) {
    int n = (int) call.integer(1);
    long seed = call.integer(2);
    long stream = call.integer(3);
    long first = call.integer(4);
    int count = (n + perBlock - 1) / perBlock;
    call.parallel(
        count,
        8 * TILE,
        (begin, end) -> {
          int[] words = new int[4 * TILE];
          for (long from = begin; from < end; from += TILE) {
            int blocks = (int) Math.min(TILE, end - from);
            for (int k = 0; k < blocks; k++) {
              Philox.block(first + from + k, stream, seed, words, 4 * k);
            }
            int at = (int) from * perBlock;
            tile.accept(words, blocks, call.offset(0) + at, Math.min(blocks * perBlock, n - at));
          }
        });
  }

  private static void bitsTwin(TwinCall call) {
    int[] y = (int[]) call.array(0);
    tiles(call, 4, (words, blocks, at, n) -> System.arraycopy(words, 0, y, at, n));
  }

  private static void integersTwin(TwinCall call) {
    long[] y = call.longs(0);
    long low = call.integer(5);
    long range = call.integer(6);
    tiles(
        call,
        2,
        (words, blocks, at, n) -> {
          for (int i = 0; i < n; i++) {
            y[at + i] = low + Long.remainderUnsigned(pair(words, 2 * i), range);
          }
        });
  }

  private static void uniformTwin(TwinCall call) {
    if (call.dtype(0) == DType.FLOAT32) {
      float[] y = call.floats(0);
      tiles(
          call,
          4,
          (words, blocks, at, n) -> {
            for (int i = 0; i < n; i++) {
              y[at + i] = (words[i] >>> 8) * 0x1p-24f;
            }
          });
    } else {
      double[] y = call.doubles(0);
      tiles(
          call,
          2,
          (words, blocks, at, n) -> {
            for (int i = 0; i < n; i++) {
              y[at + i] = fraction(words, 2 * i);
            }
          });
    }
  }

  private static void bernoulliTwin(TwinCall call) {
    int n = (int) call.integer(3);
    long seed = call.integer(4);
    long first = call.integer(6);
    int[] words = new int[4];
    boolean single = call.dtype(0) == DType.FLOAT32;
    int perBlock = single ? 4 : 2;
    for (int i = 0; i < n; i++) {
      if (i % perBlock == 0) {
        Philox.block(first + i / perBlock, 0, seed, words, 0);
      }
      int at = call.offset(0) + i;
      double p = single ? call.floats(0)[at] : call.doubles(0)[at];
      if (!(p >= 0 && p <= 1)) {
        call.fail(2, i);
      }
      if (single) {
        float u = (words[i % 4] >>> 8) * 0x1p-24f;
        call.floats(1)[call.offset(1) + i] = u < p ? 1 : 0;
      } else {
        call.doubles(1)[call.offset(1) + i] = fraction(words, i % 2 * 2) < p ? 1 : 0;
      }
    }
  }

  private static void normalTwin(TwinCall call) {
    Lanes lanes = call.lanes();
    if (call.dtype(0) == DType.FLOAT32) {
      float[] y = call.floats(0);
      tiles(
          call,
          4,
          (words, blocks, at, n) -> {
            int pairs = 2 * blocks;
            float[] radius = new float[pairs];
            float[] angle = new float[pairs];
            float[] wave = new float[pairs];
            for (int k = 0; k < pairs; k++) {
              radius[k] = Integer.toUnsignedLong(words[2 * k]) * 0x1p-32f + 0x1p-33f;
              angle[k] = 6.2831855f * (Integer.toUnsignedLong(words[2 * k + 1]) * 0x1p-32f);
            }
            lanes.log(radius, radius, pairs);
            for (int k = 0; k < pairs; k++) {
              radius[k] *= -2;
            }
            lanes.sqrt(radius, radius, pairs);
            lanes.cos(angle, wave, pairs);
            for (int i = 0; i < n; i += 2) {
              y[at + i] = radius[i / 2] * wave[i / 2];
            }
            lanes.sin(angle, wave, pairs);
            for (int i = 1; i < n; i += 2) {
              y[at + i] = radius[i / 2] * wave[i / 2];
            }
          });
    } else {
      double[] y = call.doubles(0);
      tiles(
          call,
          2,
          (words, blocks, at, n) -> {
            double[] radius = new double[blocks];
            double[] angle = new double[blocks];
            double[] wave = new double[blocks];
            for (int k = 0; k < blocks; k++) {
              radius[k] = fraction(words, 4 * k) + 0x1p-53;
              angle[k] = 6.283185307179586 * fraction(words, 4 * k + 2);
            }
            lanes.log(radius, radius, blocks);
            for (int k = 0; k < blocks; k++) {
              radius[k] *= -2;
            }
            lanes.sqrt(radius, radius, blocks);
            lanes.cos(angle, wave, blocks);
            for (int i = 0; i < n; i += 2) {
              y[at + i] = radius[i / 2] * wave[i / 2];
            }
            lanes.sin(angle, wave, blocks);
            for (int i = 1; i < n; i += 2) {
              y[at + i] = radius[i / 2] * wave[i / 2];
            }
          });
    }
  }

  private static long pair(int[] words, int at) {
    return (long) words[at + 1] << 32 | Integer.toUnsignedLong(words[at]);
  }

  /** 53 bits of two words as a number in [0, 1). */
  static double fraction(int[] words, int at) {
    return (pair(words, at) >>> 11) * 0x1p-53;
  }
}
