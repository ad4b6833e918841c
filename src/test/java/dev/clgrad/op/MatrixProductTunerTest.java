package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.DeviceRecord;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.KernelVariants;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Selection;
import dev.clgrad.backend.TuningResult;
import dev.clgrad.op.MatrixProductCheck.Product;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The search for variants, with candidates that are faster, slower, wrong or do not run. On the CPU
 * backend there is nothing to choose, and the tests say so.
 */
class MatrixProductTunerTest {
  private static final String PROBLEM = "matmul.float32.medium";

  private static Scheduler scheduler;

  @BeforeAll
  static void open() {
    scheduler = new Scheduler(Selection.open(Selection.configuredPolicy()).backend());
  }

  private static boolean chooses() {
    boolean twins = scheduler.backend().runsTwins();
    assertEquals(twins, new MatrixProductTuner(scheduler).problems().isEmpty());
    return !twins;
  }

  private static KernelVariant current() {
    return scheduler.backend().variants().get(PROBLEM);
  }

  /** A variant like the current one, told apart by a parameter that changes little. */
  private static KernelVariant other(int number) {
    return scheduler.backend().limits().cpuType()
        ? current().with("DEPTH", 64 + 4 * number)
        : current().with("GROUPS", 100 + number);
  }

  private static BiFunction<Backend, String, MatrixProductCandidates> only(KernelVariant... all) {
    return (backend, problem) ->
        new MatrixProductCandidates(backend, problem) {
          @Override
          List<KernelVariant> of(int stage, KernelVariant best) {
            return stage == 0 ? Arrays.asList(all) : List.of();
          }
        };
  }

  private static TuningResult measure(Product product, KernelVariant... candidates) {
    TuningResult result =
        new MatrixProductTuner(scheduler, product, only(candidates))
            .measure(PROBLEM, Duration.ofSeconds(60).toNanos());
    assertEquals(0, scheduler.pendingTasks(), "what failed must not stay pending");
    return result;
  }

  private static TuningResult.Trial trial(TuningResult result, KernelVariant variant) {
    List<TuningResult.Trial> found =
        result.trials().stream().filter(t -> t.variant().equals(variant)).toList();
    assertEquals(1, found.size(), result::toString);
    return found.get(0);
  }

  @Test
  void everyDeviceHasItsProblems() {
    List<String> problems = new MatrixProductTuner(scheduler).problems();
    Backend backend = scheduler.backend();
    if (!chooses()) {
      assertEquals(
          List.of(), new MatrixProductTuner(scheduler).run(Duration.ofSeconds(1), r -> {}));
      return;
    }
    assertTrue(problems.contains("matmul.float32.large"), problems::toString);
    assertTrue(problems.contains(PROBLEM), problems::toString);
    assertEquals(!backend.limits().cpuType(), problems.contains("matmul.float32.small"));
    for (String problem : problems) {
      assertNotNull(backend.variants().get(problem));
      MatrixProductCandidates candidates = new MatrixProductCandidates(backend, problem);
      KernelVariant best = backend.variants().get(problem);
      assertTrue(candidates.of(0, best).size() > 3, problem);
      assertEquals(best, candidates.of(0, best).get(0), "the nearest is the best itself");
    }
  }

  /** The kernels for GPUs run on any device, if slowly: so do their candidates. */
  @Test
  void candidatesForGpusComputeTheProduct() {
    if (!chooses()) {
      return;
    }
    Backend gpu = gpu();
    KernelVariant tiles = gpu.variants().get("matmul.float64.large");
    List<KernelVariant> found =
        new MatrixProductCandidates(gpu, "matmul.float64.large").of(0, tiles);
    assertTrue(found.size() > 10, found::toString);
    // One whose loops a CPU's compiler unrolls in little time.
    KernelVariant small =
        found.stream()
            .filter(v -> v.get("ITEM_M", 0) == 4 && v.get("TILE_M", 0) + v.get("TILE_N", 0) == 96)
            .findFirst()
            .orElseThrow();
    assertNull(
        new MatrixProductCheck(scheduler, MatrixProductTuner::add, DType.FLOAT64, false)
            .failure(small, true),
        small::toString);
    KernelVariant units = gpu.variants().get(MatrixUnits.SMALL);
    List<KernelVariant> ofUnits = new MatrixProductCandidates(gpu, MatrixUnits.SMALL).of(0, units);
    assertTrue(ofUnits.size() > 5, ofUnits::toString);
    KernelVariant nearest = ofUnits.get(1);
    assertNull(
        new MatrixProductCheck(scheduler, MatrixProductTuner::add, DType.FLOAT32, true)
            .failure(nearest, false),
        nearest::toString);
  }

  /** A backend that says it is a GPU, and can do nothing. */
  private static Backend gpu() {
    DeviceRecord device =
        new DeviceRecord(
            "opencl:0",
            "p",
            "d",
            "v",
            "OpenCL 1.2",
            "1",
            "GPU",
            1L << 33,
            1L << 30,
            48 << 10,
            100,
            1024,
            1,
            true,
            false);
    Limits limits = new Limits(1 << 30, 4352, true, false, 16, 16, 256, 100);
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "device" -> device;
                  case "limits" -> limits;
                  case "variants" -> new KernelVariants(device, limits);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  @Test
  void aFasterVariantWinsAndASlowerOneDoesNot() {
    if (!chooses()) {
      return;
    }
    KernelVariant fast = other(1);
    KernelVariant slow = other(2);
    // The current one and the slow one do everything several times.
    Product product =
        (a, b, y, batch, v) -> {
          int times = v.equals(fast) ? 1 : v.equals(slow) ? 6 : 3;
          for (int i = 1; i < times; i++) {
            List<Variable> made = new ArrayList<>();
            Variable wasted = MatrixProductCheck.made(scheduler, y.dtype(), y.shape(), made);
            MatrixProductTuner.add(a, b, wasted, batch, v);
            // Closed only after it has run, or it never would.
            scheduler.flush();
            made.forEach(x -> x.storage().close());
          }
          MatrixProductTuner.add(a, b, y, batch, v);
        };
    TuningResult result = measure(product, slow, fast);
    assertTrue(result.improved(), result::toString);
    assertEquals(fast, result.winner());
    assertTrue(result.winnerGflops() > result.currentGflops() * 1.5, result::toString);
    assertTrue(trial(result, slow).gflops() < trial(result, fast).gflops(), result::toString);
    assertNull(trial(result, slow).dropped());
  }

  @Test
  void aWrongVariantIsDroppedHoweverFast() {
    if (!chooses()) {
      return;
    }
    KernelVariant wrong = other(3);
    Product product =
        (a, b, y, batch, v) -> {
          if (v.equals(wrong)) {
            // Right but for what a transposed left operand reads.
            long[] strides = {a.layout().stride(a.rank() - 2), a.layout().stride(a.rank() - 1)};
            MatrixProductTuner.add(strides[1] == 1 ? a : b(a, y), b, y, batch, v);
          } else {
            slowly(a, b, y, batch, v);
          }
        };
    TuningResult result = measure(product, wrong);
    assertFalse(result.improved(), result::toString);
    String dropped = trial(result, wrong).dropped();
    assertNotNull(dropped, result::toString);
    assertTrue(dropped.startsWith("it is wrong: "), dropped);
    assertTrue(dropped.contains("(transposed)"), dropped);
  }

  /** An operand of the same shape that holds something else. */
  private static Variable b(Variable a, Variable y) {
    List<Variable> made = new ArrayList<>();
    Variable x = MatrixProductCheck.made(scheduler, y.dtype(), a.shape(), made);
    float[] ones = new float[Math.toIntExact(a.shape().numel())];
    Arrays.fill(ones, 1);
    scheduler.write(x.value(), ones);
    return x;
  }

  private static void slowly(Variable a, Variable b, Variable y, Shape batch, KernelVariant v) {
    MatrixProductTuner.add(a, b, y, batch, v);
    scheduler.synchronize();
    MatrixProductTuner.add(a, b, y, batch, v);
  }

  @Test
  void oneWrongElementIsEnough() {
    if (!chooses()) {
      return;
    }
    Product product =
        (a, b, y, batch, v) -> {
          // One element of a, of hundreds of thousands, is off.
          Variable copy = Cast.copy(a);
          float[] elements = new float[Math.toIntExact(a.shape().numel())];
          scheduler.read("test", copy.value(), elements);
          elements[elements.length / 2] *= 1.5f;
          List<Variable> made = new ArrayList<>();
          Variable off = MatrixProductCheck.made(scheduler, a.dtype(), a.shape(), made);
          scheduler.write(off.value(), elements);
          MatrixProductTuner.add(off, b, y, batch, v);
        };
    String failure =
        new MatrixProductCheck(scheduler, product, DType.FLOAT32, false).failure(current(), false);
    assertNotNull(failure);
    assertTrue(failure.startsWith("it is wrong: "), failure);
    assertNull(
        new MatrixProductCheck(scheduler, MatrixProductTuner::add, DType.FLOAT32, false)
            .failure(current(), true));
  }

  @Test
  void whatDoesNotCompileOrFitIsNamed() {
    if (!chooses()) {
      return;
    }
    KernelVariant broken = other(4);
    KernelVariant throwing = other(5);
    KernelVariant unknown = KernelVariant.parse("frobnicate ROWS=6");
    KernelVariant oversized =
        scheduler.backend().limits().cpuType()
            ? current().with("BLOCK_ROWS", 4096)
            : current().with("DEPTH", 4096);
    Product product =
        (a, b, y, batch, v) -> {
          if (v.equals(throwing)) {
            throw new IllegalStateException("no such luck");
          }
          if (v.equals(broken)) {
            ProgramSource program =
                new ProgramSource("broken.cl", "", "__kernel void broken(\nthis is no C\n}\n");
            scheduler.add(
                KernelTask.of("matmul", program, "broken")
                    .in(a.value())
                    .out(y.value())
                    .build(new long[] {1}, new long[] {1}, call -> {}));
          } else {
            MatrixProductTuner.add(a, b, y, batch, v);
          }
        };
    TuningResult result = measure(product, broken, throwing, unknown, oversized);
    assertFalse(result.improved(), result::toString);
    assertTrue(result.currentGflops() > 0, result::toString);
    for (KernelVariant each : List.of(broken, throwing, unknown, oversized)) {
      assertNotNull(trial(result, each).dropped(), each::toString);
    }
    assertTrue(dropped(result, broken).startsWith("it does not run: "), dropped(result, broken));
    assertEquals("it does not run: no such luck", dropped(result, throwing));
    assertTrue(dropped(result, unknown).contains("no kernel frobnicate"));
    // The device goes on as if nothing had happened.
    assertNull(
        new MatrixProductCheck(scheduler, MatrixProductTuner::add, DType.FLOAT32, false)
            .failure(current(), false));
  }

  private static String dropped(TuningResult result, KernelVariant variant) {
    return String.valueOf(trial(result, variant).dropped());
  }

  @Test
  void whatFailsOnlyWhenItIsTimedIsDroppedAlone() {
    if (!chooses()) {
      return;
    }
    KernelVariant weak = other(7);
    KernelVariant working = other(8);
    List<Long> checked = List.of(397L, 264L, 61L);
    Product product =
        (a, b, y, batch, v) -> {
          if (v.equals(weak) && !checked.contains(y.shape().size(-2))) {
            throw new IllegalStateException("out of resources");
          }
          MatrixProductTuner.add(a, b, y, batch, v);
        };
    TuningResult result = measure(product, weak, working);
    assertEquals("it does not run: out of resources", dropped(result, weak));
    assertNull(trial(result, working).dropped());
    assertTrue(trial(result, working).gflops() > 0, result::toString);
    assertNull(trial(result, current()).dropped());
  }

  @Test
  void aBrokenCurrentVariantIsReplaced() {
    if (!chooses()) {
      return;
    }
    KernelVariant working = other(6);
    KernelVariant broken = current();
    Product product =
        (a, b, y, batch, v) -> {
          if (v.equals(broken)) {
            throw new IllegalStateException("a driver's mistake");
          }
          MatrixProductTuner.add(a, b, y, batch, v);
        };
    TuningResult result = measure(product, working);
    assertEquals(working, result.winner(), result::toString);
    assertEquals(0, result.currentGflops());
    assertTrue(result.winnerGflops() > 0, result::toString);
    assertEquals("it does not run: a driver's mistake", dropped(result, broken));
  }

  @Test
  void withoutTimeTheCurrentVariantIsMeasuredAllTheSame() {
    if (!chooses()) {
      return;
    }
    TuningResult result = new MatrixProductTuner(scheduler).measure(PROBLEM, 0);
    assertFalse(result.improved());
    assertEquals(1, result.trials().size(), result::toString);
    assertTrue(result.currentGflops() > 0, result::toString);
    assertTrue(result.untried() > 0, result::toString);
  }
}
