package dev.clgrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter text = new StringWriter();

  @Test
  void writesOverTheLineOfATerminal() {
    Progress progress = new Progress(new PrintWriter(text), true);
    progress.show("a long line");
    progress.show("short");
    progress.finish("end");
    assertEquals("\ra long line\rshort      \rend  \n", lines());
  }

  @Test
  void writesLinesElsewhere() {
    Progress progress = new Progress(new PrintWriter(text), false);
    progress.show("a long line");
    progress.finish("end");
    assertEquals("a long line\nend\n", lines());
  }

  @Test
  void isNotDueAtOnce() {
    assertFalse(new Progress(new PrintWriter(text), false).isDue());
  }

  private String lines() {
    return text.toString().replace(System.lineSeparator(), "\n");
  }
}
