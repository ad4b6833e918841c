package dev.clgrad.schedule;

import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A task with a kernel file of its own: a reduction, a matrix product, a gather. Its arguments are
 * given in the order of the kernel's parameters through {@link Builder}.
 *
 * <p>A kernel that reads an input through {@code SOURCE}, or writes its output through {@code
 * RESULT} (see {@code prelude.cl}), says so: then what is computed before or after it, element by
 * element, can become a part of it.
 */
public final class KernelTask extends Task {
  private final ProgramSource program;
  private final String entry;
  private final List<Object> args;
  private final long[] global;
  private final long[] local;
  private final Twin twin;
  private final boolean mayFail;
  private final int source;
  private final boolean readsAgain;
  private final boolean hasResult;
  private final long row;
  private final long repeats;

  private KernelTask(Builder b, long[] global, long[] local, Twin twin) {
    super(b.op, b.inputs(), b.outputs());
    this.program = b.program;
    this.entry = b.entry;
    this.args = List.copyOf(b.args);
    this.global = global;
    this.local = local;
    this.twin = twin;
    this.mayFail = b.args.stream().anyMatch(a -> a instanceof Arg.Status);
    this.source = b.source;
    this.readsAgain = b.readsAgain;
    this.hasResult = b.hasResult;
    this.row = b.row;
    this.repeats = b.repeats;
  }

  /** Starts a task of kernel {@code entry} of a program, on behalf of an operation. */
  public static Builder of(String op, ProgramSource program, String entry) {
    return new Builder(op, program, entry);
  }

  @Override
  protected boolean mayFail() {
    return mayFail;
  }

  ProgramSource program() {
    return program;
  }

  String entry() {
    return entry;
  }

  /** The kernel's arguments: {@link In}, {@link Out}, {@link StepScalar} and {@link Arg}. */
  List<Object> args() {
    return args;
  }

  long[] global() {
    return global;
  }

  long[] local() {
    return local;
  }

  Twin twin() {
    return twin;
  }

  /** Which of the inputs is read through {@code SOURCE}; -1 if none is. */
  int source() {
    return source;
  }

  /** Whether it reads each element of the source several times. */
  boolean readsSourceAgain() {
    return readsAgain;
  }

  /** Whether the first output is written through {@code RESULT}. */
  boolean hasResult() {
    return hasResult;
  }

  /**
   * How many neighboring elements of the source and the result form a row that no vector access
   * leaves.
   */
  long row() {
    return row;
  }

  /** How often the kernel is launched: once, unless it is {@linkplain #repeated repeated}. */
  long repeats() {
    return repeats;
  }

  /**
   * The same kernel launched for each of several rows, of other values.
   *
   * @param replace gives values with the rows as a dimension in front, whose stride is the step
   *     from one launch's buffer to the next one's
   */
  Task repeated(long rows, UnaryOperator<Value> replace) {
    Builder builder = rebuilder(replace);
    builder.repeats = rows;
    return new KernelTask(builder, global, local, twin);
  }

  @Override
  Task rebuilt(UnaryOperator<Value> replace) {
    Builder builder = rebuilder(replace);
    builder.source = source;
    builder.readsAgain = readsAgain;
    builder.hasResult = hasResult;
    builder.row = row;
    builder.repeats = repeats;
    return new KernelTask(builder, global, local, twin);
  }

  private Builder rebuilder(UnaryOperator<Value> replace) {
    Builder builder = new Builder(op(), program, entry);
    for (Object arg : args) {
      if (arg instanceof In in) {
        builder.args.add(new In(replace.apply(in.value)));
      } else if (arg instanceof Out out) {
        builder.args.add(new Out(replace.apply(out.value)));
      } else {
        builder.args.add(arg);
      }
    }
    return builder;
  }

  @Override
  void describe(Key key) {
    key.add(program);
    key.add(entry);
    key.add(source);
    key.add(hasResult ? 1 : 0);
    key.add((int) row);
    for (Value input : inputs()) {
      key.add(input.layout());
    }
    for (Value output : outputs()) {
      key.add(output.layout());
    }
  }

  @Override
  List<Object> scalarArguments() {
    return args.stream()
        .filter(a -> !(a instanceof In || a instanceof Out || a instanceof Arg.Status))
        .toList();
  }

  /** How the launch of this task repeats; null if it does not. */
  Launch.@Nullable Repeat repeat() {
    if (repeats == 1) {
      return null;
    }
    long[] steps = new long[args.size()];
    for (int i = 0; i < steps.length; i++) {
      Object arg = args.get(i);
      Value value = arg instanceof In in ? in.value : arg instanceof Out out ? out.value : null;
      steps[i] = value == null ? 0 : value.layout().stride(0);
    }
    return new Launch.Repeat(repeats, steps);
  }

  /** An argument that is neither input nor output, as it is now. */
  static Arg now(Object arg) {
    return arg instanceof StepScalar scalar ? new Arg.I64(scalar.longValue()) : (Arg) arg;
  }

  /** A buffer the kernel reads. */
  record In(Value value) {}

  /** A buffer the kernel writes. */
  record Out(Value value) {}

  /** Collects the arguments of a kernel, in the order of its parameters. */
  public static final class Builder {
    private final String op;
    private final ProgramSource program;
    private final String entry;
    private final List<Object> args = new ArrayList<>();
    private int source = -1;
    private boolean readsAgain;
    private boolean hasResult;
    private long row = 1;
    private long repeats = 1;

    private Builder(String op, ProgramSource program, String entry) {
      this.op = op;
      this.program = program;
      this.entry = entry;
    }

    /**
     * A buffer the kernel reads, with its offset; the kernel takes the layout from other arguments.
     */
    public Builder in(Value value) {
      args.add(new In(value));
      return this;
    }

    /**
     * A contiguous input that the kernel reads through {@code SOURCE} alone, and its twin through
     * {@link dev.clgrad.backend.TwinCall#segment}.
     *
     * @param row vectors that the kernel reads begin in a row of so many elements at a multiple of
     *     their width, and do not leave it
     */
    public Builder source(Value value, long row) {
      source = (int) args.stream().filter(a -> a instanceof In).count();
      this.row = row;
      return in(value);
    }

    /**
     * As {@link #source}, for a kernel that reads each element several times: what is costly is
     * stored before, and not computed on the way.
     */
    public Builder sourceReadAgain(Value value, long row) {
      readsAgain = true;
      return source(value, row);
    }

    /**
     * A contiguous output that the kernel writes through {@code RESULT} alone, each element once,
     * and does not read again. It comes before any other output.
     *
     * @param row vectors that the kernel writes do not leave rows of so many elements
     */
    public Builder result(Value value, long row) {
      hasResult = true;
      this.row = row;
      return out(value);
    }

    /** A buffer the kernel overwrites, with its offset. */
    public Builder out(Value value) {
      args.add(new Out(value));
      return this;
    }

    /** A {@code long} or {@code ulong} parameter. */
    public Builder i64(long value) {
      args.add(new Arg.I64(value));
      return this;
    }

    /** A {@code long} or {@code ulong} parameter that may be another one in every step. */
    public Builder i64(StepScalar value) {
      args.add(value);
      return this;
    }

    /** An {@code int} parameter. */
    public Builder i32(int value) {
      args.add(new Arg.I32(value));
      return this;
    }

    /** A {@code float} parameter. */
    public Builder f32(float value) {
      args.add(new Arg.F32(value));
      return this;
    }

    /** A {@code double} parameter. */
    public Builder f64(double value) {
      args.add(new Arg.F64(value));
      return this;
    }

    /** Local memory. */
    public Builder local(long bytes) {
      args.add(new Arg.Local(bytes));
      return this;
    }

    /** Where the kernel reports an error that depends on values. */
    public Builder status(Arg.Status status) {
      args.add(status);
      return this;
    }

    /**
     * The finished task.
     *
     * @param global work-items of each dimension, multiples of {@code local}
     * @param local the work-group, fixed for each kernel
     * @param twin the same computation in Java, with the arguments at the positions given here
     */
    public KernelTask build(long[] global, long[] local, Twin twin) {
      return new KernelTask(this, global, local, twin);
    }

    private List<Value> inputs() {
      return args.stream().filter(a -> a instanceof In).map(a -> ((In) a).value).toList();
    }

    private List<Value> outputs() {
      return args.stream().filter(a -> a instanceof Out).map(a -> ((Out) a).value).toList();
    }
  }
}
