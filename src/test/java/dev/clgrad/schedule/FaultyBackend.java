package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.BackendCounters;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.Selection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The CPU, with a memory of a given size and operations that fail when told to. */
final class FaultyBackend implements Backend {
  private final Backend cpu = Selection.open("cpu").backend();

  /** What the operation of this name throws instead of running. */
  final Map<String, Supplier<RuntimeException>> faults = new HashMap<>();

  /** What the JVM throws while the operation of this name runs. */
  final Map<String, Supplier<Error>> errors = new HashMap<>();

  /** The operations that were tried, in order. */
  final List<String> tried = new ArrayList<>();

  /** The operations that ran, in order. */
  final List<String> ran = new ArrayList<>();

  long capacity = Long.MAX_VALUE;
  long allocated;
  long peak;
  int frees;

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public DeviceRecord device() {
    return cpu.device();
  }

  @Override
  public Limits limits() {
    return cpu.limits();
  }

  @Override
  public Buffer allocate(DType dtype, long length) {
    long bytes = length * dtype.bytes();
    if (allocated + bytes > capacity) {
      throw new OutOfDeviceMemoryException("no room for " + bytes);
    }
    allocated += bytes;
    peak = Math.max(peak, allocated);
    return cpu.allocate(dtype, length);
  }

  @Override
  public void free(Buffer buffer) {
    allocated -= buffer.bytes();
    frees++;
    cpu.free(buffer);
  }

  @Override
  public void launch(Launch launch) {
    tried.add(launch.op());
    Supplier<RuntimeException> fault = faults.get(launch.op());
    if (fault != null) {
      throw fault.get();
    }
    Supplier<Error> error = errors.get(launch.op());
    if (error != null) {
      throw error.get();
    }
    cpu.launch(launch);
    ran.add(launch.op());
  }

  @Override
  public void write(Buffer to, long offset, Object array, int arrayOffset, int length) {
    cpu.write(to, offset, array, arrayOffset, length);
  }

  @Override
  public void read(Buffer from, long offset, Object array, int arrayOffset, int length) {
    cpu.read(from, offset, array, arrayOffset, length);
  }

  @Override
  public void finish() {
    cpu.finish();
  }

  @Override
  public BackendCounters counters() {
    return cpu.counters();
  }

  @Override
  public boolean raisesAtLaunch() {
    return true;
  }

  @Override
  public boolean runsTwins() {
    return true;
  }
}
