package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.FunctionLanes;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How far functions of one argument lie from their true values, in units in the last place: float64
 * against values computed with many digits, float32 against float64 of the CPU backend, on floats
 * of all exponents and both signs.
 */
class FunctionAccuracyTest {
  private static final int DENSE = 1 << 16;
  private static final int COMMON = 1 << 14;

  /** The parameters' defaults, where a function has any. */
  private static final Map<String, Number[]> PARAMETERS =
      Map.ofEntries(
          Map.entry("celu", new Number[] {1}),
          Map.entry("elu", new Number[] {1}),
          Map.entry("hardshrink", new Number[] {0.5}),
          Map.entry("hardtanh", new Number[] {-1, 1}),
          Map.entry("leaky_relu", new Number[] {0.01}),
          Map.entry("logit", new Number[] {-1}),
          Map.entry("nan_to_num", new Number[] {0, 1, -1}),
          Map.entry("softplus", new Number[] {1, 20}),
          Map.entry("softshrink", new Number[] {0.5}),
          Map.entry("threshold", new Number[] {0.5, 0}));

  private static Scheduler device;
  private static Scheduler cpu;
  private static boolean onCpu;

  @BeforeAll
  static void open() {
    device = new Scheduler(Selection.open(Selection.configuredPolicy()).backend());
    cpu = new Scheduler(Selection.open("cpu").backend());
    onCpu = device.backend().name().equals("cpu");
  }

  record Function(String name, UnaryOperator<Variable> body) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Function> functions() {
    Stream<Function> unary =
        PointwiseOps.of(UnaryOp.class).stream().map(op -> new Function(op.name(), op::apply));
    Stream<Function> withParameters =
        PointwiseOps.of(ParameterOp.class).stream()
            .filter(op -> PARAMETERS.containsKey(op.name()))
            .map(op -> new Function(op.name(), x -> op.apply(x, parameters(op))));
    return Stream.concat(unary, withParameters).filter(f -> Accuracy.OF.containsKey(f.name()));
  }

  private static Number[] parameters(ParameterOp op) {
    return Objects.requireNonNull(PARAMETERS.get(op.name()));
  }

  static Stream<Function> golden() {
    Map<String, Function> all = new TreeMap<>();
    functions().forEach(f -> all.put(f.name(), f));
    all.put("polygamma_2", new Function("polygamma_2", x -> Polygamma.of(2, x)));
    all.put("polygamma_3", new Function("polygamma_3", x -> Polygamma.of(3, x)));
    return all.values().stream()
        .filter(f -> GoldenValues.class.getResource("/functions/" + f.name() + ".txt") != null);
  }

  @Test
  void theTableNamesFunctions() {
    assertEquals(Accuracy.OF.keySet(), functions().map(Function::name).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void floatsAreWithinTheBound(Function function) {
    double[] x = samples();
    double[] expected = run(cpu, function, DType.FLOAT64, x);
    double[] found = run(device, function, DType.FLOAT32, x);
    Accuracy accuracy = Objects.requireNonNull(Accuracy.OF.get(function.name()));
    double bound = onCpu ? accuracy.cpu() : accuracy.device();
    check(function, x, expected, found, bound, Format.FLOAT);
  }

  @ParameterizedTest
  @MethodSource("golden")
  void doublesAreWithinTheBound(Function function) {
    GoldenValues golden = GoldenValues.of(function.name());
    double[] found = run(device, function, DType.FLOAT64, golden.x());
    Accuracy accuracy = Accuracy.OF.get(function.name());
    double bound = accuracy == null ? 4 : Math.max(4, accuracy.device());
    if (onCpu && (accuracy == null || accuracy.cpu() < FunctionLanes.SPECIAL_MAX_ULP)) {
      bound = FunctionLanes.SPECIAL_MAX_ULP;
    }
    check(function, golden.x(), golden.y(), found, bound, Format.DOUBLE);
  }

  /** What numbers of a type are rounded to. */
  private enum Format {
    FLOAT(23, Float.MIN_EXPONENT),
    DOUBLE(52, Double.MIN_EXPONENT);

    private final int fraction;
    private final int smallest;

    Format(int fraction, int smallest) {
      this.fraction = fraction;
      this.smallest = smallest;
    }

    /** The distance of neighbours of a number's size. */
    double ulp(double size) {
      return Math.scalb(1.0, Math.max(Math.getExponent(size), smallest) - fraction);
    }
  }

  private static void check(
      Function function,
      double[] x,
      double[] expected,
      double[] found,
      double bound,
      Format format) {
    Accuracy accuracy = Accuracy.OF.get(function.name());
    // Between poles terms of about 16 cancel in polygamma.
    double least = accuracy == null ? 16 : accuracy.least();
    // Devices may take numbers below the normal ones for 0; for doubles they do not.
    double slack = !onCpu && format == Format.FLOAT ? Float.MIN_NORMAL : 0;
    for (int i = 0; i < expected.length; i++) {
      double rounded = format == Format.FLOAT ? (float) expected[i] : expected[i];
      String what = function + " of " + x[i];
      if (Double.isNaN(rounded) || Double.isInfinite(rounded)) {
        assertEquals(rounded, found[i], what);
        continue;
      }
      double ulp = format.ulp(Math.max(Math.abs(expected[i]), least));
      double error = Math.abs(found[i] - expected[i]);
      assertTrue(
          error <= bound * ulp + slack,
          () ->
              String.format(
                  Locale.ROOT,
                  "%s: off by %.3f units in the last place, more than %.3f",
                  what,
                  error / ulp,
                  bound));
    }
  }

  private static double[] samples() {
    double[] x = new double[DENSE + 2 * COMMON];
    for (int i = 0; i < DENSE; i++) {
      x[i] = Float.intBitsToFloat(i * 65537);
    }
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < COMMON; i++) {
      x[DENSE + i] = (float) random.nextDouble(-1, 1);
      x[DENSE + COMMON + i] = (float) random.nextDouble(-12, 12);
    }
    return x;
  }

  private static double[] run(Scheduler on, Function function, DType dtype, double[] values) {
    Shape shape = Shape.of(values.length);
    Variable x =
        new Variable(on.newStorage("test", DType.FLOAT64, shape), Layout.contiguous(shape));
    on.write(x.value(), values);
    Variable y = Cast.to(function.body().apply(Cast.to(x, dtype)), DType.FLOAT64);
    double[] result = new double[values.length];
    on.read("read", y.value(), result);
    return result;
  }
}
