package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Clgrad;
import dev.clgrad.DType;
import dev.clgrad.MatmulPrecision;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Less exact matrix products, and matrix units on 16-bit numbers as they lie in memory. */
class MatrixUnitsTest {
  private final Random random = new Random(5);

  @AfterEach
  void exactAgain() {
    Clgrad.setMatmulPrecision(MatmulPrecision.HIGHEST);
  }

  private float[] normal(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Rounding both operands to 10 bits errs by 2^-11 of each, in all directions. */
  @ParameterizedTest
  @CsvSource({"FLOAT32, 2e-3", "FLOAT16, 2e-2", "BFLOAT16, 2e-1"})
  void lessExactProductsAreNearTheExactOnes(DType dtype, float tolerance) {
    Tensor a = Tensor.of(normal(70 * 50), 70, 50).to(dtype).requiresGrad(true);
    Tensor b = Tensor.of(normal(50 * 66), 50, 66).to(dtype);
    float[] exact = a.matmul(b).to(DType.FLOAT32).toFloatArray();
    assertEquals(MatmulPrecision.HIGHEST, Clgrad.matmulPrecision());
    Clgrad.setMatmulPrecision(MatmulPrecision.HIGH);
    assertEquals(MatmulPrecision.HIGH, Clgrad.matmulPrecision());
    Tensor y = a.matmul(b);
    assertArrayEquals(exact, y.to(DType.FLOAT32).toFloatArray(), 10 * tolerance);
    y.sum().backward();
    Clgrad.setMatmulPrecision(MatmulPrecision.HIGHEST);
    float[] row = b.to(DType.FLOAT32).sum(new int[] {1}, false).toFloatArray();
    float[] gradient = a.grad().to(DType.FLOAT32).toFloatArray();
    for (int i = 0; i < gradient.length; i++) {
      assertEquals(row[i % 50], gradient[i], 20 * tolerance, "gradient " + i);
    }
  }

  /** Compilers that know no units make single multiplications of the same tiles. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "units TILE_M=32 TILE_N=32 WARP_M=16 WARP_N=16 STAGES=2",
        "subgroups TILE_M=32 TILE_N=32 WARP_M=16 WARP_N=32",
        "subgroups TILE_M=16 TILE_N=32 WARP_M=8 WARP_N=16 DEPTH=16 GROUPS=64"
      })
  @Tag("opencl")
  void unitsReadSixteenBitNumbersInEveryOrder(String variant) {
    check(KernelVariant.parse(variant), 37, 41, 70);
  }

  void check(KernelVariant units, int m, int n, int k) {
    Scheduler scheduler = new Scheduler(Selection.open("opencl").backend());
    for (DType dtype : new DType[] {DType.FLOAT16, DType.BFLOAT16}) {
      for (int order = 0; order < 4; order++) {
        boolean columnsA = order % 2 == 1;
        boolean columnsB = order / 2 == 1;
        Variable a = rounded(scheduler, normal(m * k), dtype, columnsA ? k : m, columnsA ? m : k);
        Variable b = rounded(scheduler, normal(k * n), dtype, columnsB ? n : k, columnsB ? k : n);
        float[] left = read(scheduler, a);
        float[] right = read(scheduler, b);
        double[] expected = new double[m * n];
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            for (int l = 0; l < k; l++) {
              expected[i * n + j] +=
                  (double) left[columnsA ? l * m + i : i * k + l]
                      * right[columnsB ? j * k + l : l * n + j];
            }
          }
        }
        Shape shape = Shape.of(m, n);
        Variable y =
            new Variable(
                scheduler.newStorage("matmul", DType.FLOAT32, shape), Layout.contiguous(shape));
        MatrixProduct.add(
            "matmul",
            columnsA ? Transpose.of(a, 0, 1) : a,
            columnsB ? Transpose.of(b, 0, 1) : b,
            y,
            Shape.SCALAR,
            units);
        float[] out = new float[m * n];
        scheduler.read("test", y.value(), out);
        for (int i = 0; i < out.length; i++) {
          assertEquals(expected[i], out[i], 2e-5, dtype + " in order " + order + " at " + i);
        }
      }
    }
  }

  /** The trial that lets a GPU's units in, with a compiler that knows none. */
  @ParameterizedTest
  @CsvSource({"WARPS, TF32", "WARPS, BF16", "SUB_GROUPS, F16", "SUB_GROUPS, BF16"})
  @Tag("opencl")
  void theTrialOfUnitsFindsWhatTheyCompute(MatrixUnits.Kind kind, String unit) {
    Backend backend = Selection.open("opencl").backend();
    assertNull(MatrixUnits.tried(backend, kind, unit, ""));
  }

  @Test
  @Tag("opencl")
  void unitsThatTheCompilerDoesNotKnowAreNotUsed() {
    Backend backend = Selection.open("opencl").backend();
    String failure =
        MatrixUnits.tried(backend, MatrixUnits.Kind.SUB_GROUPS, "F16", " -DNEEDS_UNITS=1");
    assertTrue(
        failure != null && failure.contains("cl_intel_subgroup_matrix_multiply_accumulate"),
        failure);
  }

  private static Variable rounded(
      Scheduler scheduler, float[] data, DType dtype, int rows, int columns) {
    Shape shape = Shape.of(rows, columns);
    Variable x =
        new Variable(scheduler.newStorage("test", DType.FLOAT32, shape), Layout.contiguous(shape));
    scheduler.write(x.value(), data);
    return Cast.to(x, dtype);
  }

  private static float[] read(Scheduler scheduler, Variable x) {
    float[] out = new float[(int) x.shape().numel()];
    scheduler.read("test", Cast.to(x, DType.FLOAT32).value(), out);
    return out;
  }
}
