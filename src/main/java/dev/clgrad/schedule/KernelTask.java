package dev.clgrad.schedule;

import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import java.util.ArrayList;
import java.util.List;

/**
 * A task with a kernel file of its own: a reduction, a matrix product, a gather. Its arguments are
 * given in the order of the kernel's parameters through {@link Builder}.
 */
public final class KernelTask extends Task {
  private final ProgramSource program;
  private final String entry;
  private final List<Object> args;
  private final long[] global;
  private final long[] local;
  private final Twin twin;
  private final boolean mayFail;

  private KernelTask(
      Builder b, List<Value> inputs, List<Value> outputs, long[] global, long[] local, Twin twin) {
    super(b.op, inputs, outputs);
    this.program = b.program;
    this.entry = b.entry;
    this.args = List.copyOf(b.args);
    this.global = global;
    this.local = local;
    this.twin = twin;
    this.mayFail = b.args.stream().anyMatch(a -> a instanceof Arg.Status);
  }

  /** Starts a task of kernel {@code entry} of a program, on behalf of an operation. */
  public static Builder of(String op, ProgramSource program, String entry) {
    return new Builder(op, program, entry);
  }

  @Override
  protected boolean mayFail() {
    return mayFail;
  }

  @Override
  Launch launch() {
    List<Arg> bound = new ArrayList<>(args.size());
    for (Object arg : args) {
      if (arg instanceof In in) {
        bound.add(new Arg.Mem(in.value.content().buffer(), in.value.layout().offset(), false));
      } else if (arg instanceof Out out) {
        bound.add(new Arg.Mem(out.value.content().buffer(), out.value.layout().offset(), true));
      } else {
        bound.add((Arg) arg);
      }
    }
    return new Launch(op(), program, entry, bound, global, local, twin);
  }

  private record In(Value value) {}

  private record Out(Value value) {}

  /** Collects the arguments of a kernel, in the order of its parameters. */
  public static final class Builder {
    private final String op;
    private final ProgramSource program;
    private final String entry;
    private final List<Object> args = new ArrayList<>();

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
      List<Value> inputs = new ArrayList<>();
      List<Value> outputs = new ArrayList<>();
      for (Object arg : args) {
        if (arg instanceof In in) {
          inputs.add(in.value);
        } else if (arg instanceof Out out) {
          outputs.add(out.value);
        }
      }
      return new KernelTask(this, inputs, outputs, global, local, twin);
    }
  }
}
