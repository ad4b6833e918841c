package dev.clgrad.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReadmeExampleTest {
  @Test
  void printsWhatItsCommentsSay() {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      ReadmeExample.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertEquals(
        "tensor(22.)\ntensor([0, 1, 1, 0])\n",
        bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"));
  }
}
