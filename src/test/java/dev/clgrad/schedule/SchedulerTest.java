package dev.clgrad.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.ClgradException;
import dev.clgrad.DType;
import dev.clgrad.DeviceException;
import dev.clgrad.IndexException;
import dev.clgrad.OutOfDeviceMemoryException;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.TwinCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stays pending, what runs, who hears of errors, and where memory goes. */
class SchedulerTest {
  private static final ProgramSource PROGRAM = new ProgramSource("test", "", "");
  private static final long[] ONE = {1};

  private final FaultyBackend backend = new FaultyBackend();
  private final Scheduler scheduler = new Scheduler(backend);

  @BeforeEach
  void fuse() {
    scheduler.setFused(true);
  }

  private Storage source(float... values) {
    Storage storage = scheduler.newStorage("source", DType.FLOAT32, Shape.of(values.length));
    scheduler.write(value(storage), values);
    return storage;
  }

  private static Value value(Storage storage) {
    return new Value(storage.content(), Layout.contiguous(Shape.of(storage.content().length())));
  }

  /** y = x + 1. */
  static Task increment(String op, Value from, Value to) {
    return KernelTask.of(op, PROGRAM, "increment")
        .in(from)
        .out(to)
        .i64(to.shape().numel())
        .build(ONE, ONE, SchedulerTest::incrementTwin);
  }

  private static void incrementTwin(TwinCall call) {
    for (int i = 0; i < call.integer(2); i++) {
      call.floats(1)[call.offset(1) + i] = call.floats(0)[call.offset(0) + i] + 1;
    }
  }

  private Storage incremented(String op, Storage from) {
    Storage to = scheduler.newStorage(op, DType.FLOAT32, Shape.of(from.content().length()));
    scheduler.add(increment(op, value(from), value(to)));
    return to;
  }

  private static final PointwiseFunction ADD_SCALAR =
      PointwiseFunction.real("pointwise/add.cl", "add_forward", 1, 1, SchedulerTest::addTwin);

  private static void addTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    for (int i = 0; i < n; i++) {
      ((float[]) out)[i] = ((float[]) in[0])[i] + scalars[0].floatValue();
    }
  }

  /** x += 1, of a view. */
  private void incrementInPlace(String op, Storage storage, Layout view) {
    scheduler.writeInPlace(storage, view, SchedulerTest::copy, (from, to) -> add(op, 1, from, to));
  }

  static Task copy(Value from, Value to) {
    return add("copy", 0, from, to);
  }

  private void incrementInPlace(String op, Storage storage) {
    incrementInPlace(op, storage, value(storage).layout());
  }

  private static Task add(String op, float amount, Value from, Value to) {
    return new PointwiseTask(
        op, ADD_SCALAR, DType.FLOAT32, List.of(from), new Number[] {amount}, to);
  }

  private float[] read(Storage storage) {
    float[] out = new float[(int) storage.content().length()];
    scheduler.read("read", value(storage), out);
    return out;
  }

  @Test
  void runsNothingBeforeItIsNeeded() {
    Storage y = incremented("a", source(1, 2));
    assertTrue(backend.tried.isEmpty());
    assertArrayEquals(new float[] {2, 3}, read(y));
    assertEquals(List.of("a"), backend.ran);
    assertEquals(1, scheduler.counters().launches());
  }

  @Test
  void runsWhenManyArePending() {
    Storage x = source(0);
    for (int i = 0; i < Scheduler.MAX_PENDING; i++) {
      assertEquals(0, backend.ran.size());
      x = incremented("a", x);
    }
    assertEquals(Scheduler.MAX_PENDING, backend.ran.size());
    assertArrayEquals(new float[] {Scheduler.MAX_PENDING}, read(x));
  }

  @Test
  void computesApartWhatFailsTogether() {
    Storage x = source(1, 2);
    backend.faults.put("a+b", () -> new ClgradException("too large"));
    Storage y = source(0, 0);
    incrementInPlace("a", y);
    incrementInPlace("b", y);
    assertArrayEquals(new float[] {2, 2}, read(y));
    assertEquals(List.of("a+b", "a", "b"), backend.tried);
    assertArrayEquals(new float[] {1, 2}, read(x));
    scheduler.synchronize();
  }

  @Test
  void keepsWhatFailsAndRunsTheOthers() {
    Storage x = source(1);
    backend.faults.put("bad", () -> new ClgradException("bad build"));
    Storage failing = incremented("bad", x);
    Storage dependent = incremented("after", failing);
    Storage other = incremented("other", x);
    assertArrayEquals(new float[] {2}, read(other));
    ClgradException e = assertThrows(ClgradException.class, () -> read(dependent));
    assertEquals("bad build", e.getMessage());
    assertThrows(ClgradException.class, () -> read(failing));
    assertThrows(ClgradException.class, scheduler::synchronize);
    assertArrayEquals(new float[] {2}, read(other));
    backend.faults.clear();
    assertArrayEquals(new float[] {3}, read(dependent));
    assertArrayEquals(new float[] {2}, read(failing));
    assertEquals(List.of("other", "bad", "after"), backend.ran);
    scheduler.synchronize();
  }

  @Test
  void raisesToEachReaderItsOwnError() {
    Storage x = source(1);
    backend.faults.put("one", () -> new ClgradException("first"));
    backend.faults.put("two", () -> new DeviceException("second"));
    Storage one = incremented("one", x);
    Storage two = incremented("two", x);
    assertEquals("first", assertThrows(ClgradException.class, () -> read(one)).getMessage());
    assertEquals("second", assertThrows(DeviceException.class, () -> read(two)).getMessage());
    assertEquals("first", assertThrows(ClgradException.class, () -> read(one)).getMessage());
  }

  @Test
  void survivesErrorsThatNobodyExpects() {
    Storage x = source(1);
    backend.faults.put("bug", () -> new ArrayIndexOutOfBoundsException(7));
    Storage failing = incremented("bug", x);
    Storage other = incremented("other", x);
    ClgradException e = assertThrows(ClgradException.class, () -> read(failing));
    assertTrue(e.getMessage().startsWith("bug:"), e.getMessage());
    assertEquals(ArrayIndexOutOfBoundsException.class, e.getCause().getClass());
    assertArrayEquals(new float[] {2}, read(other));
  }

  @Test
  void forgetsWhatFailedAndNobodyCanRead() {
    Storage x = source(1);
    backend.faults.put("bad", () -> new ClgradException("bad build"));
    Storage failing = incremented("bad", x);
    Storage dependent = incremented("after", failing);
    assertThrows(ClgradException.class, () -> read(dependent));
    failing.close();
    assertThrows(ClgradException.class, () -> read(dependent));
    dependent.close();
    int before = backend.tried.size();
    scheduler.synchronize();
    assertEquals(before, backend.tried.size());
    long live = scheduler.counters().liveBytes();
    x.close();
    assertEquals(live - 64, scheduler.counters().liveBytes());
  }

  @Test
  void refusesMoreWhereTooMuchHasFailed() {
    Storage x = source(1);
    backend.faults.put("bad", () -> new ClgradException("bad build"));
    List<Storage> waiting = new ArrayList<>();
    for (int i = 0; i < Scheduler.MAX_PENDING - 1; i++) {
      waiting.add(incremented("bad", x));
    }
    assertThrows(ClgradException.class, () -> incremented("bad", x));
    assertArrayEquals(new float[] {2}, read(incremented("good", x)));
    backend.faults.clear();
    for (Storage storage : waiting) {
      assertArrayEquals(new float[] {2}, read(storage));
    }
  }

  @Test
  void raisesErrorsThatDependOnValuesAtOnceWhereTheDeviceDoes() {
    Storage x = source(1);
    Storage y = scheduler.newStorage("gather", DType.FLOAT32, Shape.of(1));
    Task task =
        KernelTask.of("gather", PROGRAM, "gather")
            .in(value(x))
            .out(value(y))
            .status(new Arg.Status(v -> new IndexException("index " + v)))
            .build(ONE, ONE, call -> call.fail(2, 9));
    IndexException e = assertThrows(IndexException.class, () -> scheduler.add(task));
    assertEquals("index 9", e.getMessage());
    scheduler.synchronize();
    assertArrayEquals(new float[] {2}, read(incremented("good", x)));
  }

  @Test
  void waitsForMemory() {
    Storage x = source(new float[1000]);
    backend.capacity = backend.allocated + 100;
    Storage y = incremented("large", x);
    OutOfDeviceMemoryException e = assertThrows(OutOfDeviceMemoryException.class, () -> read(y));
    assertTrue(e.getMessage().startsWith("large:"), e.getMessage());
    backend.capacity = Long.MAX_VALUE;
    assertEquals(1, read(y)[0]);
  }

  @Test
  void writesInPlaceWhereNobodyElseReads() {
    Storage x = source(1, 2);
    long bytes = scheduler.counters().liveBytes();
    long allocations = scheduler.counters().allocations();
    incrementInPlace("a", x);
    incrementInPlace("b", x);
    scheduler.flush();
    assertEquals(bytes, scheduler.counters().liveBytes());
    assertEquals(allocations, scheduler.counters().allocations());
    assertArrayEquals(new float[] {3, 4}, read(x));
    assertEquals(2, x.version().count());
    assertEquals(List.of("a+b"), backend.ran);
  }

  @Test
  void writesAPartInPlaceAndCopiesTheRestOnlyWhereSomebodyReadsIt() {
    Storage x = source(1, 2, 3);
    Layout middle = Layout.contiguous(Shape.of(3)).slice(0, 1, 1, 1);
    incrementInPlace("a", x, middle);
    assertArrayEquals(new float[] {1, 3, 3}, read(x));
    assertEquals(List.of("a"), backend.ran);
    Storage kept = x.share();
    incrementInPlace("b", x, middle);
    assertArrayEquals(new float[] {1, 4, 3}, read(x));
    assertArrayEquals(new float[] {1, 3, 3}, read(kept));
    assertEquals(List.of("a", "copy", "b"), backend.ran);
  }

  @Test
  void leavesWhatOthersReadAlone() {
    Storage x = source(1, 2);
    Storage y = incremented("reader", x);
    Storage kept = x.share();
    Content before = x.content();
    incrementInPlace("write", x);
    assertNotSame(before, x.content());
    assertArrayEquals(new float[] {2, 3}, read(x));
    assertArrayEquals(new float[] {1, 2}, read(kept));
    assertArrayEquals(new float[] {2, 3}, read(y));
    assertEquals(1, x.version().count());
    assertEquals(0, kept.version().count());
  }

  @Test
  void keepsAValueForAReaderThatFailed() {
    Storage x = source(1);
    backend.faults.put("bad", () -> new ClgradException("bad build"));
    Storage y = incremented("bad", x);
    incrementInPlace("write", x);
    assertArrayEquals(new float[] {2}, read(x));
    backend.faults.clear();
    assertArrayEquals(new float[] {2}, read(y), "the reader came before the write");
  }

  @Test
  void leavesEverythingAsItWasWhereAnotherDevicesValueIsGiven() {
    Scheduler elsewhere = new Scheduler(new FaultyBackend());
    Storage x = source(1);
    Storage foreign = elsewhere.newStorage("far", DType.FLOAT32, Shape.of(1));
    assertThrows(
        DeviceException.class, () -> scheduler.add(increment("mixed", value(x), value(foreign))));
    assertEquals(64, scheduler.counters().liveBytes());
    x.close();
    assertEquals(0, scheduler.counters().liveBytes());
  }

  @Test
  void refusesWhatWasClosed() {
    Storage x = source(1);
    x.close();
    x.close();
    assertTrue(x.isClosed());
    assertThrows(ClgradException.class, x::content);
  }

  @Test
  void closesWithAScopeWhatIsNotKept() {
    Storage outer;
    Storage kept;
    Storage dropped;
    try (Scope first = Scope.open()) {
      outer = source(1);
      try (Scope second = Scope.open()) {
        kept = incremented("kept", outer);
        dropped = incremented("dropped", outer);
        assertTrue(second.keep(kept));
        assertFalse(second.keep(outer));
      }
      assertTrue(dropped.isClosed());
      assertFalse(kept.isClosed());
      assertArrayEquals(new float[] {2}, read(kept));
    }
    assertTrue(kept.isClosed() && outer.isClosed());
    assertEquals(0, scheduler.counters().liveBytes());
  }

  @Test
  void runsWhatIsPendingUnlessNobodyCanAskForIt() {
    Storage x = source(1);
    incremented("closed", x).close();
    incremented("garbage", x);
    scheduler.flush();
    assertEquals(List.of("garbage"), backend.ran);
    x.close();
    assertEquals(64, scheduler.counters().liveBytes());
  }

  @Test
  void usesBuffersOfASizeClassAgain() {
    for (int length : new int[] {1, 16, 17, 20, 21, 100, 1000, 1025}) {
      scheduler.emptyCache();
      long before = scheduler.counters().allocations();
      Storage x = source(new float[length]);
      long live = scheduler.counters().liveBytes();
      assertTrue(live >= length * 4L, length + ": " + live);
      assertTrue(length <= 16 ? live == 64 : live <= length * 5L + 16, length + ": " + live);
      x.close();
      assertEquals(0, scheduler.counters().liveBytes());
      assertEquals(live, scheduler.counters().cachedBytes());
      Storage again = source(new float[length]);
      assertEquals(before + 1, scheduler.counters().allocations());
      assertEquals(0, scheduler.counters().cachedBytes());
      again.close();
    }
    scheduler.emptyCache();
    assertEquals(0, scheduler.counters().cachedBytes());
    assertEquals(0, backend.allocated);
  }

  @Test
  void givesGarbageBackWhenItAllocates() throws InterruptedException {
    source(new float[5000]);
    for (int i = 0; i < 100 && scheduler.counters().liveBytes() > 64; i++) {
      System.gc();
      Thread.sleep(10);
      source(1).close();
    }
    assertTrue(scheduler.counters().liveBytes() <= 64, scheduler.counters().toString());
  }

  @Test
  void collectsGarbageBeforeItGivesUp() {
    backend.capacity = 100_000;
    for (int i = 0; i < 50; i++) {
      source(new float[5000]);
    }
    assertTrue(scheduler.counters().collections() > 0, scheduler.counters().toString());
  }
}
