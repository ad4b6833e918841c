package dev.clgrad.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Selection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clgrad devices}: what there is, which one would be used, and why not the others. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = "Lists every device, the one chosen, and why each other one was not.",
    footer = {
      "",
      "The JSON is one object; keys may be added, and none is renamed:",
      "  policy    what was asked for",
      "  chosen    the name of the device chosen",
      "  devices   an array, the chosen one first, of objects with name (what",
      "            selects it), chosen (boolean), reason (why it was chosen or not),",
      "            device (its own name), platform, vendor, version, driver, type,",
      "            memoryBytes, maxAllocationBytes, localMemoryBytes, computeUnits,",
      "            maxWorkGroupSize, vectorWidth (preferred, of float32), fp64, fp16",
      "            (booleans: whether there is arithmetic of that type)",
      "  absent    an array of objects with family and reason, for each family of",
      "            devices that has none"
    })
final class DevicesCommand implements Runnable {
  private static final String[] BYTE_UNITS = {"KiB", "MiB", "GiB", "TiB"};

  @Mixin private DeviceOption device = new DeviceOption();

  @Option(names = "--json", description = "Print JSON, with keys that stay.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    // What the log would say is printed anyway.
    Logging.start("WARN");
    Selection selection = Selection.of(device.policy());
    if (spec == null) {
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      try {
        writeJson(selection, out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } else {
      writeText(selection, out);
    }
    out.flush();
  }

  private static void writeText(Selection selection, PrintWriter out) {
    DeviceRecord chosen = selection.chosen();
    out.println(chosen.name() + "  (chosen: " + selection.why() + ")");
    writeText(chosen, out);
    for (Selection.PassedOver other : selection.passedOver()) {
      out.println();
      out.println(other.name() + "  (not chosen: " + other.reason() + ")");
      if (other.device() != null) {
        writeText(other.device(), out);
      }
    }
  }

  private static void writeText(DeviceRecord record, PrintWriter out) {
    line(out, "device", record.device());
    line(out, "platform", record.platform());
    line(out, "vendor", record.vendor());
    line(out, "version", record.version());
    line(out, "driver", record.driver());
    line(out, "type", record.type());
    line(
        out,
        "memory",
        bytes(record.memoryBytes())
            + ", largest buffer "
            + bytes(record.maxAllocationBytes())
            + ", local "
            + bytes(record.localMemoryBytes()));
    line(out, "compute units", Integer.toString(record.computeUnits()));
    line(out, "work-group", "up to " + record.maxWorkGroupSize() + " work-items");
    line(out, "float vectors", "of " + record.vectorWidth() + " preferred");
    line(out, "fp64", record.fp64() ? "yes" : "no");
    line(out, "fp16", record.fp16() ? "yes" : "no");
  }

  private static void line(PrintWriter out, String what, String value) {
    out.printf(Locale.ROOT, "  %-14s %s%n", what, value.isBlank() ? "unknown" : value);
  }

  static String bytes(long count) {
    if (count < 1024) {
      return count + " bytes";
    }
    double value = count;
    int unit = -1;
    while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, BYTE_UNITS[unit]);
  }

  private static void writeJson(Selection selection, PrintWriter out) throws IOException {
    JsonFactory factory = new JsonFactory();
    // The output belongs to the caller and stays open.
    factory.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    try (JsonGenerator json = factory.createGenerator(out).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeStringField("policy", selection.policy());
      json.writeStringField("chosen", selection.chosen().name());
      json.writeArrayFieldStart("devices");
      writeJson(selection.chosen(), true, selection.why(), json);
      for (Selection.PassedOver other : selection.passedOver()) {
        if (other.device() != null) {
          writeJson(other.device(), false, other.reason(), json);
        }
      }
      json.writeEndArray();
      json.writeArrayFieldStart("absent");
      for (Selection.PassedOver other : selection.passedOver()) {
        if (other.device() == null) {
          json.writeStartObject();
          json.writeStringField("family", other.name());
          json.writeStringField("reason", other.reason());
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    out.println();
  }

  private static void writeJson(
      DeviceRecord record, boolean chosen, String reason, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", record.name());
    json.writeBooleanField("chosen", chosen);
    json.writeStringField("reason", reason);
    json.writeStringField("device", record.device());
    json.writeStringField("platform", record.platform());
    json.writeStringField("vendor", record.vendor());
    json.writeStringField("version", record.version());
    json.writeStringField("driver", record.driver());
    json.writeStringField("type", record.type());
    json.writeNumberField("memoryBytes", record.memoryBytes());
    json.writeNumberField("maxAllocationBytes", record.maxAllocationBytes());
    json.writeNumberField("localMemoryBytes", record.localMemoryBytes());
    json.writeNumberField("computeUnits", record.computeUnits());
    json.writeNumberField("maxWorkGroupSize", record.maxWorkGroupSize());
    json.writeNumberField("vectorWidth", record.vectorWidth());
    json.writeBooleanField("fp64", record.fp64());
    json.writeBooleanField("fp16", record.fp16());
    json.writeEndObject();
  }
}
