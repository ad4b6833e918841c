package dev.clgrad.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BuildLogTest {
  private static final String SOURCE =
      """
      #line 1 "prelude.cl"
      // prelude

      #line 1 "test/wrong.cl"
      // one
      __kernel void wrong(__global float* x) {
        x[0] = missing;
      }
      """;

  @Test
  void linesOfTheWholeSourceBecomeThoseOfItsFiles() {
    assertEquals(
        "test/wrong.cl:3:10: error: no such thing\n  x[0] = missing;\nprelude.cl:2:1: note: here",
        BuildLog.located(
            "<kernel>:7:10: error: no such thing\n  x[0] = missing;\n<kernel>:3:1: note: here",
            SOURCE));
  }

  @Test
  void otherPlacesStayAsTheyAre() {
    String log = "test/wrong.cl:3:10: error\n  <kernel>:7:10: quoted\nptxas fatal: $1 \\";
    assertEquals(log, BuildLog.located(log, SOURCE));
    assertEquals("<kernel>:1:1: x", BuildLog.located("<kernel>:1:1: x", "no directive"));
  }
}
