package dev.clgrad.backend.opencl;

import dev.clgrad.DeviceException;
import dev.clgrad.backend.BackendProvider;
import dev.clgrad.backend.opencl.OpenClLoader.Unavailable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers every OpenCL device to the selection; where OpenCL does not load, says why. */
public final class OpenClProvider implements BackendProvider {
  private static final Logger LOG = LoggerFactory.getLogger(OpenClProvider.class);

  /** What was found, once for the process: drivers do not gain devices while it runs. */
  private record Found(List<Candidate> candidates, @Nullable String absence) {}

  private static final class Holder {
    static final Found FOUND = find();
  }

  /** Made by the service loader. */
  public OpenClProvider() {}

  @Override
  public String family() {
    return "opencl";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public List<Candidate> candidates() {
    return Holder.FOUND.candidates();
  }

  @Override
  public @Nullable String absence() {
    return Holder.FOUND.absence();
  }

  private static Found find() {
    if (OpenClLoader.outcome() instanceof Unavailable missing) {
      return new Found(List.of(), missing.cause() + "; " + missing.cure());
    }
    try {
      List<Candidate> candidates = new ArrayList<>();
      for (OpenClDevice device : OpenClDiscovery.devices()) {
        candidates.add(new Candidate(device.record(), device.obstacle(), () -> open(device)));
      }
      return candidates.isEmpty()
          ? new Found(List.of(), "no OpenCL platform has a device; check the driver's own tools")
          : new Found(List.copyOf(candidates), null);
    } catch (RuntimeException | LinkageError e) { // whatever a driver does, the CPU stays usable
      LOG.debug("listing the OpenCL devices failed", e);
      return new Found(List.of(), "listing the OpenCL devices failed: " + e);
    }
  }

  private static OpenClBackend open(OpenClDevice device) {
    if (device.obstacle() != null) {
      throw new DeviceException(device.record().name() + " cannot be used: " + device.obstacle());
    }
    return new OpenClBackend(device, device.limits());
  }
}
