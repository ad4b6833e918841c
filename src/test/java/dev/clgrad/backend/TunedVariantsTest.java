package dev.clgrad.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of variants, what a user had measured before it, and what makes sense in either. */
class TunedVariantsTest {
  private static final String LARGE = "matmul.float32.large";
  private static final Limits CPU = new Limits(1 << 30, 1024, true, true, 64, 32, 256, 2);
  private static final Limits GPU = new Limits(1 << 30, 4352, true, false, 16, 16, 256, 132);
  private static final KernelVariant OWN =
      KernelVariant.parse("panels ROWS=4 VECTORS=3 DEPTH=384 BLOCK_ROWS=192 BLOCK_COLUMNS=192");

  @TempDir Path temporary;

  private static DeviceRecord device(String driver, String type) {
    return new DeviceRecord(
        "opencl:0",
        "A platform = 1.0: \\ \u00fc#!",
        "A (Device) 3",
        "A vendor",
        "OpenCL 1.2",
        driver,
        type,
        1L << 33,
        1L << 30,
        48 << 10,
        2,
        1024,
        8,
        true,
        false);
  }

  private static final DeviceRecord DEVICE = device("3.1", "CPU");

  @BeforeEach
  void chooseFolder() {
    System.setProperty("clgrad.tuned.dir", temporary.resolve("config").toString());
    System.setProperty("clgrad.tuned", "on");
  }

  @AfterEach
  void forgetFolder() {
    System.clearProperty("clgrad.tuned.dir");
    System.clearProperty("clgrad.tuned");
  }

  private static TuningResult result(String problem, KernelVariant current, KernelVariant winner) {
    return new TuningResult(problem, current, 10, winner, 12, List.of(), 0);
  }

  private static Path store(KernelVariant winner) throws IOException {
    KernelVariants variants = new KernelVariants(DEVICE, CPU, TunedVariants.load(DEVICE, CPU));
    return TunedVariants.store(
        DEVICE, variants, List.of(result(LARGE, variants.get(LARGE), winner)));
  }

  @Test
  void whatWasMeasuredComesBeforeTheTable() {
    KernelVariants bundled = new KernelVariants(DEVICE, CPU);
    KernelVariants tuned = new KernelVariants(DEVICE, CPU, Map.of(LARGE, OWN));
    assertEquals(OWN, tuned.get(LARGE));
    assertEquals(bundled.get(LARGE), tuned.bundled(LARGE));
    assertEquals(bundled.get("matmul.float64.large"), tuned.get("matmul.float64.large"));
    assertEquals(Map.of(LARGE, OWN), tuned.tuned());
  }

  @Test
  void aWinnerIsKeptForItsOwnerAlone() throws IOException {
    Path file = store(OWN);
    assertNotNull(file);
    assertEquals(
        temporary.resolve("config").resolve("kernel-variants-a-device-3.properties"), file);
    assertEquals(Map.of(LARGE, OWN), TunedVariants.load(DEVICE, CPU));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
    String text = Files.readString(file);
    assertTrue(text.contains("# " + LARGE + ": 10.0 GFLOP/s before, 12.0 after\n"), text);
    assertTrue(text.contains("driver = 3.1\n"), text);
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void otherProblemsKeepWhatTheyHad() throws IOException {
    store(OWN);
    KernelVariants variants = new KernelVariants(DEVICE, CPU, TunedVariants.load(DEVICE, CPU));
    String other = "matmul.float64.large";
    KernelVariant winner = variants.get(other).with("DEPTH", 384);
    TunedVariants.store(DEVICE, variants, List.of(result(other, variants.get(other), winner)));
    assertEquals(Map.of(LARGE, OWN, other, winner), TunedVariants.load(DEVICE, CPU));
  }

  @Test
  void withoutABetterVariantThereIsNoFile() throws IOException {
    KernelVariant bundled = new KernelVariants(DEVICE, CPU).get(LARGE);
    assertNull(store(bundled));
    assertFalse(Files.exists(temporary.resolve("config")));
    Path file = store(OWN);
    assertNull(store(bundled));
    assertFalse(Files.exists(file));
  }

  @Test
  void aSwitchLeavesTheFileAlone() throws IOException {
    store(OWN);
    System.setProperty("clgrad.tuned", "off");
    assertEquals(Map.of(), TunedVariants.load(DEVICE, CPU));
  }

  @Test
  void anotherDriverOrPlatformUsesTheTable() throws IOException {
    Path file = store(OWN);
    DeviceRecord updated = device("3.2", "CPU");
    String message =
        assertThrows(IllegalArgumentException.class, () -> TunedVariants.read(file, updated, CPU))
            .getMessage();
    assertEquals("it was measured with driver 3.1, and now there is 3.2", message);
    assertEquals(Map.of(), TunedVariants.load(updated, CPU));
  }

  @ParameterizedTest
  @CsvSource({
    "matmul.float32.large = frobnicate ROWS=6, there is no kernel frobnicate",
    "matmul.float32.large = panels ROWS=x, is no NAME=integer",
    "matmul.float32.large = panels COLOR=1, has no parameter COLOR",
    "matmul.float32.huge = panels ROWS=6, there is no problem matmul.float32.huge",
    "matmul.float32.large = tiles TILE_M=64, is for products on GPUs",
    "matmul.float32.large = panels BLOCK_ROWS=4, less than ROWS",
    "matmul.float32.large = panels ROWS=0, not from 1 to",
    "color = blue, there is no problem color",
    "matmul.float32.large = panels \\u00zz, Malformed",
  })
  void aLineWithoutSenseLeavesOutTheWholeFile(String line, String reason) throws IOException {
    Path file = store(OWN);
    String text = Files.readString(file) + "matmul.float64.large = panels ROWS=6\n" + line + "\n";
    Files.writeString(file, text);
    String message =
        assertThrows(IllegalArgumentException.class, () -> TunedVariants.read(file, DEVICE, CPU))
            .getMessage();
    assertTrue(message.contains(reason), message);
    assertEquals(Map.of(), TunedVariants.load(DEVICE, CPU));
  }

  @Test
  void whatCannotBeReadIsNoError() throws IOException {
    Path file = store(OWN);
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertEquals(Map.of(), TunedVariants.load(DEVICE, CPU));
    Files.writeString(file, "#".repeat(1 << 17), StandardCharsets.UTF_8);
    assertEquals(Map.of(), TunedVariants.load(DEVICE, CPU));
    Files.delete(file);
    Files.createDirectory(file);
    assertEquals(Map.of(), TunedVariants.load(DEVICE, CPU));
    System.setProperty("clgrad.tuned.dir", "no\0path");
    assertEquals(Map.of(), TunedVariants.load(DEVICE, CPU));
  }

  @Test
  void theTableMakesSense() {
    for (int registers : new int[] {16, 32, 64}) {
      Limits limits = new Limits(1 << 30, 1024, true, true, 64, registers, 256, 2);
      for (String type : new String[] {"float32", "float64"}) {
        for (String size : new String[] {"large", "medium"}) {
          assertBundledMakesSense("matmul." + type + "." + size, DEVICE, limits);
        }
      }
    }
    DeviceRecord gpu = device("1", "GPU");
    for (String type : new String[] {"float32", "float64", "units"}) {
      for (String size : new String[] {"large", "medium", "small"}) {
        if (!type.equals("units") || !size.equals("medium")) {
          assertBundledMakesSense("matmul." + type + "." + size, gpu, GPU);
        }
      }
    }
  }

  private static void assertBundledMakesSense(String problem, DeviceRecord device, Limits limits) {
    KernelVariant variant = new KernelVariants(device, limits).get(problem);
    assertNull(KernelVariantCheck.obstacle(problem, variant, device, limits), problem);
  }

  @ParameterizedTest
  @CsvSource({
    "float32.large, true, blocks BLOCK_ROWS=384 BLOCK_COLUMNS=512 DEPTH=512, a work-item would need",
    "float32.large, true, panels VECTORS=8 BLOCK_COLUMNS=48, less than VECTORS * W",
    "float32.large, false, panels ROWS=6, is for products on devices of CPU type",
    "float32.large, false, tiles ITEM_M=2, TILE_M must be a multiple of ITEM_M",
    "float32.large, false, tiles TILE_N=72 ITEM_N=16, TILE_N must be a multiple of ITEM_N",
    "float64.large, false, tiles ITEM_M=3, and that one of 2",
    "float32.large, false, tiles TILE_M=64 TILE_N=64 DEPTH=4, a load of all work-items",
    "float32.large, false, tiles TILE_M=128 TILE_N=128 ITEM_M=2, TILE_M must be",
    "float32.large, false, tiles TILE_M=256 TILE_N=256 ITEM_M=4 ITEM_N=4 DEPTH=64, more than the device has",
    "float32.large, false, tiles TILE_M=128 TILE_N=128 ITEM_M=8 ITEM_N=8 DEPTH=64, more than the device has",
    "float32.large, false, units TILE_M=64, is for matrix units alone",
    "units.large, false, tiles TILE_M=64, without matrix units",
    "units.large, false, units STAGES=1, STAGES at least 2",
    "units.large, false, units WARP_M=48, must be multiples of those of WARP",
    "units.large, false, units TILE_M=128 TILE_N=128 STAGES=4, more than the device has",
  })
  void nonsenseIsNamed(String problem, boolean cpu, String variant, String reason) {
    DeviceRecord device = device("1", cpu ? "CPU" : "GPU");
    String obstacle =
        KernelVariantCheck.obstacle(
            "matmul." + problem, KernelVariant.parse(variant), device, cpu ? CPU : GPU);
    assertNotNull(obstacle);
    assertTrue(obstacle.contains(reason), obstacle);
  }

  @Test
  void vectorsMustFillTransposedLines() {
    Limits narrow = new Limits(1 << 30, 1024, true, true, 64, 16, 256, 2);
    String problem = "matmul.float64.large";
    KernelVariant odd = KernelVariant.parse("panels VECTORS=3");
    String obstacle = KernelVariantCheck.obstacle(problem, odd, DEVICE, narrow);
    assertEquals("VECTORS makes 6 columns, which is no multiple of 4", obstacle);
    assertNull(KernelVariantCheck.obstacle(problem, odd.with("VECTORS", 2), DEVICE, narrow));
  }
}
