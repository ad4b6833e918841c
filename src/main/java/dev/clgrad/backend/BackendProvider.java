package dev.clgrad.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A family of devices, found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /** The policy word of the family: {@code cpu} or {@code opencl}. */
  String family();

  /** Automatic selection prefers the higher: OpenCL stands above the CPU. */
  int priority();

  /** Every device of the family, usable or not, in a fixed order; never throws. */
  List<Candidate> candidates();

  /** Why the family has no device at all and how to mend it; null if it has one. */
  @Nullable String absence();

  /**
   * A device found or missed.
   *
   * @param device what is known of it
   * @param obstacle why it cannot be used, and the cure; null if it can
   * @param open opens it; called at most once
   */
  record Candidate(
      DeviceRecord device, @Nullable String obstacle, java.util.function.Supplier<Backend> open) {}
}
