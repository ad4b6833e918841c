package dev.clgrad.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.PointwiseFunction.Kind;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The places of elements as operands of bodies, through every kind of layout. */
class BodyIndexTest {
  /** The place itself. */
  private static final PointwiseFunction PLACE =
      new PointwiseFunction(
          "pointwise/cast.cl",
          "cast_forward",
          List.of(Kind.INDEX),
          0,
          Kind.REAL,
          (lanes, dtype, in, scalars, out, n) -> System.arraycopy(in[0], 0, out, 0, n));

  private static Backend backend;
  private static Scheduler scheduler;

  @BeforeAll
  static void open() {
    backend = Selection.open(Selection.configuredPolicy()).backend();
    scheduler = new Scheduler(backend);
  }

  private static void check(Renderer renderer, Layout places, Layout out) {
    Shape shape = places.shape();
    long length = 1 + LayoutTest.address(out, (int) shape.numel() - 1);
    Storage storage = scheduler.newStorage("test", DType.INT64, Shape.of(length));
    scheduler.write(
        new Value(storage.content(), Layout.contiguous(Shape.of(length))), new long[(int) length]);
    Value result = new Value(storage.content(), out);
    PointwiseTask task =
        new PointwiseTask("place", PLACE, DType.INT64, List.of(), new Number[0], result);
    Batch batch = new Batch(List.of(task), null, new Key());
    Body body =
        Body.of(
            shape,
            List.of(Body.Load.index(places)),
            List.of(new Body.Step(PLACE, DType.INT64, List.of(0), 0)),
            List.of(new Body.Store(batch.slot(storage.content()), 0, out)));
    LaunchMaker maker =
        backend.runsTwins() ? new TwinLaunches() : new OpenClLaunches(renderer, backend.limits());
    backend.launch(
        maker
            .pointwise("test", List.of(body), true)
            .bind(
                batch,
                (slot, offset, written) ->
                    new Arg.Mem(batch.content(slot).buffer(), offset, written)));
    long[] memory = new long[(int) length];
    scheduler.read(
        "test", new Value(storage.content(), Layout.contiguous(Shape.of(length))), memory);
    long[] expected = new long[(int) shape.numel()];
    long[] actual = new long[expected.length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = LayoutTest.address(places, i);
      actual[i] = memory[(int) LayoutTest.address(out, i)];
    }
    assertArrayEquals(expected, actual, places + " to " + out);
  }

  private static void checkAll(Renderer renderer) {
    for (Shape shape : List.of(Shape.of(37, 32), Shape.of(13, 21), Shape.of(3, 1000))) {
      long rows = shape.size(0);
      long columns = shape.size(1);
      Layout whole = Layout.contiguous(shape);
      Layout turned = Layout.contiguous(Shape.of(columns, rows)).transpose(0, 1);
      Layout steps = Layout.contiguous(Shape.of(rows, 3 * columns)).slice(1, 2, 3, columns);
      Layout row = Layout.contiguous(Shape.of(columns)).expand("test", shape);
      Layout column = Layout.contiguous(Shape.of(rows, 1)).expand("test", shape);
      Layout one = Layout.of(shape, new long[] {0, 0}, 5);
      Layout far = Layout.of(shape, new long[] {1L << 33, 1}, 1L << 40);
      for (Layout places : List.of(whole, turned, steps, row, column, one, far)) {
        check(renderer, places, whole);
      }
      check(renderer, whole, turned);
      check(renderer, far, turned);
      check(renderer, steps, steps);
    }
    check(renderer, Layout.of(Shape.SCALAR, new long[0], 7), Layout.contiguous(Shape.SCALAR));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 16, 64})
  void anElementsPlaceIsThatOfItsLayout(int vectorBytes) {
    Limits own = backend.limits();
    Limits limits =
        new Limits(
            own.maxAllocationBytes(),
            own.maxArgumentBytes(),
            own.fp64(),
            own.cpuType(),
            vectorBytes,
            own.registerBytes(),
            own.localSize(),
            own.computeUnits());
    checkAll(new Renderer(limits));
    checkAll(new Renderer(limits, 0));
  }

  @Test
  void placesAreCountedInInt64() {
    Storage storage = scheduler.newStorage("test", DType.FLOAT32, Shape.of(2));
    Value out = new Value(storage.content(), Layout.contiguous(Shape.of(2)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new PointwiseTask("place", PLACE, DType.FLOAT32, List.of(), new Number[0], out));
  }
}
