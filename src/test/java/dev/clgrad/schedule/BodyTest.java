package dev.clgrad.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of several functions against the same functions one by one, computed in Java. */
class BodyTest {
  private static final PointwiseFunction ADD =
      PointwiseFunction.real("pointwise/add.cl", "add_forward", 2, 0, BodyTest::add);
  private static final PointwiseFunction MUL =
      PointwiseFunction.real("pointwise/mul.cl", "mul_forward", 2, 0, BodyTest::mul);
  private static final PointwiseFunction SCALE =
      PointwiseFunction.real("pointwise/mul.cl", "mul_forward", 1, 1, BodyTest::scale);
  private static final PointwiseFunction GT =
      PointwiseFunction.mask("pointwise/gt.cl", "gt_forward", 2, 0, BodyTest::gt);
  private static final PointwiseFunction WHERE =
      new PointwiseFunction(
          "pointwise/where.cl",
          "where_forward",
          List.of(Kind.MASK, Kind.REAL, Kind.REAL),
          0,
          Kind.REAL,
          BodyTest::where);

  private static Backend backend;
  private static Scheduler scheduler;

  private final Random random = new Random(3);

  /** A value does not keep its memory; its storage does. */
  private final List<Storage> kept = new ArrayList<>();

  @BeforeAll
  static void open() {
    backend = Selection.open(Selection.configuredPolicy()).backend();
    scheduler = new Scheduler(backend);
  }

  private static void add(Lanes l, DType t, Object[] in, Number[] s, Object out, int n) {
    for (int i = 0; i < n; i++) {
      switch (t) {
        case FLOAT32 -> ((float[]) out)[i] = ((float[]) in[0])[i] + ((float[]) in[1])[i];
        case FLOAT64 -> ((double[]) out)[i] = ((double[]) in[0])[i] + ((double[]) in[1])[i];
        default -> ((long[]) out)[i] = ((long[]) in[0])[i] + ((long[]) in[1])[i];
      }
    }
  }

  private static void mul(Lanes l, DType t, Object[] in, Number[] s, Object out, int n) {
    for (int i = 0; i < n; i++) {
      switch (t) {
        case FLOAT32 -> ((float[]) out)[i] = ((float[]) in[0])[i] * ((float[]) in[1])[i];
        case FLOAT64 -> ((double[]) out)[i] = ((double[]) in[0])[i] * ((double[]) in[1])[i];
        default -> ((long[]) out)[i] = ((long[]) in[0])[i] * ((long[]) in[1])[i];
      }
    }
  }

  private static void scale(Lanes l, DType t, Object[] in, Number[] s, Object out, int n) {
    for (int i = 0; i < n; i++) {
      switch (t) {
        case FLOAT32 -> ((float[]) out)[i] = ((float[]) in[0])[i] * s[0].floatValue();
        case FLOAT64 -> ((double[]) out)[i] = ((double[]) in[0])[i] * s[0].doubleValue();
        default -> ((long[]) out)[i] = ((long[]) in[0])[i] * s[0].longValue();
      }
    }
  }

  private static void gt(Lanes l, DType t, Object[] in, Number[] s, Object out, int n) {
    for (int i = 0; i < n; i++) {
      boolean greater =
          switch (t) {
            case FLOAT32 -> ((float[]) in[0])[i] > ((float[]) in[1])[i];
            case FLOAT64 -> ((double[]) in[0])[i] > ((double[]) in[1])[i];
            default -> ((long[]) in[0])[i] > ((long[]) in[1])[i];
          };
      ((byte[]) out)[i] = (byte) (greater ? 1 : 0);
    }
  }

  private static void where(Lanes l, DType t, Object[] in, Number[] s, Object out, int n) {
    for (int i = 0; i < n; i++) {
      int side = ((byte[]) in[0])[i] != 0 ? 1 : 2;
      switch (t) {
        case FLOAT32 -> ((float[]) out)[i] = ((float[]) in[side])[i];
        case FLOAT64 -> ((double[]) out)[i] = ((double[]) in[side])[i];
        default -> ((long[]) out)[i] = ((long[]) in[side])[i];
      }
    }
  }

  /** A storage with numbers that float holds exactly, so that sums and products are exact too. */
  private Storage storage(DType dtype, int length) {
    Storage storage = scheduler.newStorage("test", dtype, Shape.of(length));
    kept.add(storage);
    Object array =
        switch (dtype) {
          case FLOAT32 -> {
            float[] x = new float[length];
            for (int i = 0; i < length; i++) {
              x[i] = random.nextInt(64) - 32;
            }
            yield x;
          }
          case FLOAT64 -> random.ints(length, -32, 32).asDoubleStream().toArray();
          case FLOAT16, BFLOAT16 ->
              throw new IllegalArgumentException(dtype + " has no numbers here");
          case INT32 -> random.ints(length, -32, 32).toArray();
          case INT64 -> random.longs(length, -32, 32).toArray();
          case UINT8, BOOL -> {
            byte[] x = new byte[length];
            for (int i = 0; i < length; i++) {
              x[i] = (byte) random.nextInt(2);
            }
            yield x;
          }
        };
    scheduler.write(whole(storage), array);
    return storage;
  }

  private static Value whole(Storage storage) {
    return new Value(storage.content(), Layout.contiguous(Shape.of(storage.content().length())));
  }

  private static double[] read(Value value) {
    int length = (int) value.content().length();
    Object array =
        switch (value.dtype()) {
          case FLOAT32 -> new float[length];
          case FLOAT64 -> new double[length];
          case FLOAT16, BFLOAT16 -> throw new IllegalArgumentException(value + " is not read here");
          case INT32 -> new int[length];
          case INT64 -> new long[length];
          case UINT8, BOOL -> new byte[length];
        };
    scheduler.read(
        "test",
        new Value(value.content(), Layout.contiguous(Shape.of(value.content().length()))),
        array);
    double[] out = new double[length];
    for (int i = 0; i < length; i++) {
      out[i] = ((Number) java.lang.reflect.Array.get(array, i)).doubleValue();
    }
    return out;
  }

  /** The elements of a value in row-major order, from a copy of its memory. */
  private static double[] elements(double[] memory, Layout layout) {
    double[] out = new double[(int) layout.shape().numel()];
    for (int i = 0; i < out.length; i++) {
      out[i] = memory[(int) LayoutTest.address(layout, i)];
    }
    return out;
  }

  /** A value of a shape whose elements lie contiguous, permuted, in steps or repeated. */
  private Value operand(DType dtype, Shape shape, boolean output, String style) {
    long[] sizes = shape.toArray();
    int rank = sizes.length;
    Layout layout = Layout.contiguous(shape);
    if (style.equals("row") && rank > 0 && !output) {
      Shape row = Shape.of(sizes[rank - 1]);
      return new Value(
          storage(dtype, (int) row.numel()).content(), Layout.contiguous(row).expand("t", shape));
    }
    if (style.equals("column") && rank > 0 && !output) {
      long[] column = sizes.clone();
      column[rank - 1] = 1;
      Layout first = Layout.contiguous(Shape.of(column));
      return new Value(
          storage(dtype, (int) first.shape().numel()).content(), first.expand("t", shape));
    }
    if (style.equals("scalar") && !output) {
      return new Value(
          storage(dtype, 1).content(), Layout.contiguous(Shape.SCALAR).expand("t", shape));
    }
    if (style.equals("transposed") && rank > 1) {
      long[] swapped = sizes.clone();
      swapped[0] = sizes[rank - 1];
      swapped[rank - 1] = sizes[0];
      layout = Layout.contiguous(Shape.of(swapped)).transpose(0, rank - 1);
    }
    if (style.equals("steps") && rank > 0) {
      long[] wider = sizes.clone();
      wider[rank - 1] = 2 * sizes[rank - 1] + 1;
      Layout all = Layout.contiguous(Shape.of(wider));
      layout = all.slice(rank - 1, 1, 2, sizes[rank - 1]);
      return new Value(storage(dtype, (int) all.shape().numel()).content(), layout);
    }
    return new Value(storage(dtype, (int) shape.numel()).content(), layout);
  }

  /** Runs t = a + b, u = 3 t c, m = u > a, y = m ? t : c and checks every result. */
  private void check(
      Renderer renderer,
      Shape shape,
      String styleA,
      String styleB,
      String styleOut,
      boolean mixed) {
    DType first = DType.FLOAT32;
    DType second = mixed ? DType.FLOAT64 : DType.FLOAT32;
    Value a = operand(first, shape, false, styleA);
    Value b = operand(first, shape, false, styleB);
    Value c = operand(mixed ? DType.INT32 : first, shape, false, "plain");
    Value t = operand(first, shape, true, styleOut);
    Value scaled = operand(second, shape, true, "plain");
    Value u = operand(second, shape, true, styleOut);
    Value m = operand(DType.BOOL, shape, true, "plain");
    Value y = operand(first, shape, true, styleOut);
    final double[] memoryA = elements(read(a), a.layout());
    final double[] memoryB = elements(read(b), b.layout());
    final double[] memoryC = elements(read(c), c.layout());
    List<PointwiseTask> tasks = new ArrayList<>();
    tasks.add(new PointwiseTask("add", ADD, first, List.of(a, b), new Number[0], t));
    tasks.add(new PointwiseTask("scale", SCALE, second, List.of(t), new Number[] {3}, scaled));
    tasks.add(new PointwiseTask("mul", MUL, second, List.of(scaled, c), new Number[0], u));
    tasks.add(new PointwiseTask("gt", GT, second, List.of(u, a), new Number[0], m));
    tasks.add(new PointwiseTask("where", WHERE, first, List.of(m, t, c), new Number[0], y));
    assertEquals(3, run(renderer, tasks, true).loads().size());
    int n = (int) shape.numel();
    double[] expectedT = new double[n];
    double[] expectedU = new double[n];
    double[] expectedM = new double[n];
    double[] expectedY = new double[n];
    for (int i = 0; i < n; i++) {
      expectedT[i] = memoryA[i] + memoryB[i];
      expectedU[i] = 3 * expectedT[i] * memoryC[i];
      expectedM[i] = expectedU[i] > memoryA[i] ? 1 : 0;
      expectedY[i] = expectedM[i] != 0 ? expectedT[i] : memoryC[i];
    }
    String what = shape + " " + styleA + " " + styleB + " " + styleOut + " " + mixed;
    assertArrayEquals(expectedT, elements(read(t), t.layout()), what);
    assertArrayEquals(expectedU, elements(read(u), u.layout()), what);
    assertArrayEquals(expectedM, elements(read(m), m.layout()), what);
    assertArrayEquals(expectedY, elements(read(y), y.layout()), what);
  }

  /** Runs tasks as one body that stores every result, the last one of each content. */
  private static Body run(Renderer renderer, List<PointwiseTask> tasks, boolean restrict) {
    Batch batch = new Batch(List.copyOf(tasks), null, new Key());
    List<Body.Load> loads = new ArrayList<>();
    List<Body.Step> steps = new ArrayList<>();
    List<Body.Store> stores = new ArrayList<>();
    for (int t = 0; t < tasks.size(); t++) {
      PointwiseTask task = tasks.get(t);
      List<Integer> operands = new ArrayList<>();
      for (Value input : task.inputs()) {
        operands.add(operand(batch, input, loads, stores));
      }
      steps.add(new Body.Step(task.function(), task.dtype(), operands, t));
      Value output = task.output();
      stores.removeIf(s -> s.slot() == batch.slot(output.content()));
      stores.add(new Body.Store(batch.slot(output.content()), t, output.layout()));
    }
    Body body = Body.of(tasks.get(0).output().shape(), loads, steps, stores);
    LaunchMaker maker =
        backend.runsTwins() ? new TwinLaunches() : new OpenClLaunches(renderer, backend.limits());
    backend.launch(
        maker
            .pointwise("test", List.of(body), restrict)
            .bind(
                batch,
                (slot, offset, written) ->
                    new Arg.Mem(batch.content(slot).buffer(), offset, written)));
    return body;
  }

  private static int operand(
      Batch batch, Value value, List<Body.Load> loads, List<Body.Store> stores) {
    int slot = batch.slot(value.content());
    for (Body.Store store : stores) {
      if (store.slot() == slot) {
        return -1 - store.step();
      }
    }
    Body.Load load = new Body.Load(slot, value.dtype(), value.layout());
    if (!loads.contains(load)) {
      loads.add(load);
    }
    return loads.indexOf(load);
  }

  private static Limits limits(int vectorBytes) {
    Limits own = backend.limits();
    return new Limits(
        own.maxAllocationBytes(),
        own.maxArgumentBytes(),
        own.fp64(),
        own.cpuType(),
        vectorBytes,
        own.registerBytes(),
        own.localSize(),
        own.computeUnits());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16, 32, 64})
  void givesWhatItsFunctionsGive(int vectorBytes) {
    Renderer renderer = new Renderer(limits(vectorBytes));
    for (boolean mixed : new boolean[] {false, true}) {
      // Flat, with and without padded lanes.
      check(renderer, Shape.of(4, 8, 16), "plain", "plain", "plain", mixed);
      check(renderer, Shape.of(1031), "plain", "scalar", "plain", mixed);
      check(renderer, Shape.SCALAR, "plain", "plain", "plain", mixed);
      // Rows: the innermost dimension is a multiple of every width.
      check(renderer, Shape.of(37, 32), "plain", "row", "plain", mixed);
      check(renderer, Shape.of(5, 7, 16), "column", "row", "plain", mixed);
      // Anywhere.
      check(renderer, Shape.of(13, 21), "transposed", "column", "plain", mixed);
      check(renderer, Shape.of(6, 5, 19), "steps", "row", "transposed", mixed);
      check(renderer, Shape.of(40, 27), "row", "transposed", "steps", mixed);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 64})
  void usesWideIndices(int vectorBytes) {
    Renderer renderer = new Renderer(limits(vectorBytes), 0);
    check(renderer, Shape.of(1031), "plain", "scalar", "plain", false);
    check(renderer, Shape.of(37, 32), "plain", "row", "plain", false);
    check(renderer, Shape.of(13, 21), "transposed", "column", "plain", false);
  }

  /** The last task's types are those of the first again. */
  @Test
  void definesEachFunctionOnceForEachType() {
    Shape shape = Shape.of(50);
    Value a = operand(DType.FLOAT32, shape, false, "plain");
    double[] before = read(a);
    Value x = operand(DType.FLOAT32, shape, true, "plain");
    Value y = operand(DType.FLOAT64, shape, true, "plain");
    Value z = operand(DType.FLOAT32, shape, true, "plain");
    List<PointwiseTask> tasks =
        List.of(
            new PointwiseTask("add", ADD, DType.FLOAT32, List.of(a, a), new Number[0], x),
            new PointwiseTask("add", ADD, DType.FLOAT64, List.of(x, a), new Number[0], y),
            new PointwiseTask("add", ADD, DType.FLOAT32, List.of(y, a), new Number[0], z));
    run(new Renderer(backend.limits()), tasks, true);
    double[] after = read(z);
    for (int i = 0; i < after.length; i++) {
      assertEquals(4 * before[i], after[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "steps", "transposed"})
  void overwritesWhatItReads(String style) {
    Value x = operand(DType.FLOAT32, Shape.of(33, 47), true, style);
    double[] memory = read(x);
    double[] before = elements(memory, x.layout());
    List<PointwiseTask> tasks =
        List.of(
            new PointwiseTask("add", ADD, DType.FLOAT32, List.of(x, x), new Number[0], x),
            new PointwiseTask("scale", SCALE, DType.FLOAT32, List.of(x), new Number[] {5}, x),
            new PointwiseTask("mul", MUL, DType.FLOAT32, List.of(x, x), new Number[0], x));
    run(new Renderer(backend.limits()), tasks, false);
    double[] memoryAfter = read(x);
    double[] after = elements(memoryAfter, x.layout());
    for (int i = 0; i < after.length; i++) {
      assertEquals(100 * before[i] * before[i], after[i]);
    }
    if (style.equals("steps")) {
      assertEquals(memory[0], memoryAfter[0], "what lies between stays");
    }
  }
}
