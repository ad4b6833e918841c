package dev.clgrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Keeps {@code docs/ops.md} as the library is, on the CPU backend. With {@code
 * -Dclgrad.writePages=true} it is written anew.
 */
class OpsPageTest {
  private static final Path PAGE = Path.of("docs", "ops.md");

  @Test
  void thePageSaysWhatIsThere() throws IOException, ReflectiveOperationException {
    Device usual = Device.getDefault();
    Device.setDefault(Device.of("cpu"));
    String text;
    try {
      text =
          new OpsPage(
                  OpClasses.all(),
                  CaseFiles.read(CaseFiles.shipped()).stream()
                      .collect(Collectors.groupingBy(Case::op)))
              .text();
    } finally {
      Device.setDefault(usual);
    }
    if (Boolean.getBoolean("clgrad.writePages")) {
      Files.writeString(PAGE, text);
    }
    assertEquals(
        Files.readString(PAGE),
        text,
        "docs/ops.md is stale; run this test with -Dclgrad.writePages=true");
  }
}
