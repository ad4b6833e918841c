package dev.clgrad.backend.cpu;

import dev.clgrad.backend.BackendProvider;
import dev.clgrad.backend.DeviceRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The CPU itself, which is always there. */
public final class CpuProvider implements BackendProvider {
  /** Made by {@link java.util.ServiceLoader}. */
  public CpuProvider() {}

  @Override
  public String family() {
    return "cpu";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public List<Candidate> candidates() {
    DeviceRecord device = device();
    return List.of(new Candidate(device, null, () -> new CpuBackend(device)));
  }

  @Override
  public @Nullable String absence() {
    return null;
  }

  private static DeviceRecord device() {
    Runtime runtime = Runtime.getRuntime();
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    return new DeviceRecord(
        "cpu",
        "Java " + Runtime.version(),
        System.getProperty("os.arch") + " CPU, " + (vectors ? "Vector API" : "plain Java"),
        System.getProperty("java.vendor"),
        "Java " + System.getProperty("java.specification.version"),
        System.getProperty("java.vm.version"),
        "CPU",
        runtime.maxMemory(),
        runtime.maxMemory(),
        0,
        runtime.availableProcessors(),
        1,
        1,
        true,
        false);
  }
}
