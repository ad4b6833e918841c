package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pointwise operations of a program's own: values, gradients, and what they are fused with. */
class PointwiseKernelTest {
  private static final String SWISH =
      """
      #define ONE K(1)
      // x times the logistic function of beta x
      PURE real logistic(real t) { return ONE / (ONE + exp(-t)); }
      PURE real swish_forward(real x, real beta) { return x * logistic(beta * x); }
      PURE real swish_backward(real dy, real x, real beta) {
        const real s = logistic(beta * x);
        return dy * s * (ONE + beta * x * (ONE - s));
      }
      """;

  private static final PointwiseKernel SWISH_KERNEL =
      PointwiseKernel.builder("swish")
          .source(SWISH)
          .parameters(1)
          .cpuTwin(
              v -> v[0] * logistic(v[1] * v[0]),
              v -> {
                double s = logistic(v[2] * v[1]);
                return v[0] * s * (1 + v[2] * v[1] * (1 - s));
              })
          .gradient(
              (dy, saved, p) -> {
                Tensor x = saved.get(0);
                Tensor s = x.mul(p[0]).sigmoid();
                return List.of(dy.mul(s).mul(x.mul(p[0]).mul(s.neg().add(1)).add(1)));
              })
          .register();

  private final Device device = Device.getDefault();
  private boolean before;

  private static double logistic(double t) {
    return 1 / (1 + Math.exp(-t));
  }

  @BeforeEach
  void fuse() {
    before = device.scheduler().isFused();
    device.scheduler().setFused(true);
  }

  @AfterEach
  void restore() {
    device.scheduler().setFused(before);
  }

  private long launches(Runnable program) {
    device.synchronize();
    long start = device.counters().launches();
    program.run();
    device.synchronize();
    return device.counters().launches() - start;
  }

  private static Tensor numbers(DType dtype, int n) {
    double[] values = new double[n];
    Arrays.setAll(values, i -> 0.37 * i % 4 - 2);
    Tensor x = Tensor.of(values).to(dtype);
    x.device().synchronize();
    return x.detach();
  }

  private static Tensor grad(Tensor x) {
    Tensor grad = x.grad();
    assertNotNull(grad);
    return grad;
  }

  private static double[] doubles(Tensor x) {
    return x.to(DType.FLOAT64).toDoubleArray();
  }

  private static Tensor composed(Tensor x, double beta) {
    return x.mul(x.mul(beta).sigmoid());
  }

  @Test
  void computesAndDifferentiatesAsTheSameOperationsOfClgrad() {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16)) {
      double within = dtype == DType.FLOAT64 ? 1e-12 : dtype == DType.FLOAT32 ? 1e-5 : 1e-2;
      for (int n : new int[] {1, 7, 37}) {
        Tensor x = numbers(dtype, n).requiresGrad(true);
        Tensor other = x.detach().requiresGrad(true);
        Tensor y = SWISH_KERNEL.with(1.5).apply(x);
        assertEquals(dtype, y.dtype());
        assertArrayEquals(doubles(composed(other, 1.5)), doubles(y), within);
        y.sum().backward();
        composed(other, 1.5).sum().backward();
        assertEquals(dtype, grad(x).dtype());
        assertArrayEquals(doubles(grad(other)), doubles(grad(x)), within);
      }
    }
    Tensor y = SWISH_KERNEL.with(1).apply(numbers(DType.FLOAT32, 3).requiresGrad(true));
    GradFn made = y.gradFn();
    assertNotNull(made);
    assertEquals("SwishBackward", made.name());
    assertEquals(Shape.of(0), SWISH_KERNEL.with(1).apply(Tensor.zeros(0)).shape());
  }

  @Test
  void isOneLaunchWithWhatStandsBeforeAndBehind() {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
      for (int n : new int[] {5, 1000}) {
        Tensor x = numbers(dtype, n);
        assertEquals(
            1, launches(() -> SWISH_KERNEL.with(0.7).apply(x.mul(2).add(1)).tanh().square()));
        assertArrayEquals(
            doubles(composed(x.mul(2).add(1), 0.7).tanh()),
            doubles(SWISH_KERNEL.with(0.7).apply(x.mul(2).add(1)).tanh()),
            dtype == DType.FLOAT32 ? 1e-5 : 1e-12);
      }
    }
    // Both element types in one program: the source is compiled twice in it.
    Tensor x = numbers(DType.FLOAT32, 100);
    PointwiseKernel swish = SWISH_KERNEL.with(0.7);
    assertEquals(1, launches(() -> swish.apply(swish.apply(x).to(DType.FLOAT64).mul(3))));
    assertArrayEquals(
        doubles(composed(composed(x, 0.7).to(DType.FLOAT64).mul(3), 0.7)),
        doubles(swish.apply(swish.apply(x).to(DType.FLOAT64).mul(3))),
        1e-5);
    assertEquals(1, launches(() -> swish.apply(x).sum()));
  }

  @Test
  void backwardIsFusedToo() {
    Tensor x = numbers(DType.FLOAT32, 1000).requiresGrad(true);
    Tensor seed = Tensor.ones(1000);
    device.synchronize();
    Tensor y = SWISH_KERNEL.with(0.7).apply(x.mul(2)).tanh();
    device.synchronize();
    assertEquals(
        1, launches(() -> Autograd.grad(List.of(y), List.of(x), List.of(seed), false, false)));
  }

  @Test
  void takesSeveralInputsThatBroadcastAndPromote() {
    PointwiseKernel mix =
        PointwiseKernel.builder("mix")
            .source(
                """
                PURE real mix_forward(real a, real b, real c, real p) { return a * b + p * c * c; }
                PURE real mix_backward_a(real dy, real a, real b, real c, real p) { return dy * b; }
                PURE real mix_backward_b(real dy, real a, real b, real c, real p) { return dy * a; }
                PURE real mix_backward_c(real dy, real a, real b, real c, real p) {
                  return K(2) * dy * p * c;
                }
                """)
            .inputs(3)
            .parameters(1)
            .cpuTwin(
                v -> v[0] * v[1] + v[3] * v[2] * v[2],
                v -> v[0] * v[2],
                v -> v[0] * v[1],
                v -> 2 * v[0] * v[4] * v[3])
            .register();
    Tensor a = numbers(DType.FLOAT64, 6).reshape(2, 3).requiresGrad(true);
    Tensor b = numbers(DType.FLOAT64, 3).add(0.5).detach().requiresGrad(true);
    Tensor c = Tensor.scalar(0.25).to(DType.FLOAT64).detach().requiresGrad(true);
    PointwiseKernel half = mix.with(0.5);
    assertArrayEquals(
        doubles(a.mul(b).add(c.square().mul(0.5))), doubles(half.apply(a, b, c)), 1e-12);
    assertTrue(half.gradcheck(a, b, c).passed());
    Tensor i = Tensor.arange(3);
    Tensor f = numbers(DType.FLOAT32, 3);
    assertEquals(DType.FLOAT32, half.apply(i, i, i).dtype());
    assertEquals(DType.FLOAT32, half.apply(i, f, Tensor.scalar(2f)).dtype());
    assertEquals(DType.FLOAT32, half.apply(f, i, c).dtype());
    assertEquals(DType.FLOAT64, half.apply(f, i, b).dtype());
    ShapeException apart =
        assertThrows(ShapeException.class, () -> half.apply(a, Tensor.zeros(2), c));
    assertTrue(message(apart).contains("mix"), apart::toString);
  }

  @Test
  void backwardReadsTheResultOrNothing() {
    PointwiseKernel power =
        PointwiseKernel.builder("own_exp")
            .source(
                """
                PURE real own_exp_forward(real x) { return exp(x); }
                PURE real own_exp_backward(real dy, real y) { return dy * y; }
                """)
            .saves(PointwiseKernel.Saves.OUTPUT)
            .cpuTwin(v -> Math.exp(v[0]), v -> v[0] * v[1])
            .register();
    assertTrue(power.gradcheck(Tensor.of(-1.0, 0.5)).passed());
    PointwiseKernel difference =
        PointwiseKernel.builder("difference")
            .source(
                """
                PURE real difference_forward(real a, real b) { return a - b; }
                PURE real difference_backward_a(real dy) { return dy; }
                PURE real difference_backward_b(real dy) { return -dy; }
                """)
            .inputs(2)
            .saves(PointwiseKernel.Saves.NOTHING)
            .cpuTwin(v -> v[0] - v[1], v -> v[0], v -> -v[0])
            .register();
    assertTrue(difference.gradcheck(Tensor.of(-1.0, 0.5), Tensor.of(2.0)).passed());
  }

  @Test
  void secondDerivativesAndForwardModeTakeTheGradientInTensors() {
    PointwiseKernel swish = SWISH_KERNEL.with(1.5);
    Tensor x = Tensor.of(-1.0, 0.5, 2).requiresGrad(true);
    assertTrue(swish.gradcheck(x).passed());
    assertTrue(Gradcheck.gradgradcheck(t -> swish.apply(t), x).passed());
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor y = swish.apply(forward.dual(x.detach(), Tensor.of(1.0, 1, 1)));
      Tensor tangent = forward.tangent(y);
      assertNotNull(tangent);
      Tensor z = composed(x, 1.5);
      double[] expected = doubles(Autograd.grad(List.of(z.sum()), List.of(x)).get(0));
      assertArrayEquals(expected, doubles(tangent), 1e-12);
    }
  }

  private static PointwiseKernel onceDifferentiable(String backward) {
    return PointwiseKernel.builder("triple")
        .source(
            "PURE real triple_forward(real x) { return x * x * x; }\n"
                + "PURE real triple_backward(real dy, real x) { return "
                + backward
                + "; }\n")
        .cpuTwin(
            v -> v[0] * v[0] * v[0], v -> (backward.contains("3") ? 3 : 2) * v[0] * v[1] * v[1])
        .register();
  }

  @Test
  void withoutAGradientInTensorsSecondDerivativesAreRefused() {
    PointwiseKernel triple = onceDifferentiable("K(3) * dy * x * x");
    Tensor x = Tensor.of(-1.0, 0.5, 2).requiresGrad(true);
    assertTrue(triple.gradcheck(x).passed());
    AutogradException refused =
        assertThrows(
            AutogradException.class,
            () -> Autograd.grad(List.of(triple.apply(x).sum()), List.of(x), null, true, true));
    assertTrue(message(refused).contains("triple"), refused::toString);
    assertTrue(message(refused).contains("gradient"), refused::toString);
    try (ForwardMode forward = ForwardMode.open()) {
      Tensor dual = forward.dual(x.detach(), Tensor.of(1.0, 1, 1));
      assertThrows(AutogradException.class, () -> triple.apply(dual));
    }
  }

  @Test
  void gradcheckFindsAWrongBackwardKernel() {
    PointwiseKernel wrong = onceDifferentiable("K(2) * dy * x * x");
    GradcheckException found =
        assertThrows(GradcheckException.class, () -> wrong.gradcheck(Tensor.of(-1.0, 0.5, 2)));
    assertTrue(message(found).contains("0.5"), found::toString);
  }

  /** Two sources with the same helper and macro, one of them with the same name as before. */
  @Test
  void sourcesThatUseTheSameNamesAreFusedAllTheSame() {
    String other =
        SWISH
            .replace("x * logistic(beta * x)", "K(2) * x * logistic(beta * x)")
            .replace("dy * s", "K(2) * dy * s")
            .replace("#define ONE K(1)", "#define ONE (K(0.5) + K(0.5))");
    PointwiseKernel twice =
        PointwiseKernel.builder("swish")
            .source(other)
            .parameters(1)
            .cpuTwin(v -> 2 * v[0] * logistic(v[1] * v[0]), v -> Double.NaN)
            .register();
    Tensor x = numbers(DType.FLOAT32, 50);
    assertEquals(1, launches(() -> twice.with(1).apply(SWISH_KERNEL.with(0.5).apply(x).sigmoid())));
    assertArrayEquals(
        doubles(composed(composed(x, 0.5).sigmoid(), 1).mul(2)),
        doubles(twice.with(1).apply(SWISH_KERNEL.with(0.5).apply(x).sigmoid())),
        1e-5);
  }

  @Test
  void oneFileMayHoldSeveralOperations(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("pair.cl");
    Files.writeString(
        file,
        """
        PURE real half(real x) { return x / K(2); }
        PURE real first_forward(real x) { return half(x); }
        PURE real first_backward(real dy) { return half(dy); }
        PURE real second_forward(real x) { return half(x) + K(1); }
        PURE real second_backward(real dy) { return half(dy); }
        """);
    PointwiseKernel first = halving("first", file, 0);
    PointwiseKernel second = halving("second", file, 1);
    Tensor x = numbers(DType.FLOAT32, 50);
    assertEquals(1, launches(() -> second.apply(first.apply(x))));
    assertArrayEquals(doubles(x.div(4).add(1)), doubles(second.apply(first.apply(x))), 1e-6);
  }

  private static PointwiseKernel halving(String name, Path file, double more) {
    return PointwiseKernel.builder(name)
        .source(file)
        .saves(PointwiseKernel.Saves.NOTHING)
        .cpuTwin(v -> v[0] / 2 + more, v -> v[0] / 2)
        .register();
  }

  @Test
  void comesFromAFileOrAResource(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("swish.cl");
    Files.writeString(file, SWISH.replace("\n", "\r\n"));
    PointwiseKernel.Builder builder =
        PointwiseKernel.builder("swish")
            .parameters(1)
            .cpuTwin(v -> v[0] * logistic(v[1] * v[0]), v -> Double.NaN);
    Tensor x = Tensor.of(0.5);
    double expected = 0.5 * logistic(0.5);
    assertEquals(expected, builder.source(file).register().with(1).apply(x).item(), 1e-12);
    PointwiseKernel resource = builder.source(PointwiseKernelTest.class, "swish.cl").register();
    assertEquals(expected, resource.with(1).apply(x).item(), 1e-12);
    assertThrows(KernelBuildException.class, () -> builder.source(folder.resolve("no.cl")));
    assertThrows(
        KernelBuildException.class, () -> builder.source(PointwiseKernelTest.class, "no.cl"));
  }

  @Test
  void withoutATwinItRefusesTheCpuAndSaysHowToGiveOne() {
    PointwiseKernel swish =
        PointwiseKernel.builder("swish").source(SWISH).parameters(1).register(Device.of("cpu"));
    Tensor x = Tensor.of(1f).to(Device.of("cpu"));
    DeviceException refused = assertThrows(DeviceException.class, () -> swish.with(1).apply(x));
    assertTrue(message(refused).contains("swish"), refused::toString);
    assertTrue(message(refused).contains("cpuTwin"), refused::toString);
    assertTrue(message(refused).contains("to(Device.of(\"opencl\"))"), refused::toString);
  }

  @Test
  void refusesOtherNumbersOfTensorsAndParameters() {
    Tensor x = Tensor.of(1f);
    String tensors =
        message(assertThrows(ClgradException.class, () -> SWISH_KERNEL.with(1).apply(x, x)));
    assertEquals("swish: got 2 tensors; it takes 1", tensors);
    assertThrows(ClgradException.class, () -> SWISH_KERNEL.with(1, 2));
    String missing = message(assertThrows(ClgradException.class, () -> SWISH_KERNEL.apply(x)));
    assertTrue(missing.contains("swish.with(1.5).apply(x)"), missing);
  }

  static String message(@Nullable Throwable thrown) {
    assertNotNull(thrown);
    return String.valueOf(thrown.getMessage());
  }
}
