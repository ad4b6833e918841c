package dev.clgrad.backend.opencl;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.DeviceException;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.BackendCounters;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.KernelSignature;
import dev.clgrad.backend.KernelVariants;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TunedVariants;
import java.util.Arrays;
import java.util.Objects;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_mem;

/**
 * One OpenCL device: a context and one in-order queue. Freeing a buffer is safe as soon as its last
 * use is enqueued, as OpenCL keeps its memory until then. Nothing is released at exit: the
 * process's end does that.
 */
final class OpenClBackend implements Backend {
  /**
   * Set to true: waits after every launch, so that a driver's failure or a simulator's finding
   * belongs to the op that runs.
   */
  private static final boolean SYNCHRONOUS = Boolean.getBoolean("clgrad.opencl.synchronous");

  /** Launches after which the driver is told to start, where nothing else makes it. */
  private static final int LAUNCHES_A_FLUSH = 8;

  private final DeviceRecord device;
  private final Limits limits;
  private final KernelVariants variants;
  private final String title;
  private final cl_context context;
  private final cl_command_queue queue;
  private final ProgramCache programs;
  private final HostTransfer transfer;
  private final StatusWords status;
  private long allocatedBytes;
  private long bytesToDevice;
  private long bytesToHost;
  private int unflushed;

  /**
   * Opens a device.
   *
   * @param limits its own, or narrower ones
   * @throws DeviceException if the driver refuses
   */
  OpenClBackend(OpenClDevice found, Limits limits) {
    this.device = found.record();
    this.limits = limits;
    this.variants = new KernelVariants(device, limits, TunedVariants.load(device, limits));
    this.title = device.name() + " (" + device.device() + ")";
    cl_device_id id = Objects.requireNonNull(found.device());
    cl_context_properties properties = new cl_context_properties();
    properties.addProperty(CL.CL_CONTEXT_PLATFORM, found.platform());
    this.context =
        Cl.create(
            "open a context on " + title,
            error -> CL.clCreateContext(properties, 1, new cl_device_id[] {id}, null, null, error));
    this.queue = openQueue(id);
    this.programs = new ProgramCache(device, title, context, id);
    this.transfer = new HostTransfer(title, context, queue, openQueue(id));
    this.status = new StatusWords(allocate(DType.INT64, StatusWords.length()), transfer);
  }

  // The call that replaces the deprecated one is of OpenCL 2.0, which drivers of 1.2 lack.
  @SuppressWarnings("deprecation")
  private cl_command_queue openQueue(cl_device_id id) {
    return Cl.create(
        "open a queue on " + title, error -> CL.clCreateCommandQueue(context, id, 0, error));
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
    return limits;
  }

  @Override
  public KernelVariants variants() {
    return variants;
  }

  @Override
  public OpenClBuffer allocate(DType dtype, long length) {
    if (dtype == DType.FLOAT64 && !limits.fp64()) {
      throw new DTypeException(
          "float64 does not exist on " + title + "; use float32, or a device with fp64");
    }
    if (length < 1) {
      throw new DeviceException("a buffer of " + length + " elements; at least 1 is needed");
    }
    if (length > limits.maxAllocationBytes() / dtype.bytes()) {
      throw new OutOfDeviceMemoryException(
          size(dtype, length)
              + " is more than a single buffer of "
              + title
              + " may have, which is "
              + limits.maxAllocationBytes()
              + " bytes; use smaller tensors");
    }
    long bytes = length * dtype.bytes();
    // Drivers of CPU devices promise more memory than there is; the system would end the process.
    if (allocatedBytes + bytes > device.memoryBytes()) {
      throw new OutOfDeviceMemoryException(
          size(dtype, length)
              + " does not fit into the memory of "
              + title
              + ": "
              + allocatedBytes
              + " of "
              + device.memoryBytes()
              + " bytes are taken; free tensors, or use smaller ones");
    }
    cl_mem memory =
        Cl.create(
            "allocate " + size(dtype, length) + " on " + title,
            error -> CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, error));
    allocatedBytes += bytes;
    return new OpenClBuffer(this, dtype, length, memory);
  }

  private static String size(DType dtype, long length) {
    return length + " elements of " + dtype;
  }

  @Override
  public void free(Buffer buffer) {
    OpenClBuffer own = own(buffer, "free");
    own.markFreed();
    allocatedBytes -= own.bytes();
    Cl.run("free a buffer of " + title, () -> CL.clReleaseMemObject(own.memory()));
  }

  @Override
  public void launch(Launch launch) {
    for (Arg arg : launch.args()) {
      if (arg instanceof Arg.Mem mem) {
        OpenClBuffer buffer = own(mem.buffer(), launch.op());
        if (mem.offset() < 0 || mem.offset() > buffer.length()) {
          throw new DeviceException(
              launch.op()
                  + ": offset "
                  + mem.offset()
                  + " lies outside a buffer of "
                  + buffer.length()
                  + " elements");
        }
      }
    }
    OpenClKernel kernel = programs.kernel(launch.op(), launch.program(), launch.entry());
    checkSize(launch, kernel.maxLocalSize());
    int firstStatus = status.reserve(launch.args());
    KernelInstance instance = kernel.instance(launch.args());
    instance.setArguments(launch.op(), launch.args(), status.buffer(), firstStatus);
    int result =
        kernel.markLaunched(launch.local())
            ? SignalActions.keptDuring(() -> firstLaunch(instance, launch))
            : enqueue(instance, launch);
    if (result != CL.CL_SUCCESS) {
      throw ClErrors.exception(
          result, "run " + launch.op() + " (kernel " + launch.entry() + ") on " + title);
    }
    status.launched(launch.args());
    if (SYNCHRONOUS) {
      Cl.run("run " + launch.op() + " on " + title, () -> CL.clFinish(queue));
    } else if (++unflushed >= LAUNCHES_A_FLUSH) {
      unflushed = 0;
      Cl.run("start work on " + title, () -> CL.clFlush(queue));
    }
  }

  @Override
  public KernelSignature build(String op, ProgramSource program, String entry) {
    return programs.kernel(op, program, entry).signature();
  }

  /** Some drivers compile for a work-group's size at its first launch: waits for that. */
  private int firstLaunch(KernelInstance kernel, Launch launch) {
    int result = enqueue(kernel, launch);
    if (result == CL.CL_SUCCESS) {
      Cl.run("wait for " + title, () -> CL.clFinish(queue));
    }
    return result;
  }

  private int enqueue(KernelInstance kernel, Launch launch) {
    long[] global = launch.global();
    return Cl.status(
        () ->
            CL.clEnqueueNDRangeKernel(
                queue,
                kernel.handle(),
                global.length,
                null,
                global,
                launch.local(),
                0,
                null,
                null));
  }

  private void checkSize(Launch launch, long maxLocalSize) {
    long[] global = launch.global();
    long[] local = launch.local();
    long group = 1;
    boolean fits = global.length == local.length && global.length >= 1 && global.length <= 3;
    for (int i = 0; fits && i < global.length; i++) {
      fits = local[i] > 0 && global[i] > 0 && global[i] % local[i] == 0;
      group *= local[i];
    }
    if (!fits || group > maxLocalSize) {
      throw new DeviceException(
          launch.op()
              + ": kernel "
              + launch.entry()
              + " cannot run with "
              + Arrays.toString(global)
              + " work-items in groups of "
              + Arrays.toString(local)
              + " on "
              + title
              + "; the groups must divide the whole and have at most "
              + maxLocalSize
              + " work-items");
    }
  }

  @Override
  public void write(Buffer to, long offset, Object array, int arrayOffset, int length) {
    OpenClBuffer own = own(to, "write");
    checkRanges("write", own, offset, array, arrayOffset, length);
    transfer.write(own, offset, array, arrayOffset, length);
    bytesToDevice += (long) length * own.dtype().bytes();
  }

  @Override
  public void read(Buffer from, long offset, Object array, int arrayOffset, int length) {
    OpenClBuffer own = own(from, "read");
    checkRanges("read", own, offset, array, arrayOffset, length);
    if (length == 0) {
      finish();
      return;
    }
    unflushed = 0;
    programs.save();
    status.raise(); // waits only where a launch may have flagged something; the copy waits for all
    transfer.read(own, offset, array, arrayOffset, length);
    bytesToHost += (long) length * own.dtype().bytes();
  }

  @Override
  public void finish() {
    unflushed = 0;
    programs.save();
    Cl.run("wait for " + title, () -> CL.clFinish(queue));
    status.raise();
  }

  @Override
  public boolean raisesAtLaunch() {
    return false;
  }

  @Override
  public BackendCounters counters() {
    return new BackendCounters(programs.builds(), programs.diskHits(), bytesToDevice, bytesToHost);
  }

  private OpenClBuffer own(Buffer buffer, String op) {
    if (!(buffer instanceof OpenClBuffer own) || own.owner() != this) {
      throw new DeviceException(
          op + ": a buffer of another device; move the tensor to " + device.name() + " first");
    }
    if (own.freed()) {
      throw new DeviceException(op + ": the buffer was freed before");
    }
    return own;
  }

  private static void checkRanges(
      String op, OpenClBuffer buffer, long offset, Object array, int arrayOffset, int length) {
    int arrayLength = arrayLength(buffer.dtype(), array);
    if (arrayLength < 0) {
      throw new DeviceException(
          op
              + ": a "
              + array.getClass().getSimpleName()
              + " does not hold elements of "
              + buffer.dtype());
    }
    boolean inside =
        length >= 0
            && arrayOffset >= 0
            && arrayOffset <= arrayLength - length
            && offset >= 0
            && offset <= buffer.length() - length;
    if (!inside) {
      throw new DeviceException(
          op
              + ": "
              + length
              + " elements from index "
              + arrayOffset
              + " of an array of "
              + arrayLength
              + " and from index "
              + offset
              + " of a buffer of "
              + buffer.length()
              + "; both ranges must lie inside");
    }
  }

  /** The length of an array of a dtype's Java type; −1 for any other object. */
  private static int arrayLength(DType dtype, Object array) {
    return switch (dtype) {
      case FLOAT32 -> array instanceof float[] a ? a.length : -1;
      case FLOAT64 -> array instanceof double[] a ? a.length : -1;
      case FLOAT16, BFLOAT16 -> array instanceof short[] a ? a.length : -1;
      case INT32 -> array instanceof int[] a ? a.length : -1;
      case INT64 -> array instanceof long[] a ? a.length : -1;
      case BOOL, UINT8 -> array instanceof byte[] a ? a.length : -1;
    };
  }
}
