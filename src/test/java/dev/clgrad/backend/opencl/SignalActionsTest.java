package dev.clgrad.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.backend.opencl.ChildJvm.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JVM's signals after a driver has compiled. */
@Tag("opencl")
class SignalActionsTest {
  @Test
  void safepointsSurviveCompilation(@TempDir Path cache) throws Exception {
    // An empty cache, so that PoCL has to compile.
    Result result =
        ChildJvm.runOnThisDevice(
            SafepointProbe.class,
            Map.of("POCL_CACHE_DIR", cache.toString()),
            List.of("-Xmx256m", "-Dclgrad.device=opencl"));
    assertEquals(0, result.exit(), result::toString);
    assertEquals("true", result.value("division-throws"), result::toString);
  }
}
