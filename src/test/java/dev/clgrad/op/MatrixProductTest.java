package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every matrix product kernel that a device's vectors allow, whether it would be chosen there or
 * not.
 */
class MatrixProductTest {
  private static Scheduler scheduler;

  private final Random random = new Random(11);

  @BeforeAll
  static void open() {
    scheduler = new Scheduler(Selection.open(Selection.configuredPolicy()).backend());
  }

  /** Those with explicit vectors exist for devices that have them alone. */
  static List<KernelVariant> variants() {
    return variants(scheduler.backend().limits().cpuType());
  }

  /** Those of GPUs, and also those with explicit vectors. */
  static List<KernelVariant> variants(boolean vectors) {
    List<String> variants = new ArrayList<>();
    variants.add("forward");
    variants.add("tiles TILE_M=32 TILE_N=32 DEPTH=16 ITEM_M=4 ITEM_N=4");
    // Parts of k that are added up afterwards.
    variants.add("tiles TILE_M=32 TILE_N=64 DEPTH=8 ITEM_M=4 ITEM_N=8 GROUPS=64");
    variants.add("group_dots ROWS=1");
    variants.add("group_dots ROWS=4");
    variants.add("group_columns ROWS=1");
    variants.add("group_columns ROWS=4");
    if (!scheduler.backend().runsTwins()) {
      // Their way through local memory, with ordinary products where there are no matrix units.
      variants.add("units TILE_M=64 TILE_N=64 WARP_M=32 WARP_N=32 STAGES=2");
      variants.add("units TILE_M=32 TILE_N=64 WARP_M=32 WARP_N=32 STAGES=3 GROUPS=64");
    }
    if (vectors) {
      variants.add("dots ROWS=1 DOT_COLUMNS=4");
      variants.add("dots ROWS=4 DOT_COLUMNS=2");
      variants.add("columns ROWS=1");
      variants.add("columns ROWS=4");
      variants.add("blocks ROWS=6 VECTORS=2 DEPTH=32 BLOCK_ROWS=24 BLOCK_COLUMNS=64");
      variants.add("blocks ROWS=12 VECTORS=2 DEPTH=256 BLOCK_ROWS=96 BLOCK_COLUMNS=128");
      variants.add("panels ROWS=6 VECTORS=2 DEPTH=32 BLOCK_ROWS=24 BLOCK_COLUMNS=64");
      variants.add("panels ROWS=4 VECTORS=3 DEPTH=64 BLOCK_ROWS=48 BLOCK_COLUMNS=96");
    }
    return variants.stream().map(KernelVariant::parse).toList();
  }

  static int[] sizes(int m, int k, int n) {
    return new int[] {m, k, n};
  }

  @ParameterizedTest
  @MethodSource("variants")
  void computesTheProduct(KernelVariant variant) {
    int[][] problems = {
      sizes(1, 1, 1),
      sizes(3, 5, 7),
      sizes(8, 64, 32),
      sizes(9, 65, 33),
      sizes(70, 130, 65),
      sizes(64, 16, 64),
      sizes(1, 300, 50),
      sizes(129, 17, 31),
      sizes(200, 70, 1)
    };
    check(variant, problems);
  }

  /** Large products of few rows get tiles of a height that divides them better: 9 or 5 for 25. */
  @Test
  void tilesFitTheRows() {
    for (KernelVariant variant : variants()) {
      if (variant.get("ROWS", 0) >= 6 && variant.get("BLOCK_ROWS", 0) > 0) {
        check(variant, sizes(25, 200, 150));
      }
    }
  }

  /** All of the problems, with operands in each order that the variant takes. */
  void check(KernelVariant variant, int[]... problems) {
    boolean units = variant.kernel().equals("units");
    for (DType dtype : units ? List.of(DType.FLOAT32) : List.of(DType.FLOAT32, DType.FLOAT64)) {
      for (int[] p : problems) {
        // Dots want their operands side by side along k. Columns want the rows of b so; a product
        // with one column is turned round, and then they are the columns of a.
        switch (variant.kernel()) {
          case "dots" -> check(variant, dtype, p[0], p[1], p[2], false, true);
          case "columns" -> check(variant, dtype, p[0], p[1], p[2], p[2] == 1, false);
          default -> {
            for (boolean columnsOfA : new boolean[] {false, true}) {
              check(variant, dtype, p[0], p[1], p[2], columnsOfA, false);
              check(variant, dtype, p[0], p[1], p[2], columnsOfA, true);
            }
          }
        }
      }
    }
  }

  /** Batches (2, 3): a is repeated over the first dimension and b over the second. */
  private void check(
      KernelVariant variant,
      DType dtype,
      int m,
      int k,
      int n,
      boolean columnsOfA,
      boolean columnsOfB) {
    double[] a = new double[3 * m * k];
    double[] b = new double[2 * k * n];
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) (random.nextDouble() - 0.5);
    }
    for (int i = 0; i < b.length; i++) {
      b[i] = (float) (random.nextDouble() - 0.5);
    }
    double[] expected = new double[6 * m * n];
    for (int p = 0; p < 6; p++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int l = 0; l < k; l++) {
            double left = a[p % 3 * m * k + (columnsOfA ? l * m + i : i * k + l)];
            double right = b[p / 3 * k * n + (columnsOfB ? j * k + l : l * n + j)];
            sum += left * right;
          }
          expected[(p * m + i) * n + j] = sum;
        }
      }
    }
    Variable x = variable(dtype, a, columnsOfA ? Shape.of(1, 3, k, m) : Shape.of(1, 3, m, k));
    Variable z = variable(dtype, b, columnsOfB ? Shape.of(2, 1, n, k) : Shape.of(2, 1, k, n));
    Variable left = columnsOfA ? Transpose.of(x, 2, 3) : x;
    Variable right = columnsOfB ? Transpose.of(z, 2, 3) : z;
    Shape shape = Shape.of(2, 3, m, n);
    Variable y =
        new Variable(scheduler.newStorage("matmul", dtype, shape), Layout.contiguous(shape));
    MatrixProduct.add("matmul", left, right, y, Shape.of(2, 3), variant);
    String what = variant + " " + dtype + " " + m + " " + k + " " + n;
    if (dtype == DType.FLOAT32) {
      float[] out = new float[expected.length];
      scheduler.read("test", y.value(), out);
      float[] want = new float[expected.length];
      for (int i = 0; i < want.length; i++) {
        want[i] = (float) expected[i];
      }
      assertArrayEquals(want, out, 2e-5f, what);
    } else {
      double[] out = new double[expected.length];
      scheduler.read("test", y.value(), out);
      assertArrayEquals(expected, out, 1e-12, what);
    }
  }

  private static Variable variable(DType dtype, double[] data, Shape shape) {
    Variable x = new Variable(scheduler.newStorage("test", dtype, shape), Layout.contiguous(shape));
    Object array = data;
    if (dtype == DType.FLOAT32) {
      float[] floats = new float[data.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) data[i];
      }
      array = floats;
    }
    scheduler.write(x.value(), array);
    return x;
  }
}
