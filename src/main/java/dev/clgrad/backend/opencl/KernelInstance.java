package dev.clgrad.backend.opencl;

import dev.clgrad.DeviceException;
import dev.clgrad.backend.Arg;
import java.util.List;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jspecify.annotations.Nullable;

/**
 * One object of a kernel and the arguments it has. Setting one costs as much as a third of a
 * launch, so those that are as they were at the object's last launch are not set again.
 */
final class KernelInstance {
  private final String name;
  private final cl_kernel kernel;
  private final int parameters;
  private @Nullable Arg[] current = new Arg[0];

  /** What was set last, where it holds no status words, whose places change. */
  private @Nullable List<Arg> last;

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
   */
  KernelInstance(String name, cl_kernel kernel, int parameters) {
    this.name = name;
    this.kernel = kernel;
    this.parameters = parameters;
  }

  cl_kernel handle() {
    return kernel;
  }

  /** Whether it has no arguments yet. */
  boolean isUnset() {
    return current.length == 0;
  }

  /**
   * How many of a launch's arguments would have to be set, status words not counted; no more than
   * {@code most} are counted.
   */
  int differences(List<Arg> args, int most) {
    if (args == last) {
      return 0;
    }
    if (current.length != args.size()) {
      return args.size();
    }
    int count = 0;
    for (int i = 0; i < current.length && count < most; i++) {
      if (!isSame(args.get(i), current[i])) {
        count++;
      }
    }
    return count;
  }

  private static boolean isSame(Arg arg, @Nullable Arg before) {
    if (arg == before) {
      return true;
    }
    if (arg instanceof Arg.Mem mem) {
      // By identity: a handle may be used again.
      return before instanceof Arg.Mem m
          && m.buffer() == mem.buffer()
          && m.offset() == mem.offset();
    }
    return arg instanceof Arg.Status ? before instanceof Arg.Status : arg.equals(before);
  }

  /**
   * Sets the arguments of a launch.
   *
   * @param statusWords where the kernel reports errors
   * @param firstStatus the element of {@code statusWords} that the first status argument gets; each
   *     further one gets the next pair
   */
  void setArguments(String op, List<Arg> args, OpenClBuffer statusWords, long firstStatus) {
    if (args == last) {
      return;
    }
    last = null;
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
    if (status == firstStatus) {
      last = args;
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
