package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Compares variants with the reference kernel, on sizes that no tile divides and on some that
 * vectors do, one matrix and a batch, with operands that lie along rows or columns. The elements
 * are random, of either sign and of magnitudes from 1/8 to 16: none can stand for another.
 */
final class MatrixProductCheck {
  /** Adds the tasks of a product; tests put in one that is wrong. */
  interface Product {
    void add(Variable a, Variable b, Variable y, Shape batch, KernelVariant variant);
  }

  private static final long SEED = 17;

  /** Batches, m, n, k. */
  private static final int[][] SIZES = {{1, 397, 523, 531}, {1, 264, 328, 136}, {3, 61, 45, 70}};

  private final Scheduler scheduler;
  private final Product product;
  private final DType dtype;
  private final boolean units;
  private final List<Case> cases = new ArrayList<>();

  /**
   * A problem with its solution.
   *
   * @param bound the sum of the products' magnitudes, to which an error is compared
   */
  private record Case(int[] sizes, double[] a, double[] b, double[] y, double[] bound) {}

  /**
   * A comparison for products of a type.
   *
   * @param units whether matrix units compute them: then the elements are numbers that float16,
   *     bfloat16 and TF32 can all hold, and each of these is compared
   */
  MatrixProductCheck(Scheduler scheduler, Product product, DType dtype, boolean units) {
    this.scheduler = scheduler;
    this.product = product;
    this.dtype = dtype;
    this.units = units;
  }

  /**
   * Why a variant must not be used; null if it computes what the reference does.
   *
   * @param all whether operands lie in every order, rather than along rows alone, and are of every
   *     type that matrix units take
   */
  @Nullable String failure(KernelVariant v, boolean all) {
    prepare();
    try {
      for (Case each : cases) {
        for (int order = 0; order < (all ? 4 : 1); order++) {
          for (DType stored : stored(all)) {
            double[] y = compute(each, v, each.a, each.b, order, stored);
            String wrong = difference(each, y);
            if (wrong != null) {
              return "it is wrong: " + wrong + where(each.sizes, order, stored);
            }
          }
        }
      }
      return null;
    } catch (RuntimeException e) {
      // Whatever stops a kernel, a driver's failure above all, stops this candidate alone.
      return "it does not run: " + reason(e);
    }
  }

  /** The first line of what an exception says. */
  static String reason(RuntimeException e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.strip().lines().findFirst().orElse("");
  }

  private List<DType> stored(boolean all) {
    return units && all ? List.of(dtype, DType.FLOAT16, DType.BFLOAT16) : List.of(dtype);
  }

  private static String where(int[] sizes, int order, DType stored) {
    return " for "
        + (sizes[0] > 1 ? sizes[0] + " products " : "")
        + sizes[1]
        + " x "
        + sizes[3]
        + (order % 2 == 1 ? " (transposed)" : "")
        + " times "
        + sizes[3]
        + " x "
        + sizes[2]
        + (order / 2 == 1 ? " (transposed)" : "")
        + " of "
        + stored;
  }

  /** The first element that is off by more than sums in any order may be; null if none is. */
  private @Nullable String difference(Case c, double[] y) {
    double unit = dtype == DType.FLOAT64 ? 0x1p-53 : units ? 0x1p-22 : 0x1p-24;
    double tolerance = 2 * c.sizes[3] * unit;
    for (int i = 0; i < y.length; i++) {
      // Written so that NaN is a difference.
      if (!(Math.abs(y[i] - c.y[i]) <= tolerance * c.bound[i])) {
        return y[i] + " instead of " + c.y[i] + " at element " + i;
      }
    }
    return null;
  }

  private void prepare() {
    if (!cases.isEmpty()) {
      return;
    }
    Random random = new Random(SEED);
    for (int[] sizes : SIZES) {
      double[] a = elements(random, sizes[0] * sizes[1] * sizes[3]);
      double[] b = elements(random, sizes[0] * sizes[3] * sizes[2]);
      Case open = new Case(sizes, a, b, new double[0], new double[0]);
      double[] y = compute(open, MatrixProductKernels.FORWARD, a, b, 0, dtype);
      double[] bound =
          compute(open, MatrixProductKernels.FORWARD, magnitudes(a), magnitudes(b), 0, dtype);
      cases.add(new Case(sizes, a, b, y, bound));
    }
  }

  private double[] elements(Random random, int count) {
    double[] elements = new double[count];
    for (int i = 0; i < count; i++) {
      double significand = 1 + random.nextInt(128) / 128.0;
      double fine = units ? significand : significand + (float) (random.nextDouble() / 128);
      double value = Math.scalb(fine, random.nextInt(7) - 3);
      elements[i] = (float) (random.nextBoolean() ? value : -value);
    }
    return elements;
  }

  private static double[] magnitudes(double[] x) {
    return Arrays.stream(x).map(Math::abs).toArray();
  }

  /** A product read back; `order` says which operands are stored as their transposes. */
  private double[] compute(
      Case c, KernelVariant v, double[] a, double[] b, int order, DType stored) {
    int[] sizes = c.sizes;
    List<Variable> made = new ArrayList<>();
    try {
      Variable left = operand(a, sizes[0], sizes[1], sizes[3], order % 2 == 1, stored, made);
      Variable right = operand(b, sizes[0], sizes[3], sizes[2], order / 2 == 1, stored, made);
      boolean one = sizes[0] == 1;
      Shape shape = one ? Shape.of(sizes[1], sizes[2]) : Shape.of(sizes[0], sizes[1], sizes[2]);
      Variable y = made(scheduler, dtype, shape, made);
      Shape batch = one ? Shape.SCALAR : Shape.of(sizes[0]);
      if (v.equals(MatrixProductKernels.FORWARD)) {
        MatrixProduct.add("matmul", left, right, y, batch, v);
      } else {
        product.add(left, right, y, batch, v);
      }
      return read(y);
    } finally {
      release(scheduler, made);
    }
  }

  private Variable operand(
      double[] elements,
      int batches,
      int rows,
      int columns,
      boolean transposed,
      DType stored,
      List<Variable> made) {
    double[] lying = transposed ? transposed(elements, batches, rows, columns) : elements;
    int down = transposed ? columns : rows;
    int across = transposed ? rows : columns;
    Shape shape = batches == 1 ? Shape.of(down, across) : Shape.of(batches, down, across);
    Variable x = made(scheduler, dtype, shape, made);
    scheduler.write(x.value(), host(lying));
    if (stored != dtype) {
      x = Cast.to(x, stored);
      made.add(x);
    }
    int rank = x.rank();
    return transposed ? new Variable(x.storage(), x.layout().transpose(rank - 2, rank - 1)) : x;
  }

  private static double[] transposed(double[] x, int batches, int rows, int columns) {
    double[] turned = new double[x.length];
    for (int p = 0; p < batches; p++) {
      int base = p * rows * columns;
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          turned[base + j * rows + i] = x[base + i * columns + j];
        }
      }
    }
    return turned;
  }

  private Object host(double[] elements) {
    if (dtype == DType.FLOAT64) {
      return elements;
    }
    float[] floats = new float[elements.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) elements[i];
    }
    return floats;
  }

  private double[] read(Variable y) {
    int length = Math.toIntExact(y.shape().numel());
    double[] doubles = new double[length];
    if (dtype == DType.FLOAT64) {
      scheduler.read("matmul", y.value(), doubles);
      return doubles;
    }
    float[] floats = new float[length];
    scheduler.read("matmul", y.value(), floats);
    for (int i = 0; i < length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  /** A new contiguous variable, noted to be released. */
  static Variable made(Scheduler scheduler, DType dtype, Shape shape, List<Variable> made) {
    Variable x =
        new Variable(scheduler.newStorage("matmul", dtype, shape), Layout.contiguous(shape));
    made.add(x);
    return x;
  }

  /** Gives variables back; what failed and is still pending is of no use to anybody then. */
  static void release(Scheduler scheduler, List<Variable> made) {
    made.forEach(x -> x.storage().close());
    scheduler.flush();
  }
}
