package dev.clgrad.backend.opencl;

import static dev.clgrad.backend.opencl.OpenClFixture.floats;
import static dev.clgrad.backend.opencl.OpenClFixture.message;
import static dev.clgrad.backend.opencl.OpenClFixture.onDevice;
import static dev.clgrad.backend.opencl.OpenClFixture.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.DeviceException;
import dev.clgrad.IndexException;
import dev.clgrad.KernelBuildException;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The backend on the first OpenCL device: its record, launches, programs, errors and memory. */
class OpenClBackendTest {
  @Test
  void recordTellsWhatTheDeviceIs() {
    onDevice(
        backend -> {
          DeviceRecord device = backend.device();
          assertEquals("opencl:0", device.name());
          assertEquals("opencl:0", backend.name());
          assertTrue(device.memoryBytes() >= device.maxAllocationBytes(), device::toString);
          assertTrue(device.maxAllocationBytes() >= 1 << 26, device::toString);
          assertTrue(device.computeUnits() >= 1 && device.maxWorkGroupSize() >= 64);
          assertTrue(device.localMemoryBytes() >= 1 << 14);
          assertTrue(List.of("CPU", "GPU", "accelerator").contains(device.type()));
          assertTrue(device.version().startsWith("OpenCL "));
          assertFalse(device.device().isBlank() || device.vendor().isBlank());
          assertFalse(device.driver().isBlank() || device.platform().isBlank());
          Limits limits = backend.limits();
          assertTrue(limits.maxArgumentBytes() >= 1024, limits::toString);
          assertTrue(limits.localSize() >= 64, limits::toString);
          assertNull(OpenClFixture.device().obstacle());
        });
  }

  @Test
  void versionsBelow12AreRefused() {
    assertTrue(OpenClDiscovery.atLeast12("OpenCL 3.0 PoCL HSTR: x"));
    assertTrue(OpenClDiscovery.atLeast12("OpenCL 1.2"));
    assertFalse(OpenClDiscovery.atLeast12("OpenCL 1.1 CUDA"));
    assertFalse(OpenClDiscovery.atLeast12("unknown"));
  }

  @Test
  void launchesFollowTheOrderOfCallsAndTheirArguments() {
    onDevice(
        backend -> {
          Buffer a = floats(backend, 1, 2, 3, 4);
          Buffer b = floats(backend, 10, 20, 30, 40);
          Kernels.scale(backend, a, 4, 2);
          Kernels.scale(backend, b, 4, 2); // another buffer, all else as before
          Kernels.scale(backend, b, 3, 2); // another count
          Kernels.scale(backend, b, 1, 1, 5); // another offset
          Kernels.scale(backend, a, 4, -0f);
          Kernels.scale(backend, a, 4, 0f);
          backend.write(b, 3, new float[] {7}, 0, 1);
          Kernels.scale(backend, b, 3, 1, 3);
          assertArrayEquals(new float[] {-0f, -0f, -0f, -0f}, read(backend, a));
          assertArrayEquals(new float[] {40, 400, 120, 21}, read(backend, b));
          Kernels.scale(backend, a, 4, Float.NaN);
          assertArrayEquals(
              new float[] {Float.NaN, Float.NaN, Float.NaN, Float.NaN}, read(backend, a));
          backend.free(a);
          backend.free(b);
        });
  }

  @Test
  void freeingWaitsForTheLastUse() {
    onDevice(
        backend -> {
          int n = 1 << 20;
          float[] ones = new float[n];
          Arrays.fill(ones, 1);
          Buffer kept = backend.allocate(DType.FLOAT32, n);
          backend.write(kept, 0, ones, 0, n);
          for (int i = 0; i < 50; i++) {
            Buffer used = backend.allocate(DType.FLOAT32, n);
            backend.write(used, 0, ones, 0, n);
            Kernels.scale(backend, used, n, 2);
            backend.free(used);
          }
          Kernels.scale(backend, kept, n, 3);
          assertEquals(3, read(backend, kept)[n - 1]);
          backend.free(kept);
        });
  }

  @Test
  void freedAndForeignBuffersAreRefused() {
    onDevice(
        backend -> {
          OpenClBackend other =
              new OpenClBackend(OpenClFixture.device(), OpenClFixture.device().limits());
          Buffer foreign = floats(other, 1, 2);
          Buffer freed = floats(backend, 1, 2);
          backend.free(freed);
          for (Buffer buffer : List.of(foreign, freed)) {
            assertThrows(DeviceException.class, () -> Kernels.scale(backend, buffer, 2, 2));
            assertThrows(DeviceException.class, () -> read(backend, buffer));
            assertThrows(DeviceException.class, () -> backend.free(buffer));
          }
          assertTrue(
              message(DeviceException.class, () -> Kernels.scale(backend, foreign, 2, 2))
                  .contains("scale: a buffer of another device"));
          assertArrayEquals(new float[] {1, 2}, read(other, foreign));
        });
  }

  @Test
  void buildFailureShowsTheKernelFilesOwnLine() {
    onDevice(
        backend -> {
          ProgramSource wrong =
              new ProgramSource(
                  "test/wrong.cl",
                  "-DELEM=float -DW=1",
                  """
                  #line 1 "prelude.cl"


                  #line 1 "test/wrong.cl"
                  // one
                  __kernel void wrong(__global float* x, ulong x_offset) {
                    x[0] = missing;
                  }
                  """);
          Buffer x = floats(backend, 1);
          Launch launch =
              Kernels.launch("wrong", wrong, "wrong", 1, 1, List.of(new Arg.Mem(x, 0, true)));
          for (int i = 0; i < 2; i++) { // a failed build is tried again
            String text = message(KernelBuildException.class, () -> backend.launch(launch));
            assertTrue(text.startsWith("wrong: test/wrong.cl did not build on opencl:0 ("), text);
            assertTrue(text.contains("test/wrong.cl:3:"), text);
            assertTrue(text.contains("missing"), text);
            assertTrue(text.contains("-DELEM=float -DW=1"), text);
          }
          Launch unknown =
              Kernels.launch(
                  "scale", Kernels.SCALE, "nothing", 1, 1, List.of(new Arg.Mem(x, 0, true)));
          String text = message(KernelBuildException.class, () -> backend.launch(unknown));
          assertTrue(text.contains("find kernel nothing in test/scale.cl"), text);
          assertArrayEquals(new float[] {1}, read(backend, x));
          backend.free(x);
        });
  }

  @Test
  void launchesThatCannotRunAreRefusedWhole() {
    onDevice(
        backend -> {
          Buffer x = floats(backend, 1, 2);
          Arg mem = new Arg.Mem(x, 0, true);
          List<Arg> good = List.of(mem, new Arg.I64(2), new Arg.F32(2));
          List<Launch> wrong =
              List.of(
                  Kernels.launch("scale", Kernels.SCALE, "scale", 2, 2, List.of(mem)),
                  Kernels.launch(
                      "scale",
                      Kernels.SCALE,
                      "scale",
                      2,
                      2,
                      List.of(mem, new Arg.I32(2), new Arg.F32(2))),
                  Kernels.launch(
                      "scale",
                      Kernels.SCALE,
                      "scale",
                      2,
                      2,
                      List.of(new Arg.Mem(x, 3, true), new Arg.I64(2), new Arg.F32(2))),
                  Kernels.launch("scale", Kernels.SCALE, "scale", 3, 2, good),
                  Kernels.launch("scale", Kernels.SCALE, "scale", 0, 1, good),
                  Kernels.launch("scale", Kernels.SCALE, "scale", 1 << 20, 1 << 20, good));
          for (Launch launch : wrong) {
            String text = message(DeviceException.class, () -> backend.launch(launch));
            assertTrue(text.contains("scale"), text);
          }
          assertArrayEquals(new float[] {1, 2}, read(backend, x));
          backend.launch(Kernels.launch("scale", Kernels.SCALE, "scale", 2, 2, good));
          assertArrayEquals(new float[] {2, 4}, read(backend, x));
          backend.free(x);
        });
  }

  @Test
  void whatKernelsFlagIsRaisedAtTheNextReadOnce() {
    onDevice(
        backend -> {
          assertFalse(backend.raisesAtLaunch());
          Buffer x = floats(backend, 5, 6, 7);
          Buffer y = floats(backend, 0);
          Kernels.pick(backend, x, y, 1);
          assertArrayEquals(new float[] {6}, read(backend, y));
          Kernels.pick(backend, x, y, 2);
          Kernels.pick(backend, x, y, 3);
          Kernels.pick(backend, x, y, -8);
          assertEquals("pick: index 3 of 3", message(IndexException.class, () -> read(backend, x)));
          assertArrayEquals(new float[] {7}, read(backend, y));
          Kernels.pick(backend, x, y, 0);
          backend.finish();
          assertArrayEquals(new float[] {5}, read(backend, y));

          Kernels.pick(backend, x, y, 99);
          for (int i = 0; i < 3000; i++) { // more than there is room for
            Kernels.pick(backend, x, y, i % 3);
          }
          Kernels.pick(backend, x, y, 100);
          assertEquals("pick: index 99 of 3", message(IndexException.class, backend::finish));
          backend.finish();
          assertArrayEquals(new float[] {7}, read(backend, y));
          backend.free(x);
          backend.free(y);
        });
  }

  @Test
  void memoryThatIsNotThereIsRefusedWithTheNumbers() {
    onDevice(
        backend -> {
          DeviceRecord device = backend.device();
          long most = device.maxAllocationBytes();
          String text =
              message(
                  OutOfDeviceMemoryException.class,
                  () -> backend.allocate(DType.FLOAT32, most / 4 + 1));
          assertTrue(text.contains(most + " bytes; use smaller tensors"), text);
          assertThrows(
              OutOfDeviceMemoryException.class,
              () -> backend.allocate(DType.INT64, Long.MAX_VALUE));
          assertThrows(DeviceException.class, () -> backend.allocate(DType.FLOAT32, 0));

          DeviceRecord small =
              new DeviceRecord(
                  "opencl:0",
                  "p",
                  "d",
                  "v",
                  "OpenCL 1.2",
                  "1",
                  "CPU",
                  1 << 20,
                  1 << 20,
                  1 << 14,
                  1,
                  64,
                  1,
                  true,
                  false);
          OpenClBackend narrow =
              new OpenClBackend(
                  new OpenClDevice(
                      small,
                      backend.limits(),
                      OpenClFixture.device().platform(),
                      OpenClFixture.device().device(),
                      null),
                  backend.limits());
          Buffer first = narrow.allocate(DType.UINT8, 600_000);
          String full =
              message(
                  OutOfDeviceMemoryException.class, () -> narrow.allocate(DType.UINT8, 600_000));
          assertTrue(full.contains("of 1048576 bytes are taken"), full);
          narrow.free(first);
          narrow.free(narrow.allocate(DType.UINT8, 600_000));
        });
  }

  @Test
  void float64IsRefusedByNameWhereTheDeviceLacksIt() {
    onDevice(
        backend -> {
          Limits own = backend.limits();
          Limits single =
              new Limits(
                  own.maxAllocationBytes(),
                  own.maxArgumentBytes(),
                  false,
                  own.cpuType(),
                  own.vectorBytes(),
                  own.registerBytes(),
                  own.localSize(),
                  own.computeUnits());
          OpenClBackend without = new OpenClBackend(OpenClFixture.device(), single);
          String text = message(DTypeException.class, () -> without.allocate(DType.FLOAT64, 4));
          assertTrue(text.startsWith("float64 does not exist on opencl:0 ("), text);
          without.free(without.allocate(DType.FLOAT32, 4));
        });
  }
}
