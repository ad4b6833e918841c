package dev.clgrad;

import static dev.clgrad.KernelParameter.input;
import static dev.clgrad.KernelParameter.local;
import static dev.clgrad.KernelParameter.output;
import static dev.clgrad.KernelParameter.scalar;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.backend.TwinCall;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kernels of a program's own: launches, a differentiable operation of two, and what is refused. */
class KernelProgramTest {
  private static final String ROWS =
      """
      // Softmax of each row: y = exp(x - max) / sum;  dx = y (dy - sum of dy y).  A work-item a row.
      __kernel void rows_forward(__global const ELEM* x, const ulong x_offset, __global ELEM* y,
                                 const ulong y_offset, const long rows, const int n) {
        const size_t row = get_global_id(0);
        if (row >= rows) return;
        x += x_offset + row * n;
        y += y_offset + row * n;
        ELEM most = x[0];
        for (int i = 1; i < n; i++) most = max(most, x[i]);
        ELEM sum = 0;
        for (int i = 0; i < n; i++) sum += y[i] = exp(x[i] - most);
        for (int i = 0; i < n; i++) y[i] /= sum;
      }
      __kernel void rows_backward(__global const ELEM* dy, const ulong dy_offset,
                                  __global const ELEM* y, const ulong y_offset, __global ELEM* dx,
                                  const ulong dx_offset, const ELEM factor, const long rows, const int n) {
        const size_t row = get_global_id(0);
        if (row >= rows) return;
        ELEM sum = 0;
        for (int i = 0; i < n; i++) sum += dy[dy_offset + row * n + i] * y[y_offset + row * n + i];
        for (int i = 0; i < n; i++) {
          const size_t at = row * n + i;
          dx[dx_offset + at] = factor * y[y_offset + at] * (dy[dy_offset + at] - sum);
        }
      }
      """;

  private static final KernelProgram PROGRAM =
      described()
          .cpuTwin("rows_forward", KernelProgramTest::forwardTwin)
          .cpuTwin("rows_backward", KernelProgramTest::backwardTwin)
          .register();

  private static KernelProgram.Builder described() {
    return KernelProgram.builder("rows")
        .source(ROWS)
        .kernel(
            "rows_forward",
            input("x"),
            output("y"),
            scalar("rows", DType.INT64),
            scalar("n", DType.INT32))
        .kernel(
            "rows_backward",
            input("dy"),
            input("y"),
            output("dx"),
            scalar("factor"),
            scalar("rows", DType.INT64),
            scalar("n", DType.INT32));
  }

  private static double get(TwinCall call, int arg, int at) {
    int i = call.offset(arg) + at;
    return call.dtype(arg) == DType.FLOAT32 ? call.floats(arg)[i] : call.doubles(arg)[i];
  }

  private static void set(TwinCall call, int arg, int at, double value) {
    int i = call.offset(arg) + at;
    if (call.dtype(arg) == DType.FLOAT32) {
      call.floats(arg)[i] = (float) value;
    } else {
      call.doubles(arg)[i] = value;
    }
  }

  private static void forwardTwin(TwinCall call) {
    int n = (int) call.integer(3);
    for (int row = 0; row < call.integer(2); row++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        most = Math.max(most, get(call, 0, row * n + i));
      }
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += Math.exp(get(call, 0, row * n + i) - most);
      }
      for (int i = 0; i < n; i++) {
        set(call, 1, row * n + i, Math.exp(get(call, 0, row * n + i) - most) / sum);
      }
    }
  }

  private static void backwardTwin(TwinCall call) {
    int n = (int) call.integer(5);
    for (int row = 0; row < call.integer(4); row++) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += get(call, 0, row * n + i) * get(call, 1, row * n + i);
      }
      for (int i = 0; i < n; i++) {
        int at = row * n + i;
        set(call, 2, at, call.real(3) * get(call, 1, at) * (get(call, 0, at) - sum));
      }
    }
  }

  /** Softmax of rows by both kernels. */
  private static final class RowSoftmax extends AutogradFunction {
    private final double factor;

    RowSoftmax(double factor) {
      this.factor = factor;
    }

    @Override
    protected List<Tensor> forward(Context context, List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      long rows = x.shape().size(0);
      Tensor y =
          PROGRAM
              .call("rows_forward")
              .input(x)
              .output(x.shape())
              .scalar(rows)
              .scalar(x.shape().size(1))
              .launch(rows)
              .get(0);
      context.save(y);
      return List.of(y);
    }

    @Override
    protected List<? extends @Nullable Tensor> backward(
        Context context, List<@Nullable Tensor> gradients) {
      Tensor dy = gradients.get(0);
      assertNotNull(dy);
      Tensor y = context.saved(0);
      long rows = y.shape().size(0);
      return PROGRAM
          .call("rows_backward")
          .input(dy)
          .input(y)
          .output(y.shape())
          .scalar(factor)
          .scalar(rows)
          .scalar(y.shape().size(1))
          .launch(new long[] {rows}, new long[] {1});
    }

    @Override
    protected boolean isOnceDifferentiable() {
      return true;
    }
  }

  private static Tensor numbers() {
    return Tensor.of(new double[][] {{0.5, -1, 2}, {1.5, 0.25, -0.75}});
  }

  @Test
  void aPairOfKernelsIsADifferentiableOperation() {
    Tensor x = numbers().requiresGrad(true);
    assertArrayEquals(
        x.softmax(1).flatten().toDoubleArray(),
        new RowSoftmax(1).apply(x).flatten().toDoubleArray(),
        1e-12);
    assertTrue(Gradcheck.gradcheck(t -> new RowSoftmax(1).apply(t.mul(2)).square(), x).passed());
    // Another number of rows with the kernel that is there, in float32, of what is no row-major
    // order.
    Tensor t = numbers().to(DType.FLOAT32).transpose(0, 1).requiresGrad(true);
    Tensor other = t.detach().requiresGrad(true);
    Tensor weights = Tensor.of(new float[] {1, -2});
    new RowSoftmax(1).apply(t).mul(weights).sum().backward();
    other.softmax(1).mul(weights).sum().backward();
    Tensor expected = other.grad();
    Tensor found = t.grad();
    assertNotNull(expected);
    assertNotNull(found);
    assertArrayEquals(expected.flatten().toFloatArray(), found.flatten().toFloatArray(), 1e-6f);
  }

  /** Both kinds of kernels of one's own, in a step that is repeated without being recorded. */
  @Test
  void capturedStepsRepeatThem() {
    PointwiseKernel shifted =
        PointwiseKernel.builder("shifted")
            .source(
                """
                PURE real shifted_forward(real x, real by) { return (x + by) * (x + by); }
                PURE real shifted_backward(real dy, real x, real by) { return K(2) * dy * (x + by); }
                """)
            .parameters(1)
            .cpuTwin(v -> (v[0] + v[1]) * (v[0] + v[1]), v -> 2 * v[0] * (v[1] + v[2]))
            .register();
    RowSoftmax softmax = new RowSoftmax(1);
    CapturedStep step =
        CapturedStep.of((x, t) -> softmax.apply(shifted.with(0.5).apply(x)).mul(t).sum());
    for (int i = 0; i < 6; i++) {
      Tensor x = numbers().add(0.1 * i);
      Tensor t = numbers().sub(0.2 * i);
      double expected = x.add(0.5).square().softmax(1).mul(t).sum().item();
      assertEquals(expected, step.run(x, t).item(), 1e-12);
    }
    assertTrue(step.replays() > 0);
  }

  @Test
  void gradcheckFindsAWrongBackwardKernel() {
    assertThrows(
        GradcheckException.class,
        () -> Gradcheck.gradcheck(t -> new RowSoftmax(1.1).apply(t), numbers().requiresGrad(true)));
  }

  @Test
  void secondDerivativesOfIt() {
    Tensor x = numbers().requiresGrad(true);
    Tensor first =
        Autograd.grad(
                List.of(new RowSoftmax(1).apply(x).square().sum()), List.of(x), null, true, true)
            .get(0);
    assertThrows(AutogradException.class, () -> first.sum().backward());
  }

  private static KernelCall forward(Tensor x) {
    return PROGRAM.call("rows_forward").input(x).output(2, 3);
  }

  private static void refuses(Class<? extends ClgradException> type, Runnable call, String part) {
    ClgradException refused = assertThrows(type, call::run);
    assertTrue(String.valueOf(refused.getMessage()).contains(part), refused::toString);
  }

  @Test
  void wrongArgumentsAndSizesAreRefusedBeforeAnythingIsLaunched() {
    Tensor x = numbers();
    Tensor integers = x.to(DType.INT32);
    Tensor floats = x.to(DType.FLOAT32);
    x.device().synchronize();
    long before = x.device().counters().launches();
    refuses(ClgradException.class, () -> PROGRAM.call("rows"), "rows_forward, rows_backward");
    refuses(ClgradException.class, () -> PROGRAM.call("rows_forward").scalar(1), "x, which is an");
    refuses(ClgradException.class, () -> forward(x).input(x), "rows, which is a scalar");
    refuses(ClgradException.class, () -> forward(x).launch(2), "rows is next of 4");
    refuses(ClgradException.class, () -> forward(x).scalar(2.5), "int64 and cannot be 2.5");
    refuses(ClgradException.class, () -> forward(x).scalar(2).scalar(1L << 40), "int32 and cannot");
    KernelCall whole = forward(x).scalar(2).scalar(3);
    refuses(ClgradException.class, () -> whole.scalar(1), "too many");
    for (long[][] sizes :
        new long[][][] {
          {{3}, {2}}, {{0}, {1}}, {{2, 2}, {1}}, {{}, {}}, {{1, 1, 1, 1}, {1, 1, 1, 1}}
        }) {
      refuses(ClgradException.class, () -> whole.launch(sizes[0], sizes[1]), "cannot run with");
    }
    refuses(DTypeException.class, () -> forward(integers), "x cannot be of int32");
    refuses(
        DTypeException.class,
        () -> PROGRAM.call("rows_backward").input(x).input(floats),
        "float64");
    refuses(DTypeException.class, () -> whole.type(DType.FLOAT32), "ELEM is of float32");
    Tensor leaf = numbers().requiresGrad(true);
    refuses(
        AutogradException.class,
        () -> forward(leaf).scalar(2).scalar(3).launch(2),
        "AutogradFunction");
    x.device().synchronize();
    assertEquals(before, x.device().counters().launches());
  }

  @Test
  void withoutATwinItRefusesTheCpuAndSaysHowToGiveOne() {
    KernelProgram program = described().register(Device.of("cpu"));
    Tensor x = numbers().to(Device.of("cpu"));
    refuses(
        DeviceException.class,
        () -> program.call("rows_forward").input(x).output(2, 3).scalar(2).scalar(3).launch(2),
        "cpuTwin");
  }

  @Test
  void descriptionsMustBeWhole() {
    Device cpu = Device.of("cpu");
    refuses(KernelBuildException.class, () -> KernelProgram.builder("a b"), "no identifier");
    refuses(
        KernelBuildException.class,
        () -> KernelProgram.builder("p").source(ROWS).register(cpu),
        "no kernels");
    refuses(
        KernelBuildException.class,
        () -> KernelProgram.builder("p").kernel("k").register(cpu),
        "no source");
    refuses(
        KernelBuildException.class,
        () -> described().kernel("rows_sideways").register(cpu),
        "has no kernel rows_sideways");
    refuses(KernelBuildException.class, () -> described().kernel("rows_forward"), "twice");
    refuses(
        KernelBuildException.class,
        () -> described().cpuTwin("other", call -> {}).register(cpu),
        "none of the kernels");
    refuses(DTypeException.class, () -> input("x", DType.FLOAT16), "float16");
    refuses(DTypeException.class, () -> scalar("x", DType.BOOL), "bool");
    refuses(DTypeException.class, () -> described().types(DType.BFLOAT16), "bfloat16");
  }

  private static void refusesKernel(String parameters, String part, KernelParameter... described) {
    refuses(
        KernelBuildException.class,
        () ->
            KernelProgram.builder("p")
                .source("\n__kernel void k(" + parameters + ") {\n}\n")
                .types(DType.FLOAT32)
                .kernel("k", described)
                .register(Device.of("opencl")),
        part);
  }

  @Tag("opencl")
  @Test
  void parametersAreComparedWithTheDescription() {
    refusesKernel("__global const float* x", "has 1 parameters", input("x"));
    refusesKernel("__global const float* x, ulong o, int n", "has 3 parameters", input("x"));
    refusesKernel(
        "__global const int* x, ulong o", "(x) is __global int*; the description", input("x"));
    refusesKernel("__local const float* x, ulong o", "(x) is __local", input("x"));
    refusesKernel("__global float* x, ulong o", "lacks const", input("x"));
    refusesKernel("__global const float* y, ulong o", "it is const", output("y"));
    refusesKernel("__global float* y, uint o", "parameter 2 (o) is uint", output("y"));
    refusesKernel(
        "float a", "(a) is float; the description stands for const int", scalar("a", DType.INT32));
    refusesKernel("unknown a", "p.cl:2", scalar("a"));
  }

  @Tag("opencl")
  @Test
  void groupsShareLocalMemory() {
    KernelProgram reverse =
        KernelProgram.builder("reverse")
            .source(
                """
                __kernel __attribute__((reqd_work_group_size(4, 1, 1)))
                void reverse(__global const ELEM* x, ulong x_offset, __global int* y, ulong y_offset,
                             __local ELEM* tile) {
                  const size_t i = get_local_id(0);
                  tile[i] = x[x_offset + get_global_id(0)];
                  barrier(CLK_LOCAL_MEM_FENCE);
                  y[y_offset + get_global_id(0)] = (int)tile[get_local_size(0) - 1 - i];
                }
                """)
            .kernel("reverse", input("x"), output("y", DType.INT32), local("tile"))
            .types(DType.FLOAT32)
            .register(Device.of("opencl"));
    Tensor x = Tensor.arange(8).to(DType.FLOAT32).to(Device.of("opencl"));
    KernelCall call = reverse.call("reverse").input(x).output(8).local(4);
    Tensor y = call.launch(new long[] {8}, new long[] {4}).get(0);
    assertArrayEquals(new int[] {3, 2, 1, 0, 7, 6, 5, 4}, y.toIntArray());
    refuses(
        ClgradException.class, () -> call.launch(new long[] {8}, new long[] {2}), "demands groups");
    refuses(
        ClgradException.class,
        () -> call.launch(new long[] {1 << 20}, new long[] {1 << 20}),
        "groups of at most");
  }
}
