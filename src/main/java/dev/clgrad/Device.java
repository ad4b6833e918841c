package dev.clgrad;

import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.Counters;
import dev.clgrad.schedule.Scheduler;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where tensors live and are computed: an OpenCL device or the CPU.
 *
 * <p>The default device is chosen once per process, at the first tensor, by the system property
 * {@code clgrad.device}, else the environment variable {@code CLGRAD_DEVICE}, else {@code auto}:
 * the best there is. One log line says which and why.
 */
public final class Device {
  private static final ConcurrentHashMap<String, Device> BY_POLICY = new ConcurrentHashMap<>();
  private static final ConcurrentHashMap<String, Device> BY_NAME = new ConcurrentHashMap<>();
  private static final Object OPENING = new Object();
  private static volatile @Nullable Device defaultDevice;

  private final Scheduler scheduler;
  private final Selection selection;

  private Device(Selection.Opened opened) {
    this.selection = opened.selection();
    this.scheduler = new Scheduler(opened.backend());
  }

  /**
   * The device that tensors are made on where none is named.
   *
   * @throws DeviceException if the property or variable asks for one that cannot be had
   */
  public static Device getDefault() {
    Device known = defaultDevice;
    if (known == null) {
      known = of(Selection.configuredPolicy());
      defaultDevice = known;
    }
    return known;
  }

  /** Makes a device the default one of this process, for all threads. */
  public static void setDefault(Device device) {
    defaultDevice = device;
  }

  /**
   * A device by policy: {@code auto}, {@code cpu}, {@code opencl} (required), {@code
   * opencl:<index>} or {@code name=<part of its name>}. The same device is the same object.
   *
   * @throws DeviceException if there is no such device or it cannot be used; the message lists
   *     those there are and the cure
   */
  public static Device of(String policy) {
    Device known = BY_POLICY.get(policy);
    if (known != null) {
      return known;
    }
    synchronized (OPENING) {
      return BY_POLICY.computeIfAbsent(
          policy,
          p -> {
            // Other policies may have opened the same device before.
            Device open = BY_NAME.get(Selection.of(p).chosen().name());
            return open != null ? open : open(p);
          });
    }
  }

  private static Device open(String policy) {
    Selection.Opened opened = Selection.open(policy);
    return BY_NAME.computeIfAbsent(opened.selection().chosen().name(), n -> new Device(opened));
  }

  static Device of(Scheduler scheduler) {
    Device device = BY_NAME.get(scheduler.backend().name());
    if (device == null) {
      throw new IllegalStateException("a tensor without a device");
    }
    return device;
  }

  /** The name that selects it again: {@code cpu}, {@code opencl:0}. */
  public String name() {
    return scheduler.backend().name();
  }

  /** How it was chosen, and why each other device was not. */
  public String selection() {
    return selection.toString();
  }

  /** What it has done and holds. */
  public Counters counters() {
    return scheduler.counters();
  }

  /** Starts everything that is pending, without waiting for it; what fails stays pending. */
  public void flush() {
    scheduler.flush();
  }

  /** Runs everything that is pending and waits for it. */
  public void synchronize() {
    scheduler.synchronize();
  }

  /** Gives memory that is kept for the next use back to the device. */
  public void emptyCache() {
    scheduler.emptyCache();
  }

  /** Starts {@link Counters#peakBytes} anew from what is in use and cached now. */
  public void resetPeakBytes() {
    scheduler.resetPeak();
  }

  /**
   * What is held of its memory, in lines for people: bytes in use, cached and at the peak, and the
   * largest holders with the operations that made them; as an {@link OutOfDeviceMemoryException}
   * says it. What was pending and has not run holds nothing yet.
   */
  public String memorySummary() {
    return scheduler.memorySummary();
  }

  /**
   * Sets whether the Java lines that make tensors on this device are remembered from now on, so
   * that an {@link OutOfDeviceMemoryException} can name them; some microseconds a tensor. Off from
   * the start unless the system property {@code clgrad.memory.sites} is {@code on}.
   */
  public void recordAllocationSites(boolean on) {
    scheduler.recordAllocationSites(on);
  }

  Scheduler scheduler() {
    return scheduler;
  }

  @Override
  public String toString() {
    return name() + " (" + scheduler.backend().device().device() + ")";
  }
}
