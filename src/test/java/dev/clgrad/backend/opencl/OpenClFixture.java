package dev.clgrad.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.backend.Buffer;
import java.util.function.Consumer;

/**
 * The first OpenCL device, opened once. Where the run is told to have no platform (an
 * OCL_ICD_VENDORS without drivers), each test asserts the documented refusal instead.
 */
final class OpenClFixture {
  private OpenClFixture() {}

  static OpenClDevice device() {
    return Opened.DEVICE;
  }

  private static final class Opened {
    static final OpenClDevice DEVICE = OpenClDiscovery.devices().get(0);
    static final OpenClBackend BACKEND = new OpenClBackend(DEVICE, DEVICE.limits());
  }

  static void onDevice(Consumer<OpenClBackend> test) {
    String absence = new OpenClProvider().absence();
    if (absence == null) {
      test.accept(Opened.BACKEND);
    } else {
      assertNotNull(System.getenv("OCL_ICD_VENDORS"), absence);
      assertTrue(absence.contains("finds no platform in OCL_ICD_VENDORS="), absence);
    }
  }

  static Buffer floats(OpenClBackend backend, float... values) {
    Buffer buffer = backend.allocate(DType.FLOAT32, values.length);
    backend.write(buffer, 0, values, 0, values.length);
    return buffer;
  }

  static float[] read(OpenClBackend backend, Buffer buffer) {
    float[] values = new float[(int) buffer.length()];
    backend.read(buffer, 0, values, 0, values.length);
    return values;
  }

  static String message(Class<? extends Exception> type, Runnable action) {
    return String.valueOf(assertThrows(type, action::run).getMessage());
  }
}
