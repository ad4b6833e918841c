package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.KernelFiles;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Backward;
import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for every pointwise operation, found by looking at the package: its kernel functions
 * are there, its gradients are the derivatives, and the device computes what the CPU does.
 */
class PointwiseOpsTest {
  /** Elements in a test: a few vectors of any width, and a tail. */
  private static final int N = 37;

  /** How far the kernels' functions may lie from the CPU's, in units in the last place of float. */
  private static final double ULP = 16;

  /** The upstream gradient in comparisons of devices. */
  private static final double DY = 1.5;

  private static Scheduler scheduler;
  private static Scheduler cpu;

  private final Random random = new Random(3);

  @BeforeAll
  static void open() {
    scheduler = new Scheduler(Selection.open(Selection.configuredPolicy()).backend());
    cpu = new Scheduler(Selection.open("cpu").backend());
  }

  @Test
  void theScanFindsThem() {
    List<String> names = PointwiseSubject.all().map(PointwiseSubject::name).toList();
    assertTrue(names.containsAll(List.of("tanh", "add", "add 1.7", "rsub 1.7", "eq")), "" + names);
  }

  @ParameterizedTest
  @MethodSource("dev.clgrad.op.PointwiseSubject#all")
  void theKernelFileHasItsFunctions(PointwiseSubject subject) {
    Op op = subject.op();
    String file = Objects.requireNonNull(op.kernelFile());
    assertEquals("pointwise/" + op.name() + ".cl", file);
    String text = KernelFiles.withLines(file);
    List<String> functions =
        !subject.hasBackwardKernel()
            ? List.of("_forward(")
            : op instanceof BinaryOp
                ? List.of("_forward(", "_backward_a(", "_backward_b(")
                : List.of("_forward(", "_backward(");
    for (String function : functions) {
      assertTrue(text.contains(" " + op.name() + function), file + " has no " + function);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.clgrad.op.PointwiseSubject#differentiable")
  void gradientsAreTheDerivatives(PointwiseSubject subject) {
    // On the CPU: that devices agree with it is another test, and compiling takes seconds.
    double[][] x = inputs(subject);
    double[] dy = uniform(-1, 1);
    double[][] fromKernel = gradients(subject, x, dy, false);
    double[][] fromOperations = gradients(subject, x, dy, true);
    for (int a = 0; a < x.length; a++) {
      double[] expected = differences(subject, x, a);
      for (int i = 0; i < N; i++) {
        String where = subject + ", argument " + a + " at " + x[a][i];
        close(where + ", kernel", dy[i] * expected[i], fromKernel[a][i], 1e-7);
        close(where + ", operations", fromKernel[a][i], fromOperations[a][i], 1e-12);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.clgrad.op.PointwiseSubject#differentiable")
  void secondDerivativesAreThoseOfTheFirst(PointwiseSubject subject) {
    double[][] x = inputs(subject);
    double[] dy = uniform(0.5, 1);
    double h = 1e-6;
    for (int a = 0; a < x.length; a++) {
      // d/dx[b] of the sum of the gradients with respect to x[a].
      Variable[] leaves = leaves(x);
      Variable first =
          Objects.requireNonNull(gradients(subject.apply(leaves), dy, leaves, true)[a]);
      @Nullable Variable[] second =
          first.requiresGrad()
              ? gradients(first, ones(), leaves, false)
              : new @Nullable Variable[x.length];
      for (int b = 0; b < x.length; b++) {
        double[][] above = moved(x, b, h);
        double[][] below = moved(x, b, -h);
        double[] high = gradients(subject, above, dy, false)[a];
        double[] low = gradients(subject, below, dy, false)[a];
        double[] found = second[b] == null ? new double[N] : read(second[b]);
        for (int i = 0; i < N; i++) {
          double expected = (high[i] - low[i]) / (above[b][i] - below[b][i]);
          close(subject + ", d" + a + " d" + b + " at " + x[b][i], expected, found[i], 1e-6);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.clgrad.op.PointwiseSubject#all")
  void theDeviceAgreesWithTheCpu(PointwiseSubject subject) {
    double[] values = {
      0, -0.0, 1, -1, 0.5, 2, -3, 1e-3, 30, -30, 1e30, -1e30, 1 / 0.0, -1 / 0.0, 0 / 0.0
    };
    double[][] x = new double[subject.arguments()][];
    for (int a = 0; a < x.length; a++) {
      // Every pair of values.
      x[a] = new double[values.length * values.length];
      for (int i = 0; i < x[a].length; i++) {
        x[a][i] = values[a == 0 ? i % values.length : i / values.length];
      }
    }
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      double ulp = ULP * (dtype == DType.FLOAT32 ? Math.ulp(1f) : Math.ulp(1.0));
      double[] expected = results(cpu, subject, x, dtype);
      double[] found = results(scheduler, subject, x, dtype);
      for (int i = 0; i < expected.length; i++) {
        if (i >= x[0].length && subject.isGradientMeaningless(x[0][i % x[0].length])) {
          continue;
        }
        // Devices may take numbers below the normal ones for 0. Where a function saturates, its
        // gradient is as exact as the saved value: 1 - y for a y near 1.
        double slack = Math.abs(expected[i]) * ulp + Float.MIN_NORMAL;
        slack += i < x[0].length ? 0 : DY * ulp;
        if (Double.isFinite(expected[i])) {
          assertEquals(expected[i], found[i], slack, subject + " of " + dtype + ", result " + i);
        } else {
          assertEquals(expected[i], found[i], subject + " of " + dtype + ", result " + i);
        }
      }
    }
  }

  /** The values, then the gradients of each argument, where there are any. */
  private static double[] results(
      Scheduler on, PointwiseSubject subject, double[][] x, DType dtype) {
    int n = x[0].length;
    Variable[] leaves = new Variable[x.length];
    for (int a = 0; a < x.length; a++) {
      leaves[a] = variable(on, x[a], dtype);
      leaves[a].setRequiresGrad(true);
    }
    Variable y = subject.apply(leaves);
    double[] all = Arrays.copyOf(read(y), (y.requiresGrad() ? 1 + x.length : 1) * n);
    if (y.requiresGrad()) {
      double[] dy = new double[n];
      Arrays.fill(dy, DY);
      @Nullable Variable[] dx =
          Backward.gradients(
              List.of(y),
              List.of(variable(on, dy, dtype)),
              List.of(leaves),
              false,
              false,
              TapeAlgebra.INSTANCE);
      for (int a = 0; a < x.length; a++) {
        System.arraycopy(read(Objects.requireNonNull(dx[a])), 0, all, (a + 1) * n, n);
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("dev.clgrad.op.PointwiseSubject#all")
  void integersAgreeWithTheCpu(PointwiseSubject subject) {
    for (DType dtype : new DType[] {DType.INT64, DType.INT32, DType.UINT8}) {
      if (dtype != DType.INT64 && scheduler != cpu && becomesFloating(subject)) {
        // The same functions on other conversions, which kernels would be compiled for.
        continue;
      }
      double[][] x = new double[subject.arguments()][N];
      for (double[] values : x) {
        for (int i = 0; i < N; i++) {
          values[i] = random.nextInt(13) - (dtype == DType.UINT8 ? 0 : 6);
        }
      }
      Variable[] there = new Variable[x.length];
      Variable[] here = new Variable[x.length];
      for (int a = 0; a < x.length; a++) {
        there[a] = Cast.to(variable(cpu, x[a], DType.FLOAT32), dtype);
        here[a] = Cast.to(variable(scheduler, x[a], DType.FLOAT32), dtype);
      }
      Variable expected = subject.apply(there);
      Variable found = subject.apply(here);
      assertEquals(expected.dtype(), found.dtype());
      double[] want = read(expected);
      double tolerance = expected.dtype().isFloating() ? ULP * Math.ulp(1f) : 0;
      double[] got = read(found);
      for (int i = 0; i < N; i++) {
        double slack = Double.isFinite(want[i]) ? tolerance * Math.abs(want[i]) : 0;
        // Numbers below the normal ones may be rounded otherwise, or to 0.
        slack += expected.dtype().isFloating() ? Float.MIN_NORMAL : 0;
        assertEquals(want[i], got[i], slack, subject + " of " + dtype + " at " + i);
      }
    }
  }

  private static boolean becomesFloating(PointwiseSubject subject) {
    Variable[] ones = new Variable[subject.arguments()];
    Arrays.fill(ones, Cast.to(variable(cpu, new double[] {1}, DType.FLOAT32), DType.INT64));
    return subject.apply(ones).dtype().isFloating();
  }

  /** All on the CPU; where kernels are compiled, every tenth: it is the renderer that is tested. */
  static Stream<PointwiseSubject> strided() {
    List<PointwiseSubject> all = PointwiseSubject.all().toList();
    return IntStream.range(0, all.size())
        .filter(i -> scheduler.backend().runsTwins() || i % 10 == 0)
        .mapToObj(all::get);
  }

  @ParameterizedTest
  @MethodSource("strided")
  void stridesAndBroadcastingDoNotMatter(PointwiseSubject subject) {
    double[] values = uniform(0.3, 2.5);
    Variable x = variable(scheduler, Arrays.copyOf(values, 12), DType.FLOAT32);
    Variable transposed =
        new Variable(x.storage(), Layout.contiguous(Shape.of(3, 4)).transpose(0, 1));
    Variable plain = Cast.copy(transposed);
    Variable row = variable(scheduler, Arrays.copyOfRange(values, 12, 15), DType.FLOAT32);
    Variable spread = Cast.copy(Expand.of(row, Shape.of(4, 3)));
    Variable found =
        subject.arguments() == 1 ? subject.apply(transposed) : subject.apply(transposed, row);
    Variable expected =
        subject.arguments() == 1 ? subject.apply(plain) : subject.apply(plain, spread);
    assertEquals(Shape.of(4, 3), found.shape());
    assertArrayEquals(read(expected), read(found), subject.name());
  }

  private double[][] inputs(PointwiseSubject subject) {
    double[][] x = new double[subject.arguments()][];
    for (int a = 0; a < x.length; a++) {
      x[a] = uniform(0.3, 2.5);
      for (int i = 0; i < N; i++) {
        x[a][i] *= random.nextBoolean() ? 1 : -1;
      }
    }
    // What is outside the domain moves into it, by steps of which each must do for some operation.
    intoDomain(subject, x, Math::abs);
    intoDomain(subject, x, v -> v / 3);
    intoDomain(subject, x, v -> 1 + 3 * v);
    return withinTheDomain(subject, x);
  }

  private static void intoDomain(PointwiseSubject subject, double[][] x, DoubleUnaryOperator move) {
    double[] y = read(subject.apply(leaves(x)));
    for (int i = 0; i < N; i++) {
      if (Double.isNaN(y[i])) {
        for (double[] values : x) {
          values[i] = move.applyAsDouble(values[i]);
        }
      }
    }
  }

  /**
   * A negative base has values for whole exponents only, so none that a difference could use; a
   * probability is from 0 to 1.
   */
  private static double[][] withinTheDomain(PointwiseSubject subject, double[][] x) {
    for (int i = 0; i < N; i++) {
      if (subject.op() instanceof Pow) {
        x[0][i] = Math.abs(x[0][i]);
      } else if (subject.op() instanceof BinaryCrossEntropy) {
        x[0][i] = Math.abs(x[0][i]) / 3;
      }
    }
    return x;
  }

  private double[] uniform(double low, double high) {
    return random.doubles(N, low, high).toArray();
  }

  private static double[] ones() {
    double[] x = new double[N];
    Arrays.fill(x, 1);
    return x;
  }

  private static double[][] moved(double[][] x, int argument, double by) {
    double[][] moved = x.clone();
    moved[argument] = Arrays.stream(x[argument]).map(v -> v + by).toArray();
    return moved;
  }

  /** dy/dx by central differences, element by element. */
  private static double[] differences(PointwiseSubject subject, double[][] x, int argument) {
    double[][] above = moved(x, argument, 1e-6);
    double[][] below = moved(x, argument, -1e-6);
    double[] high = read(subject.apply(leaves(above)));
    double[] low = read(subject.apply(leaves(below)));
    double[] result = new double[N];
    for (int i = 0; i < N; i++) {
      result[i] = (high[i] - low[i]) / (above[argument][i] - below[argument][i]);
    }
    return result;
  }

  private static double[][] gradients(
      PointwiseSubject subject, double[][] x, double[] dy, boolean createGraph) {
    Variable[] leaves = leaves(x);
    @Nullable Variable[] dx = gradients(subject.apply(leaves), dy, leaves, createGraph);
    double[][] result = new double[x.length][];
    for (int a = 0; a < x.length; a++) {
      result[a] = read(Objects.requireNonNull(dx[a]));
    }
    return result;
  }

  private static @Nullable Variable[] gradients(
      Variable y, double[] dy, Variable[] leaves, boolean createGraph) {
    return Backward.gradients(
        List.of(y),
        List.of(variable(cpu, dy, DType.FLOAT64)),
        List.of(leaves),
        createGraph,
        createGraph,
        TapeAlgebra.INSTANCE);
  }

  private static Variable[] leaves(double[][] x) {
    Variable[] leaves = new Variable[x.length];
    for (int a = 0; a < x.length; a++) {
      leaves[a] = variable(cpu, x[a], DType.FLOAT64);
      leaves[a].setRequiresGrad(true);
    }
    return leaves;
  }

  private static Variable variable(Scheduler on, double[] values, DType dtype) {
    Shape shape = Shape.of(values.length);
    Variable x = new Variable(on.newStorage("test", dtype, shape), Layout.contiguous(shape));
    Object array = values;
    if (dtype == DType.FLOAT32) {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      array = floats;
    }
    on.write(x.value(), array);
    return x;
  }

  private static double[] read(Variable x) {
    double[] values = new double[(int) x.shape().numel()];
    Variable doubles = Cast.to(x.detach(), DType.FLOAT64);
    x.scheduler().read("read", doubles.value(), values);
    return values;
  }

  private static void close(String what, double expected, double found, double tolerance) {
    assertEquals(expected, found, tolerance * (1 + Math.abs(expected)), what);
  }
}
