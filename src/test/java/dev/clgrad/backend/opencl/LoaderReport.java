package dev.clgrad.backend.opencl;

import dev.clgrad.DType;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.BackendProvider.Candidate;
import dev.clgrad.backend.Buffer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jocl.CL;
import org.jocl.cl_platform_id;

/** Looks for OpenCL as a program does, and writes a line for each thing it finds. */
final class LoaderReport {
  /**
   * Set to true: asks PoCL for its devices first, without clgrad, as another library in the same
   * process may do.
   */
  static final String CARELESS = "clgrad.test.careless";

  private LoaderReport() {}

  /** Writes the report to standard output. */
  public static void main(String[] args) throws IOException {
    PrintStream out = System.out;
    if (Boolean.getBoolean(CARELESS)) {
      cl_platform_id[] platform = new cl_platform_id[1];
      CL.clGetPlatformIDs(1, platform, null);
      CL.clGetDeviceIDs(platform[0], CL.CL_DEVICE_TYPE_ALL, 0, null, new int[1]);
    }
    OpenClProvider provider = new OpenClProvider();
    List<Candidate> candidates = provider.candidates();
    out.println("outcome " + OpenClLoader.outcome());
    out.println("absence " + provider.absence());
    out.println("devices " + candidates.size());
    for (Candidate candidate : candidates) {
      out.println("device " + candidate.device());
      out.println("obstacle " + candidate.obstacle());
      if (candidate.obstacle() == null) {
        Backend backend = candidate.open().get();
        Buffer buffer = backend.allocate(DType.FLOAT32, 16);
        Kernels.scale(backend, buffer, 16, 2);
        backend.read(buffer, 0, new float[16], 0, 16);
        out.println("ran " + backend.name());
      }
    }
    out.println("division-throws " + SignalGuard.divisionThrows());
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      maps.filter(l -> l.contains("clgrad-") || l.contains("libOpenCL"))
          .map(l -> l.substring(l.indexOf('/')))
          .distinct()
          .forEach(l -> out.println("mapped " + l));
    }
  }
}
