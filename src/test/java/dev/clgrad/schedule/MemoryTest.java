package dev.clgrad.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.DeviceException;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * How much memory of a device is taken by programs that close nothing, and what is said at its end.
 */
class MemoryTest {
  private static final long MIB = 1 << 20;
  private static final long GARBAGE = 8 * MIB;

  private final FaultyBackend backend = new FaultyBackend();
  private Scheduler scheduler = schedulerOf(Long.MAX_VALUE);

  private Scheduler schedulerOf(long limit) {
    return new Scheduler(backend, new MemoryPolicy(GARBAGE, limit, "the test"));
  }

  private Storage floats(long bytes) {
    Shape shape = Shape.of(bytes / 4);
    Storage storage = scheduler.newStorage("floats", DType.FLOAT32, shape);
    scheduler.write(
        new Value(storage.content(), Layout.contiguous(shape)), new float[(int) (bytes / 4)]);
    return storage;
  }

  /** What the pool rounds a size up to at most. */
  private static long rounded(long bytes) {
    return bytes + bytes / 4;
  }

  private void assertPeakAtMost(long bytes) {
    assertTrue(backend.peak <= bytes, backend.peak + " bytes of " + bytes + ": " + counters());
    assertEquals(backend.peak, counters().peakBytes());
  }

  private Counters counters() {
    return scheduler.counters();
  }

  @Test
  void garbageOfOneSizeStaysBelowTheMark() {
    for (int i = 0; i < 400; i++) {
      floats(256 << 10);
    }
    assertPeakAtMost(GARBAGE);
    assertTrue(counters().collections() >= 2, counters().toString());
    assertTrue(counters().collections() <= 400 / 32 + 1, counters().toString());
    assertTrue(counters().allocations() <= 32, "buffers are found again: " + counters());
    assertTrue(counters().collectionNanos() > 0);
  }

  @Test
  void garbageOfGrowingSizesStaysBelowTheMark() {
    for (int i = 1; i <= 300; i++) {
      floats(i * (8L << 10));
    }
    assertPeakAtMost(GARBAGE);
  }

  @Test
  void garbageOfRandomSizesStaysBelowTheMark() {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      floats(1 + random.nextInt(1 << 20));
    }
    assertPeakAtMost(GARBAGE);
  }

  @Test
  void idleBuffersOfOtherSizesAreGivenBackBeforeACollection() {
    for (int phase = 0; phase < 20; phase++) {
      List<Storage> made = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        // Each phase has a size class of its own.
        made.add(floats((1L << 20) + phase * (64L << 10)));
      }
      made.forEach(Storage::close);
    }
    assertPeakAtMost(GARBAGE);
    assertEquals(0, counters().collections());
  }

  @Test
  void aLargeLiveSetMayHaveAsMuchGarbage() {
    List<Storage> live = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      live.add(floats(MIB));
    }
    for (int i = 0; i < 800; i++) {
      floats(64 << 10);
    }
    assertPeakAtMost(2 * 12 * MIB);
    assertTrue(counters().collections() <= 12, counters().toString());
    for (Storage storage : live) {
      assertFalse(storage.isClosed());
    }
  }

  @Test
  void aLiveSetThatShrinksTakesTheMarkWithIt() {
    List<Storage> live = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      live.add(floats(MIB));
    }
    live.forEach(Storage::close);
    scheduler.emptyCache();
    assertEquals(0, backend.allocated);
    backend.peak = 0;
    scheduler.resetPeak();
    for (int i = 0; i < 200; i++) {
      floats(256 << 10);
    }
    assertPeakAtMost(GARBAGE);
  }

  @Test
  void whatIsAllLiveIsCollectedForSeldom() {
    List<Storage> live = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      live.add(floats(256 << 10));
    }
    assertEquals(256 * (256L << 10), counters().liveBytes());
    assertTrue(counters().collections() <= 4, "each time twice as much: " + counters());
    live.forEach(Storage::close);
  }

  @Test
  void triesAgainWithTheIdleBuffersBeforeItCollects() {
    floats(2 * MIB).close();
    backend.capacity = backend.allocated + MIB / 2;
    floats(MIB).close();
    assertEquals(0, counters().collections());
    assertEquals(MIB, backend.allocated);
  }

  @Test
  void collectsOnceBeforeItGivesUp() {
    Storage held = floats(MIB);
    backend.capacity = backend.allocated;
    OutOfDeviceMemoryException e =
        assertThrows(OutOfDeviceMemoryException.class, () -> floats(2 * MIB));
    assertEquals(1, counters().collections());
    assertContains(e, "copy from host: no room on faulty for 2.0 MiB (2097152 bytes)");
    assertContains(e, "no room for 2097152");
    assertContains(e, "live 1.0 MiB (1048576 bytes), cached 0 bytes, peak 1.0 MiB");
    assertContains(e, "limit");
    assertContains(e, "1 collections asked for");
    assertContains(e, "1 x float32[262144] made by copy from host, made 0 buffers ago");
    assertContains(e, "-Dclgrad.memory.sites=on");
    assertFalse(e.getMessage().contains("DisableExplicitGC"), e.getMessage());
    held.close();
    floats(2 * MIB / 4).close();
  }

  @Test
  void keepsToALimitAndNamesIt() {
    scheduler = schedulerOf(4 * MIB);
    for (int i = 0; i < 100; i++) {
      floats(MIB / 2);
    }
    assertPeakAtMost(4 * MIB);
    List<Storage> live = new ArrayList<>();
    OutOfDeviceMemoryException e =
        assertThrows(
            OutOfDeviceMemoryException.class,
            () -> {
              for (int i = 0; i < 100; i++) {
                live.add(floats(MIB / 2));
              }
            });
    assertEquals(8, live.size());
    assertPeakAtMost(4 * MIB);
    assertContains(e, "clgrad may take 4.0 MiB (4194304 bytes), set by the test");
    assertContains(e, "8 x float32[131072] made by copy from host, the oldest");
    live.get(0).close();
    floats(MIB / 2);
  }

  @Test
  void takesTheExactLengthWhereTheSizeClassIsAboveTheLimit() {
    scheduler = schedulerOf(MIB + 4);
    Storage storage = floats(MIB + 4);
    assertEquals(MIB + 4, counters().liveBytes());
    assertTrue(rounded(MIB + 4) > MIB + 4);
    storage.close();
  }

  @Test
  void largestHoldersComeFirstAndTheRestIsCounted() {
    scheduler = schedulerOf(4 * MIB);
    List<Storage> live = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      live.add(floats(i * (16L << 10)));
    }
    OutOfDeviceMemoryException e =
        assertThrows(OutOfDeviceMemoryException.class, () -> floats(4 * MIB));
    assertTrue(
        e.getMessage().indexOf("float32[49152]") < e.getMessage().indexOf("float32[40960]"),
        e.getMessage());
    assertContains(e, "and 4 other kinds");
    live.forEach(Storage::close);
  }

  @Test
  void aHeapThatIsFullIsAnErrorOfMemory() {
    backend.errors.put("bad", () -> new OutOfMemoryError("Java heap space"));
    Storage x = floats(64);
    Storage y = scheduler.newStorage("bad", DType.FLOAT32, Shape.of(16));
    Value from = new Value(x.content(), Layout.contiguous(Shape.of(16)));
    Value to = new Value(y.content(), Layout.contiguous(Shape.of(16)));
    scheduler.add(SchedulerTest.increment("bad", from, to));
    OutOfDeviceMemoryException e =
        assertThrows(
            OutOfDeviceMemoryException.class, () -> scheduler.read("read", to, new float[16]));
    assertContains(e, "bad: Java's heap has no room for the computation: Java heap space");
    backend.errors.clear();
    float[] out = new float[16];
    scheduler.read("read", to, out);
    assertEquals(1, out[3]);
  }

  @Test
  void givesUpTheOldValueOfAWriteThatGotABufferOfItsOwn() {
    Storage x = floats(64);
    Layout all = Layout.contiguous(Shape.of(16));
    Storage y = scheduler.newStorage("reader", DType.FLOAT32, Shape.of(16));
    scheduler.writeInPlace(
        x, all, SchedulerTest::copy, (from, to) -> SchedulerTest.increment("write", from, to));
    Value kept = new Value(x.content(), all);
    scheduler.flush();
    scheduler.writeInPlace(
        x, all, SchedulerTest::copy, (from, to) -> SchedulerTest.increment("again", from, to));
    scheduler.add(SchedulerTest.increment("reader", kept, new Value(y.content(), all)));
    scheduler.flush();
    assertEquals(128, counters().liveBytes());
    x.close();
    y.close();
    assertEquals(0, counters().liveBytes());
  }

  @Test
  void readsNumbersOfBytes() {
    assertEquals(65536, MemoryPolicy.parse("p", "65536"));
    assertEquals(512 << 10, MemoryPolicy.parse("p", "512k"));
    assertEquals(64L << 20, MemoryPolicy.parse("p", " 64M "));
    assertEquals(2L << 30, MemoryPolicy.parse("p", "2g"));
    for (String bad : new String[] {"", "g", "-1", "0", "1.5g", "12x", "9999999999999g"}) {
      DeviceException e =
          assertThrows(DeviceException.class, () -> MemoryPolicy.parse("the.property", bad), bad);
      assertContains(e, "the.property");
    }
  }

  private static void assertContains(Exception e, String text) {
    assertTrue(e.getMessage().contains(text), e.getMessage());
  }
}
