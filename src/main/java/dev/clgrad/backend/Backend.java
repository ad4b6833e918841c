package dev.clgrad.backend;

import dev.clgrad.DType;
import org.jspecify.annotations.Nullable;

/**
 * One device: its memory and its queue. Launches and transfers take effect in the order of the
 * calls.
 *
 * <p>Not thread-safe by itself: the schedule of a device holds that device's lock around every
 * call.
 */
public interface Backend {
  /** The name that selects this device again, such as {@code cpu} or {@code opencl:0}. */
  String name();

  /** What the device is, for people: its own name, driver and size. */
  DeviceRecord device();

  /** What the device can take, and the parameters its kernels are rendered with. */
  Limits limits();

  /** Which members of kernel families the device gets. */
  default KernelVariants variants() {
    return new KernelVariants(device(), limits());
  }

  /**
   * A buffer with undefined content.
   *
   * @param length number of elements, at least 1
   * @throws dev.clgrad.OutOfDeviceMemoryException if the device refuses
   * @throws dev.clgrad.DTypeException if the device has no such type
   */
  Buffer allocate(DType dtype, long length);

  /** Gives a buffer back; launches already accepted may still use it. */
  void free(Buffer buffer);

  /**
   * Runs or enqueues a launch. If it throws, nothing was enqueued and no buffer was changed.
   *
   * @throws dev.clgrad.KernelBuildException if its program does not compile
   */
  void launch(Launch launch);

  /**
   * Builds a kernel before it is launched, so that what is wrong with it shows at once.
   *
   * @param op what wants it, for errors
   * @return what the driver knows of the kernel; null where launches run through their twins
   * @throws dev.clgrad.KernelBuildException if the program does not compile or has no such kernel
   */
  default @Nullable KernelSignature build(String op, ProgramSource program, String entry) {
    return null;
  }

  /**
   * Copies host elements into a buffer; the array may be reused when the call returns.
   *
   * @param array {@code float[]}, {@code double[]}, {@code int[]}, {@code long[]} or {@code byte[]}
   *     (uint8 and bool), as the buffer's dtype says
   * @throws dev.clgrad.DeviceException if either range does not lie inside its array or buffer
   */
  void write(Buffer to, long offset, Object array, int arrayOffset, int length);

  /**
   * Waits for everything before it and copies elements to the host; raises what kernels have
   * flagged since the last read.
   *
   * @throws dev.clgrad.DeviceException if either range does not lie inside its array or buffer
   */
  void read(Buffer from, long offset, Object array, int arrayOffset, int length);

  /** Waits until everything enqueued has run, and raises what kernels have flagged. */
  void finish();

  /** What it has done since it was opened. */
  BackendCounters counters();

  /**
   * Whether errors that depend on values are raised by {@link #launch} itself rather than flagged
   * in device memory until the next read.
   */
  boolean raisesAtLaunch();

  /**
   * Whether launches run through their twins. Where several kernels compute the same, an operation
   * then need not choose one, nor bring its operands into the order a kernel wants.
   */
  default boolean runsTwins() {
    return false;
  }

  /** Whether a buffer that nobody refers to needs no {@link #free}: it is a Java object alone. */
  default boolean buffersAreJavas() {
    return false;
  }
}
