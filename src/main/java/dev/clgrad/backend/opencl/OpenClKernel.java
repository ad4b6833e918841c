package dev.clgrad.backend.opencl;

import dev.clgrad.DeviceException;
import dev.clgrad.backend.Arg;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jspecify.annotations.Nullable;

/**
 * A kernel and the arguments it has. Setting one costs as much as a tenth of a launch, so those
 * that are as they were at the last launch are not set again.
 */
final class OpenClKernel {
  private final String name;
  private final cl_kernel kernel;
  private final int parameters;
  private final long maxLocalSize;
  private @Nullable Arg[] current = new Arg[0];
  private long @Nullable [] lastLocal;
  private final Set<List<Long>> launchedLocals = new HashSet<>();
  private final int[] int1 = new int[1];
  private final long[] long1 = new long[1];
  private final float[] float1 = new float[1];
  private final double[] double1 = new double[1];
  private final Pointer intAt = Pointer.to(int1);
  private final Pointer longAt = Pointer.to(long1);
  private final Pointer floatAt = Pointer.to(float1);
  private final Pointer doubleAt = Pointer.to(double1);

  /**
   * Wraps a kernel.
   *
   * @param name its program and name, for messages
   * @param parameters how many parameters it has
   * @param maxLocalSize the largest work-group it can run with
   */
  OpenClKernel(String name, cl_kernel kernel, int parameters, long maxLocalSize) {
    this.name = name;
    this.kernel = kernel;
    this.parameters = parameters;
    this.maxLocalSize = maxLocalSize;
  }

  cl_kernel handle() {
    return kernel;
  }

  long maxLocalSize() {
    return maxLocalSize;
  }

  /** Takes note of a launch; whether it is the first with a work-group of this size. */
  boolean markLaunched(long[] local) {
    if (Arrays.equals(local, lastLocal)) {
      return false;
    }
    lastLocal = local;
    return launchedLocals.add(Arrays.stream(local).boxed().toList());
  }

  /**
   * Sets the arguments of a launch.
   *
   * @param statusWords where the kernel reports errors
   * @param firstStatus the element of {@code statusWords} that the first status argument gets; each
   *     further one gets the next pair
   */
  void setArguments(String op, List<Arg> args, OpenClBuffer statusWords, long firstStatus) {
    int expected = 0;
    for (Arg arg : args) {
      expected += arg instanceof Arg.Mem || arg instanceof Arg.Status ? 2 : 1;
    }
    if (expected != parameters) {
      throw new DeviceException(
          op + ": kernel " + name + " has " + parameters + " parameters and got " + expected);
    }
    if (current.length != args.size()) {
      current = new Arg[args.size()];
    }
    int index = 0;
    long status = firstStatus;
    for (int i = 0; i < current.length; i++) {
      Arg arg = args.get(i);
      Arg before = current[i];
      current[i] = null; // if setting it fails, nothing is known
      if (arg instanceof Arg.Mem mem) {
        setMemory(op, index, mem, before);
        index += 2;
      } else if (arg instanceof Arg.Status) {
        if (!(before instanceof Arg.Status)) {
          set(op, index, OpenClBuffer.ARGUMENT_BYTES, statusWords.argument());
        }
        setLong(op, index + 1, status);
        status += 2;
        index += 2;
      } else {
        if (!arg.equals(before)) {
          setValue(op, index, arg);
        }
        index++;
      }
      current[i] = arg;
    }
  }

  private void setMemory(String op, int index, Arg.Mem mem, @Nullable Arg before) {
    OpenClBuffer buffer = (OpenClBuffer) mem.buffer();
    Arg.Mem same =
        before instanceof Arg.Mem m && m.buffer() == buffer
            ? m
            : null; // identity: a handle may be used again
    if (same == null) {
      set(op, index, OpenClBuffer.ARGUMENT_BYTES, buffer.argument());
    }
    if (same == null || same.offset() != mem.offset()) {
      setLong(op, index + 1, mem.offset());
    }
  }

  private void setValue(String op, int index, Arg arg) {
    if (arg instanceof Arg.I32 v) {
      int1[0] = v.value();
      set(op, index, Sizeof.cl_int, intAt);
    } else if (arg instanceof Arg.I64 v) {
      setLong(op, index, v.value());
    } else if (arg instanceof Arg.F32 v) {
      float1[0] = v.value();
      set(op, index, Sizeof.cl_float, floatAt);
    } else if (arg instanceof Arg.F64 v) {
      double1[0] = v.value();
      set(op, index, Sizeof.cl_double, doubleAt);
    } else if (arg instanceof Arg.Local v) {
      set(op, index, v.bytes(), null);
    } else {
      throw new DeviceException(op + ": kernel " + name + " got an unknown argument " + arg);
    }
  }

  private void setLong(String op, int index, long value) {
    long1[0] = value;
    set(op, index, Sizeof.cl_long, longAt);
  }

  private void set(String op, int index, long bytes, @Nullable Pointer value) {
    int status = Cl.status(() -> CL.clSetKernelArg(kernel, index, bytes, value));
    if (status != CL.CL_SUCCESS) {
      throw ClErrors.exception(
          status, "set parameter " + index + " of kernel " + name + " for " + op);
    }
  }
}
