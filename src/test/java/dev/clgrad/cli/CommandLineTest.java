package dev.clgrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Selection;
import dev.clgrad.cli.Child.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  /** The device under test, as its name selects it. */
  private static final String POLICY = Selection.configuredPolicy();

  @Test
  void withoutArgumentsItSaysWhatThereIs() throws Exception {
    for (String[] arguments : new String[][] {{}, {"--help"}, {"help"}}) {
      Result result = Child.ofClgrad().run(arguments);
      assertEquals(0, result.status(), result.err());
      assertTrue(result.out().startsWith("Usage: clgrad"), result.out());
      for (String command : new String[] {"demo", "notebook", "devices", "cache", "tune"}) {
        assertTrue(result.out().contains("\n  " + command + " "), result.out());
      }
      assertEquals("", result.err());
    }
  }

  @Test
  void saysItsVersion() throws Exception {
    Result result = Child.ofClgrad().run("--version");
    assertEquals(0, result.status());
    assertTrue(result.out().startsWith("clgrad "), result.out());
  }

  @ParameterizedTest
  @CsvSource({
    "frobnicate, Unmatched argument at index 0: 'frobnicate'",
    "devices --frobnicate, Unknown option: '--frobnicate'",
    "demo --epochs x, Invalid value for option '--epochs'",
    "demo --epochs 0, Invalid value for option '--epochs'",
    "tune --seconds 0, Invalid value for option '--seconds'",
  })
  void argumentsWithoutSenseGiveStatusTwo(String arguments, String message) throws Exception {
    Result result = Child.ofClgrad().run(arguments.split(" ", -1));
    assertEquals(2, result.status(), result.err());
    assertEquals("", result.out());
    assertTrue(result.err().contains(message), result.err());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"devices", "notebook", "demo", "tune"})
  void anUnknownDeviceListsThoseThereAre(String command) throws Exception {
    Result result = Child.ofClgrad().run(command, "--device", "frobnicator");
    assertEquals(1, result.status(), result.err());
    assertEquals("", result.out());
    String message =
        result.err().lines().filter(l -> l.startsWith("clgrad: ")).findFirst().orElse("");
    assertTrue(message.contains("\"frobnicator\""), result.err());
    assertTrue(message.contains("cpu (" + Selection.of("cpu").chosen().device() + ")"), message);
    assertTrue(message.contains(Selection.of(POLICY).chosen().name()), message);
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void theEnvironmentNamesTheDeviceWhereNoOptionDoes() throws Exception {
    ProcessBuilder builder = Child.ofClgrad().builder("devices");
    builder.environment().put("CLGRAD_DEVICE", "frobnicator");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    assertEquals(1, builder.start().waitFor());
    builder.command().addAll(List.of("--device", "cpu"));
    assertEquals(0, builder.start().waitFor());
  }

  @Test
  void missingDataIsAnErrorOfOneLine() throws Exception {
    Result result =
        Child.ofClgrad().run("demo", "--device", POLICY, "--data", "/nonexistent/folder");
    assertEquals(1, result.status(), result.err());
    assertTrue(result.err().contains("clgrad: /nonexistent/folder: no such folder"), result.err());
    assertFalse(result.err().contains("\tat "), result.err());
  }

  @Test
  void devicesPrintsTheRecordOfTheSelection() throws Exception {
    Result result = Child.ofClgrad().run("devices", "--device", POLICY);
    assertEquals(0, result.status(), result.err());
    Selection selection = Selection.of(POLICY);
    String out = result.out();
    assertTrue(
        out.startsWith(selection.chosen().name() + "  (chosen: " + selection.why() + ")\n"), out);
    assertTrue(out.contains(selection.chosen().driver()), out);
    for (Selection.PassedOver other : selection.passedOver()) {
      assertTrue(
          out.contains("\n" + other.name() + "  (not chosen: " + other.reason() + ")\n"), out);
    }
  }

  @Test
  void devicesInJsonHoldTheChosenOneAndEveryOther() throws Exception {
    Result result = Child.ofClgrad().run("devices", "--json", "--device", POLICY);
    assertEquals(0, result.status(), result.err());
    JsonNode json = new ObjectMapper().readTree(result.out());
    Selection selection = Selection.of(POLICY);
    DeviceRecord chosen = selection.chosen();
    assertEquals(POLICY, json.get("policy").asText());
    assertEquals(chosen.name(), json.get("chosen").asText());
    JsonNode first = json.get("devices").get(0);
    assertEquals(chosen.name(), first.get("name").asText());
    assertTrue(first.get("chosen").asBoolean());
    assertEquals(selection.why(), first.get("reason").asText());
    assertEquals(chosen.device(), first.get("device").asText());
    assertEquals(chosen.platform(), first.get("platform").asText());
    assertEquals(chosen.vendor(), first.get("vendor").asText());
    assertEquals(chosen.version(), first.get("version").asText());
    assertEquals(chosen.driver(), first.get("driver").asText());
    assertEquals(chosen.type(), first.get("type").asText());
    assertEquals(chosen.computeUnits(), first.get("computeUnits").asInt());
    assertEquals(chosen.maxWorkGroupSize(), first.get("maxWorkGroupSize").asLong());
    assertEquals(chosen.vectorWidth(), first.get("vectorWidth").asInt());
    assertEquals(chosen.fp64(), first.get("fp64").asBoolean());
    assertEquals(chosen.fp16(), first.get("fp16").asBoolean());
    for (String number : new String[] {"memoryBytes", "maxAllocationBytes", "localMemoryBytes"}) {
      assertTrue(first.get(number).isIntegralNumber(), number);
    }
    int others = 0;
    int absent = 0;
    for (Selection.PassedOver other : selection.passedOver()) {
      JsonNode node =
          other.device() == null
              ? json.get("absent").get(absent++)
              : json.get("devices").get(1 + others++);
      assertEquals(other.reason(), node.get("reason").asText());
      assertEquals(other.name(), node.get(other.device() == null ? "family" : "name").asText());
    }
    assertEquals(absent, json.get("absent").size());
    assertEquals(1 + others, json.get("devices").size());
  }

  @Test
  void cacheTellsAndClearsWhatItsFolderHolds(@TempDir Path folder) throws Exception {
    String option = "-Dclgrad.cache.dir=" + folder;
    Files.write(folder.resolve("a.program"), new byte[1024]);
    Files.write(folder.resolve("b.program"), new byte[512]);
    Path foreign = Files.writeString(folder.resolve("notes.txt"), "not ours");
    Result result =
        Child.ofClgrad(option, "-Dclgrad.cache.maxBytes=2048", "-Dclgrad.cache=off").run("cache");
    assertEquals(0, result.status(), result.err());
    assertEquals(
        List.of(
            "folder    " + folder,
            "programs  2 programs, 1.5 KiB",
            "bound     2.0 KiB",
            "not used: clgrad.cache is off"),
        result.out().lines().toList());
    Result cleared = Child.ofClgrad(option).run("cache", "--clear");
    assertEquals(0, cleared.status(), cleared.err());
    assertEquals("deleted 2 programs, 1.5 KiB from " + folder + "\n", cleared.out());
    assertEquals(
        "deleted 0 programs, 0 bytes from " + folder + "\n",
        Child.ofClgrad(option).run("cache", "--clear").out());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(foreign), left.toList());
    }
  }

  @Test
  void bytesHaveUnits() {
    assertEquals("0 bytes", DevicesCommand.bytes(0));
    assertEquals("1.0 KiB", DevicesCommand.bytes(1024));
    assertEquals("48 KiB", DevicesCommand.bytes(48 << 10));
    assertEquals("2.5 GiB", DevicesCommand.bytes(5L << 29));
    assertEquals("2048 TiB", DevicesCommand.bytes(1L << 51));
  }
}
