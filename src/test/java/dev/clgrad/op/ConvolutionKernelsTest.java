package dev.clgrad.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Selection;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every convolution kernel on every device, whether it would be chosen there or not. */
class ConvolutionKernelsTest {
  /** Multiplications of a random problem at most. */
  private static final long MOST_WORK = 400_000;

  private static Scheduler scheduler;

  private final Random random = new Random(17);

  @BeforeAll
  static void open() {
    scheduler = new Scheduler(Selection.open(Selection.configuredPolicy()).backend());
  }

  /** A convolution, and what its three results are by definition. */
  private record Problem(
      ConvolutionShape shape, double[] x, double[] w, double[] dy, double[][] results) {
    @Override
    public String toString() {
      return shape.x()
          + " * "
          + shape.weight()
          + ", groups "
          + shape.groups()
          + ": "
          + Arrays.toString(shape.dims());
    }
  }

  private Problem problem(Shape x, Shape weight, ConvolutionSettings settings) {
    ConvolutionShape s = ConvolutionShape.forward("convolution", x.rank() - 2, x, weight, settings);
    double[] xs = numbers(s.x());
    double[] ws = numbers(s.weight());
    double[] dys = numbers(s.y());
    return new Problem(s, xs, ws, dys, reference(s, xs, ws, dys));
  }

  private double[] numbers(Shape shape) {
    double[] numbers = new double[(int) shape.numel()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (random.nextDouble() - 0.5);
    }
    return numbers;
  }

  /** y, dx and dw: each product of the definition is added where it belongs. */
  private static double[][] reference(ConvolutionShape s, double[] x, double[] w, double[] dy) {
    double[] y = new double[dy.length];
    double[] dx = new double[x.length];
    double[] dw = new double[w.length];
    int places = (int) s.places();
    int volume = (int) (s.dims()[0].in() * s.dims()[1].in() * s.dims()[2].in());
    int taps = (int) s.taps();
    for (int p = 0; p < places; p++) {
      for (int k = 0; k < taps; k++) {
        long q = 0;
        int restP = p;
        int restK = k;
        long scale = 1;
        for (int d = 2; d >= 0; d--) {
          ConvolutionShape.Dim dim = s.dims()[d];
          long at =
              restP % dim.out() * dim.stride()
                  + restK % dim.taps() * dim.dilation()
                  - dim.padding();
          restP /= (int) dim.out();
          restK /= (int) dim.taps();
          q = at < 0 || at >= dim.in() || q < 0 ? -1 : q + at * scale;
          scale *= dim.in();
        }
        if (q < 0) {
          continue;
        }
        for (int n = 0; n < s.batches(); n++) {
          for (int o = 0; o < s.groups() * s.rows(); o++) {
            for (int c = 0; c < s.channels(); c++) {
              int group = o / (int) s.rows();
              int atX =
                  ((n * (int) s.groups() + group) * (int) s.channels() + c) * volume + (int) q;
              int atW = (o * (int) s.channels() + c) * taps + k;
              int atY = (n * (int) (s.groups() * s.rows()) + o) * places + p;
              y[atY] += x[atX] * w[atW];
              dx[atX] += dy[atY] * w[atW];
              dw[atW] += dy[atY] * x[atX];
            }
          }
        }
      }
    }
    return new double[][] {y, dx, dw};
  }

  private static ConvolutionSettings settings(
      long[] stride, long[] padding, long[] dilation, long groups) {
    return new ConvolutionSettings(stride, padding, false, dilation, new long[] {0}, groups);
  }

  private static long[] of(long... numbers) {
    return numbers;
  }

  /** Sizes at which a block, a strip, a chunk or a segment ends, and beyond. */
  private List<Problem> chosen() {
    List<Problem> all = new ArrayList<>();
    ConvolutionSettings plain = settings(of(1), of(0), of(1), 1);
    ConvolutionSettings same = settings(of(1), of(1), of(1), 1);
    all.add(problem(Shape.of(0, 2, 5, 5), Shape.of(3, 2, 3, 3), same));
    all.add(problem(Shape.of(1, 1, 1), Shape.of(1, 1, 1), plain));
    all.add(problem(Shape.of(2, 70, 3, 3), Shape.of(65, 70, 1, 1), plain));
    all.add(problem(Shape.of(1, 18, 9, 7), Shape.of(21, 18, 1, 1), plain));
    all.add(problem(Shape.of(3, 6, 5, 1), Shape.of(8, 3, 1, 1), settings(of(1), of(0), of(1), 2)));
    all.add(problem(Shape.of(3, 8, 90), Shape.of(8, 8, 1), plain));
    all.add(problem(Shape.of(3, 17, 6, 5), Shape.of(9, 17, 3, 3), same));
    all.add(problem(Shape.of(2, 3, 40, 37), Shape.of(33, 3, 3, 3), same));
    all.add(problem(Shape.of(40, 2, 7, 7), Shape.of(4, 2, 3, 3), same));
    all.add(problem(Shape.of(2, 130, 4), Shape.of(8, 130, 3), same));
    all.add(problem(Shape.of(1, 2, 2100), Shape.of(3, 2, 5), settings(of(1), of(2), of(1), 1)));
    all.add(
        problem(Shape.of(2, 20, 9, 9), Shape.of(40, 1, 3, 3), settings(of(2), of(1), of(1), 20)));
    all.add(
        problem(Shape.of(1, 3, 32, 32), Shape.of(8, 3, 8, 8), settings(of(8), of(0), of(1), 1)));
    all.add(
        problem(Shape.of(1, 40, 13, 19), Shape.of(9, 40, 3, 3), settings(of(1), of(2), of(1), 1)));
    all.add(problem(Shape.of(1, 512, 9, 5), Shape.of(8, 512, 3, 3), same));
    all.add(problem(Shape.of(2, 3, 3, 70), Shape.of(67, 3, 3, 3), plain));
    all.add(problem(Shape.of(5, 6, 8, 6), Shape.of(10, 3, 3, 3), settings(of(1), of(1), of(1), 2)));
    all.add(problem(Shape.of(1, 5, 9, 131), Shape.of(70, 5, 3, 3), same));
    all.add(problem(Shape.of(35, 33, 8, 9), Shape.of(34, 33, 3, 3), same));
    all.add(problem(Shape.of(1, 70, 9, 7), Shape.of(66, 70, 3, 3), same));
    all.add(problem(Shape.of(2, 17, 6, 150), Shape.of(18, 17, 3, 3), same));
    all.add(
        problem(Shape.of(2, 40, 7, 20), Shape.of(34, 20, 3, 3), settings(of(1), of(0), of(1), 2)));
    ConvolutionSettings depthwise = settings(of(1), of(1), of(1), 6);
    all.add(problem(Shape.of(2, 6, 28, 28), Shape.of(6, 1, 3, 3), depthwise));
    all.add(problem(Shape.of(1, 6, 75, 130), Shape.of(6, 1, 3, 3), depthwise));
    all.add(problem(Shape.of(1, 2, 9000), Shape.of(2, 1, 7), settings(of(2), of(3), of(1), 2)));
    all.add(
        problem(Shape.of(3, 4, 31, 17), Shape.of(8, 2, 5, 3), settings(of(2), of(2), of(2), 2)));
    all.add(
        problem(
            Shape.of(2, 4, 11, 13), Shape.of(6, 2, 3, 4), settings(of(4, 3), of(2), of(2, 3), 2)));
    all.add(
        problem(
            Shape.of(2, 2, 5, 6, 7),
            Shape.of(4, 1, 2, 3, 2),
            settings(of(2, 1, 3), of(1, 4, 0), of(1, 2, 2), 2)));
    return all;
  }

  private Problem randomProblem() {
    while (true) {
      int dims = 1 + random.nextInt(3);
      long groups = 1L + random.nextInt(3);
      long channels = 1L + random.nextInt(5);
      long[] x = new long[dims + 2];
      long[] weight = new long[dims + 2];
      x[0] = 1L + random.nextInt(4);
      x[1] = groups * channels;
      weight[0] = groups * (1L + random.nextInt(random.nextInt(4) == 0 ? 40 : 5));
      weight[1] = channels;
      long[] stride = new long[dims];
      long[] padding = new long[dims];
      long[] dilation = new long[dims];
      boolean fits = true;
      long work = x[0] * weight[0] * channels;
      for (int d = 0; d < dims; d++) {
        x[2 + d] = 1L + random.nextInt(dims == 1 ? 300 : 24 / dims);
        weight[2 + d] = 1L + random.nextInt(5);
        stride[d] = 1L + random.nextInt(4);
        padding[d] = random.nextInt(5);
        dilation[d] = 1L + random.nextInt(3);
        long reach = dilation[d] * (weight[2 + d] - 1) + 1;
        fits &= x[2 + d] + 2 * padding[d] >= reach;
        work *= x[2 + d] * weight[2 + d];
      }
      if (fits && work <= MOST_WORK) {
        return problem(Shape.of(x), Shape.of(weight), settings(stride, padding, dilation, groups));
      }
    }
  }

  private List<Problem> problems() {
    List<Problem> all = chosen();
    for (int i = 0; i < 40; i++) {
      all.add(randomProblem());
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(ConvolutionProduct.Kernel.class)
  void products(ConvolutionProduct.Kernel kernel) {
    for (Problem p : problems()) {
      for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
        Variable w = variable(dtype, p.w(), p.shape().weight());
        Variable y = empty(dtype, p.shape().y());
        if (ConvolutionProduct.fits(p.shape(), false, y, kernel)) {
          Variable x = variable(dtype, p.x(), p.shape().x());
          ConvolutionProduct.add(p.shape(), false, x, w, y, kernel);
          check(p.results()[0], y, kernel + ", y of " + p);
        }
        Variable dx = empty(dtype, p.shape().x());
        if (ConvolutionProduct.fits(p.shape(), true, dx, kernel)) {
          Variable dy = variable(dtype, p.dy(), p.shape().y());
          ConvolutionProduct.add(p.shape(), true, dy, w, dx, kernel);
          check(p.results()[1], dx, kernel + ", dx of " + p);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ConvolutionWeight.Kernel.class)
  void weightGradients(ConvolutionWeight.Kernel kernel) {
    for (Problem p : problems()) {
      for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
        Variable x = variable(dtype, p.x(), p.shape().x());
        if (!ConvolutionWeight.fits(p.shape(), x, kernel)) {
          continue;
        }
        Variable dy = variable(dtype, p.dy(), p.shape().y());
        Variable dw = ConvolutionWeight.compute(p.shape(), dy, x, kernel);
        check(p.results()[2], dw, kernel + ", dw of " + p);
      }
    }
  }

  /** Vectors run over the ends of lines, and tiles over places that are not asked for. */
  @ParameterizedTest
  @EnumSource(ConvolutionProduct.Kernel.class)
  void infiniteElementsStayWhereTheyAre(ConvolutionProduct.Kernel kernel) {
    Problem p =
        problem(Shape.of(2, 17, 13, 30), Shape.of(19, 17, 3, 3), settings(of(1), of(1), of(1), 1));
    int wide = 30;
    int plane = 13 * wide;
    int line = 6;
    int place = wide - 1;
    double[] x = p.x().clone();
    x[3 * plane + line * wide + place] = Double.POSITIVE_INFINITY;
    Variable y = empty(DType.FLOAT32, p.shape().y());
    if (!ConvolutionProduct.fits(p.shape(), false, y, kernel)) {
      return;
    }
    Variable w = variable(DType.FLOAT32, p.w(), p.shape().weight());
    Variable from = variable(DType.FLOAT32, x, p.shape().x());
    ConvolutionProduct.add(p.shape(), false, from, w, y, kernel);
    float[] out = new float[p.results()[0].length];
    scheduler.read("test", y.value(), out);
    for (int i = 0; i < out.length; i++) {
      int down = Math.abs(i / wide % 13 - line);
      int across = place - i % wide;
      boolean first = i / (19 * plane) == 0;
      if (!first || down > 5 || across > 5) {
        assertEquals(p.results()[0][i], out[i], 4e-5, kernel + ", element " + i);
      } else if (down <= 1 && across <= 1) {
        assertFalse(Float.isFinite(out[i]), kernel + ", element " + i);
      }
    }
  }

  /**
   * Winograd's transforms are for CPUs, many tiles and many channels; a property overrides that.
   */
  @Test
  void winogradIsChosenWhereItMeasuredFaster() {
    Backend backend = scheduler.backend();
    boolean cpu = backend.runsTwins() || backend.limits().cpuType();
    assertEquals(cpu, winograd(Shape.of(8, 32, 28, 28), Shape.of(32, 32, 3, 3)));
    Shape fewTiles = Shape.of(1, 64, 14, 14);
    assertFalse(winograd(fewTiles, Shape.of(64, 64, 3, 3)));
    assertFalse(winograd(Shape.of(8, 3, 56, 56), Shape.of(64, 3, 3, 3)));
    assertFalse(winograd(Shape.of(64, 64, 5, 5), Shape.of(64, 64, 3, 3)));
    System.setProperty("clgrad.winograd", "on");
    try {
      assertTrue(winograd(fewTiles, Shape.of(64, 64, 3, 3)));
      assertFalse(winograd(fewTiles, Shape.of(64, 64, 1, 3)));
      System.setProperty("clgrad.winograd", "off");
      assertFalse(winograd(Shape.of(8, 32, 28, 28), Shape.of(32, 32, 3, 3)));
    } finally {
      System.clearProperty("clgrad.winograd");
    }
  }

  private static boolean winograd(Shape x, Shape weight) {
    ConvolutionShape s =
        ConvolutionShape.forward("convolution", 2, x, weight, settings(of(1), of(1), of(1), 1));
    Variable y = empty(DType.FLOAT32, s.y());
    return switch (ConvolutionProduct.choose(s, false, y)) {
      case WINOGRAD, WINOGRAD_CHANNELS -> true;
      default -> false;
    };
  }

  private static void check(double[] expected, Variable actual, String what) {
    double scale = Arrays.stream(expected).map(Math::abs).max().orElse(0) + 1;
    if (actual.dtype() == DType.FLOAT32) {
      float[] out = new float[expected.length];
      scheduler.read("test", actual.value(), out);
      double[] wide = new double[out.length];
      for (int i = 0; i < out.length; i++) {
        wide[i] = out[i];
      }
      assertArrayEquals(expected, wide, 4e-6 * scale, what);
    } else {
      double[] out = new double[expected.length];
      scheduler.read("test", actual.value(), out);
      assertArrayEquals(expected, out, 1e-13 * scale, what);
    }
  }

  private static Variable empty(DType dtype, Shape shape) {
    return new Variable(scheduler.newStorage("test", dtype, shape), Layout.contiguous(shape));
  }

  private static Variable variable(DType dtype, double[] data, Shape shape) {
    Variable x = empty(dtype, shape);
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
