package dev.clgrad.backend.opencl;

import dev.clgrad.backend.BackendProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Offers the {@link RecordingBackend} to a process that has this class among its services, as
 * {@code ci/gpu-compile} arranges; the system property {@code clgrad.programs} is its folder.
 */
public final class RecordingProvider implements BackendProvider {
  /** Made by the service loader. */
  public RecordingProvider() {}

  @Override
  public String family() {
    return RecordingBackend.NAME;
  }

  @Override
  public int priority() {
    return -1;
  }

  @Override
  public List<Candidate> candidates() {
    Path folder = Path.of(Objects.requireNonNull(System.getProperty("clgrad.programs")));
    RecordingBackend backend = new RecordingBackend(folder, "group");
    return List.of(new Candidate(backend.device(), null, () -> backend));
  }

  @Override
  public @Nullable String absence() {
    return null;
  }
}
