package dev.clgrad.backend.cpu;

import dev.clgrad.DType;
import dev.clgrad.DeviceException;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.BackendCounters;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.RangeBody;
import dev.clgrad.backend.TwinCall;
import java.lang.reflect.Array;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs launches through their twins, on Java arrays, on all cores. A launch has run when {@link
 * #launch} returns.
 */
final class CpuBackend implements Backend {
  /** The largest array that every Java virtual machine grants, in elements. */
  private static final long MAX_LENGTH = Integer.MAX_VALUE - 8;

  private final DeviceRecord device;
  private final Lanes lanes = LanesProvider.get();
  private final Parallel threads = Parallel.shared();
  private long bytesToDevice;
  private long bytesToHost;

  CpuBackend(DeviceRecord device) {
    this.device = device;
  }

  /** An array as a buffer. */
  private static final class ArrayBuffer extends Buffer {
    private final Object array;

    ArrayBuffer(DType dtype, int length) {
      super(dtype, length);
      this.array =
          switch (dtype) {
            case FLOAT32 -> new float[length];
            case FLOAT64 -> new double[length];
            case FLOAT16, BFLOAT16 -> new short[length];
            case INT32 -> new int[length];
            case INT64 -> new long[length];
            case UINT8, BOOL -> new byte[length];
          };
    }
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public DeviceRecord device() {
    return device;
  }

  @Override
  public Limits limits() {
    // Vector width and local size shape kernels' text only, which this backend never compiles.
    return new Limits(
        device.maxAllocationBytes(), 1 << 16, true, true, 64, 64, 256, threads.threads());
  }

  @Override
  public Buffer allocate(DType dtype, long length) {
    if (length > MAX_LENGTH) {
      throw new OutOfDeviceMemoryException(
          "a Java array holds at most "
              + MAX_LENGTH
              + " elements, and "
              + length
              + " were asked for; split the tensor or use an OpenCL device");
    }
    try {
      return new ArrayBuffer(dtype, (int) length);
    } catch (OutOfMemoryError e) {
      throw new OutOfDeviceMemoryException(
          "the Java heap has no room for "
              + length * dtype.bytes()
              + " bytes (maximum "
              + Runtime.getRuntime().maxMemory()
              + "); raise it with -Xmx",
          e);
    }
  }

  @Override
  public void free(Buffer buffer) {
    // The array is garbage as soon as nobody refers to it.
  }

  @Override
  public void launch(Launch launch) {
    launch.twin().run(new Call(launch.args()));
  }

  @Override
  @SuppressWarnings("SuspiciousSystemArraycopy") // checked: both are arrays of the buffer's dtype
  public void write(Buffer to, long offset, Object array, int arrayOffset, int length) {
    Object target = ((ArrayBuffer) to).array;
    check("write", to, offset, array, arrayOffset, length);
    System.arraycopy(array, arrayOffset, target, (int) offset, length);
    bytesToDevice += (long) length * to.dtype().bytes();
  }

  @Override
  @SuppressWarnings("SuspiciousSystemArraycopy") // checked: both are arrays of the buffer's dtype
  public void read(Buffer from, long offset, Object array, int arrayOffset, int length) {
    Object source = ((ArrayBuffer) from).array;
    check("read", from, offset, array, arrayOffset, length);
    System.arraycopy(source, (int) offset, array, arrayOffset, length);
    bytesToHost += (long) length * from.dtype().bytes();
  }

  private static void check(
      String what, Buffer buffer, long offset, Object array, int arrayOffset, int length) {
    Object own = ((ArrayBuffer) buffer).array;
    if (own.getClass() != array.getClass()
        || offset < 0
        || arrayOffset < 0
        || length < 0
        || offset + length > buffer.length()
        || (long) arrayOffset + length > Array.getLength(array)) {
      throw new DeviceException(
          what
              + " of "
              + length
              + " elements between a "
              + buffer.dtype()
              + " buffer of "
              + buffer.length()
              + " at "
              + offset
              + " and a "
              + array.getClass().getSimpleName()
              + " of "
              + Array.getLength(array)
              + " at "
              + arrayOffset
              + ": types or ranges do not fit");
    }
  }

  @Override
  public void finish() {
    // Every launch has run.
  }

  @Override
  public BackendCounters counters() {
    return new BackendCounters(0, 0, bytesToDevice, bytesToHost);
  }

  @Override
  public boolean raisesAtLaunch() {
    return true;
  }

  @Override
  public boolean runsTwins() {
    return true;
  }

  @Override
  public boolean buffersAreJavas() {
    return true;
  }

  /** Arrays of a thread for elements that are computed when they are read. */
  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private static final class Scratch {
    private final Map<DType, Object> arrays = new EnumMap<>(DType.class);

    Object array(DType dtype, int length) {
      Object array = arrays.get(dtype);
      if (array == null || Array.getLength(array) < length) {
        array = new ArrayBuffer(dtype, Math.max(length, 1024)).array;
        arrays.put(dtype, array);
      }
      return array;
    }
  }

  private final class Call implements TwinCall {
    private final List<Arg> args;

    Call(List<Arg> args) {
      this.args = args;
    }

    @Override
    public DType dtype(int arg) {
      return args.get(arg) instanceof Arg.Computed computed
          ? computed.dtype()
          : ((Arg.Mem) args.get(arg)).buffer().dtype();
    }

    @Override
    public Segment segment(int arg, long first, int n) {
      if (args.get(arg) instanceof Arg.Computed computed) {
        Object array = SCRATCH.get().array(computed.dtype(), n);
        computed.elements().compute(this, first, n, array);
        return new Segment(array, 0);
      }
      return new Segment(array(arg), offset(arg) + (int) first);
    }

    @Override
    public Object array(int arg) {
      return ((ArrayBuffer) ((Arg.Mem) args.get(arg)).buffer()).array;
    }

    @Override
    public int offset(int arg) {
      return (int) ((Arg.Mem) args.get(arg)).offset();
    }

    @Override
    public long integer(int arg) {
      Arg a = args.get(arg);
      return a instanceof Arg.I32 i ? i.value() : ((Arg.I64) a).value();
    }

    @Override
    public double real(int arg) {
      Arg a = args.get(arg);
      return a instanceof Arg.F32 f ? f.value() : ((Arg.F64) a).value();
    }

    @Override
    public void fail(int arg, long value) {
      throw ((Arg.Status) args.get(arg)).error().apply(value);
    }

    @Override
    public Lanes lanes() {
      return lanes;
    }

    @Override
    public void parallel(long n, long grain, RangeBody body) {
      threads.parallelFor(n, grain, body);
    }
  }
}
