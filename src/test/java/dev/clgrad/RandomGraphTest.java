package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Random programs: shapes, views, operations, writes in place and gradients drawn from a seed.
 * Computed at once and as late as can be they agree in every bit, and on two devices nearly.
 */
class RandomGraphTest {
  /** The first seed; a failure names the one that reproduces it. */
  private static final long FIRST = Long.getLong("clgrad.test.seed", 1);

  /** A device that compiles kernels takes its time for each new one. */
  private static int graphs() {
    boolean compiles = !Device.getDefault().name().equals("cpu");
    return Integer.getInteger("clgrad.test.graphs", compiles ? 2 : 200);
  }

  /**
   * When things are computed decides which of them share a launch; see {@link #fusionChangesNoBit}.
   */
  @Test
  void whenThingsAreComputedChangesNoBit() {
    boolean exact = Device.getDefault().name().equals("cpu");
    for (long seed = FIRST; seed < FIRST + graphs(); seed++) {
      Result now = new Program(seed, Device.getDefault(), true).run();
      Result late = new Program(seed, Device.getDefault(), false).run();
      assertEquals(now.log, late.log, "seed " + seed);
      for (int i = 0; i < now.values.size(); i++) {
        double[] x = now.values.get(i);
        double[] y = late.values.get(i);
        assertArrayEquals(
            x, y, exact ? 0 : 1e-9 * scale(x), "seed " + seed + ", result " + i + now.log);
      }
    }
  }

  /**
   * What is computed within others, stored or not, is what it is alone: bit for bit on the CPU, and
   * on devices that compile, whose functions may round another way in another kernel, nearly.
   */
  @Test
  void fusionChangesNoBit() {
    Device device = Device.getDefault();
    boolean before = device.scheduler().isFused();
    boolean exact = device.name().equals("cpu");
    try {
      for (long seed = FIRST; seed < FIRST + 2L * graphs(); seed++) {
        device.scheduler().setFused(true);
        final Result fused = new Program(seed, device, false).run();
        device.scheduler().setFused(false);
        Result alone = new Program(seed, device, false).run();
        assertEquals(fused.log, alone.log, "seed " + seed);
        for (int i = 0; i < fused.values.size(); i++) {
          double[] x = fused.values.get(i);
          double[] y = alone.values.get(i);
          assertArrayEquals(
              y, x, exact ? 0 : 1e-9 * scale(y), "seed " + seed + ", result " + i + fused.log);
        }
      }
    } finally {
      device.scheduler().setFused(before);
    }
  }

  /**
   * What a captured step repeats is what the function itself would have done with other numbers.
   */
  @Test
  void capturedStepsRepeatTheProgram() {
    Device device = Device.getDefault();
    boolean exact = device.name().equals("cpu");
    long replays = 0;
    for (long seed = FIRST; seed < FIRST + graphs(); seed++) {
      long s = seed;
      CapturedStep step =
          CapturedStep.ofLists(leaves -> new Program(s, device, false).results(leaves));
      for (int round = 0; round < 4; round++) {
        List<Tensor> given = leaves(seed, round);
        List<Tensor> same = leaves(seed, round);
        Clgrad.manualSeed(round);
        given.addAll(step.runAll(given.toArray(new Tensor[0])));
        Clgrad.manualSeed(round);
        same.addAll(new Program(seed, device, false).results(same));
        for (int i = 0; i < same.size(); i++) {
          double[] x = same.get(i).toDoubleArray();
          double[] y = given.get(i).toDoubleArray();
          String what = "seed " + seed + ", round " + round + ", result " + (i - 4);
          assertArrayEquals(x, y, exact ? 0 : 1e-9 * scale(x), what);
        }
      }
      replays += step.replays();
    }
    assertTrue(replays > graphs(), replays + " replays");
  }

  private static List<Tensor> leaves(long seed, int round) {
    Program program = new Program(seed, Device.getDefault(), false);
    List<Tensor> leaves = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Tensor numbers = program.data(program.shape()).mul(1 + 0.25 * round);
      leaves.add(numbers.detach().requiresGrad(i < 3));
    }
    return leaves;
  }

  private static double scale(double[] values) {
    double scale = 1;
    for (double v : values) {
      scale = Double.isFinite(v) ? Math.max(scale, Math.abs(v)) : scale;
    }
    return scale;
  }

  @Test
  void devicesAgree() {
    for (long seed = FIRST; seed < FIRST + graphs(); seed++) {
      Result here = new Program(seed, Device.getDefault(), false).run();
      Result there = new Program(seed, Device.of("cpu"), false).run();
      assertEquals(here.log, there.log, "seed " + seed);
      for (int i = 0; i < here.values.size(); i++) {
        double[] x = here.values.get(i);
        double[] y = there.values.get(i);
        assertArrayEquals(y, x, 1e-9 * scale(y), "seed " + seed + ", result " + i + here.log);
      }
    }
  }

  private record Result(List<String> log, List<double[]> values) {}

  /** One program; the seed decides all of it, whatever its numbers are. */
  private static final class Program {
    private final long seed;
    private final Random random;
    private final Device device;
    private final boolean atOnce;
    private final List<Tensor> pool = new ArrayList<>();
    private final List<Tensor> leaves = new ArrayList<>();
    private final List<String> log = new ArrayList<>();

    Program(long seed, Device device, boolean atOnce) {
      this.seed = seed;
      this.random = new Random(seed * 0x9E3779B97F4A7C15L);
      this.device = device;
      this.atOnce = atOnce;
    }

    Result run() {
      Clgrad.manualSeed(seed);
      for (int i = 0; i < 4; i++) {
        Tensor leaf = data(shape()).requiresGrad(i < 3);
        leaves.add(leaf);
        pool.add(leaf);
      }
      steps(25, 1);
      backward();
      steps(10, 4);
      List<double[]> values = new ArrayList<>();
      pool.forEach(t -> values.add(t.toDoubleArray()));
      for (Tensor leaf : leaves) {
        Tensor grad = leaf.grad();
        values.add(grad == null ? new double[0] : grad.toDoubleArray());
      }
      return new Result(log, values);
    }

    /** The same with given leaves; nothing is read on the host. */
    List<Tensor> results(List<Tensor> given) {
      leaves.addAll(given);
      pool.addAll(given);
      steps(25, 1);
      backward();
      steps(10, 4);
      return pool.subList(4, pool.size());
    }

    private void steps(int count, int writes) {
      for (int i = 0; i < count; i++) {
        if (random.nextInt(16) < writes) {
          write();
        } else {
          attempt(this::step);
        }
      }
    }

    private void backward() {
      List<Tensor> roots = new ArrayList<>();
      for (int i = pool.size() - 1; i >= 0 && roots.size() < 3; i--) {
        if (pool.get(i).requiresGrad()) {
          roots.add(pool.get(i));
        }
      }
      boolean together = random.nextBoolean();
      boolean create = random.nextInt(4) == 0;
      for (int round = 0; round < 2; round++) {
        Tensor total = null;
        for (Tensor root : roots) {
          Tensor loss = root.mul(random.nextDouble()).sum();
          if (together) {
            total = total == null ? loss : total.add(loss);
          } else {
            attempt(
                () -> {
                  loss.backward(null, true, create);
                  return loss.detach();
                });
          }
        }
        Tensor loss = total;
        if (loss != null) {
          attempt(
              () -> {
                loss.backward(null, true, create);
                return loss.detach();
              });
        }
      }
      for (Tensor leaf : leaves) {
        Tensor grad = leaf.grad();
        if (grad != null) {
          pool.add(grad.detach());
        }
      }
    }

    private void attempt(Supplier<Tensor> step) {
      try {
        Tensor y = step.get();
        if (y.numel() <= 4000) {
          pool.add(y);
          log.add("\n" + (pool.size() - 1) + ": " + y.shape() + " " + y.gradFn());
        }
      } catch (ClgradException e) {
        log.add("\n" + e.getMessage());
      }
      if (atOnce) {
        device.synchronize();
      }
    }

    private void write() {
      attempt(
          () -> {
            try (Autograd.Mode off = Autograd.noGrad()) {
              Tensor base = any();
              Tensor x = random.nextBoolean() ? base : view(base);
              Tensor y = any();
              log.add("\nwrite into " + pool.indexOf(base) + x.shape() + " of " + pool.indexOf(y));
              switch (random.nextInt(6)) {
                case 0 -> x.add_(y, 0.5);
                case 1 -> x.mul_(y.tanh());
                case 2 -> x.copy_(y);
                case 3 -> x.mul_(0.75);
                case 4 -> x.sub_(view(base));
                default -> x.fill_(0.25);
              }
              return x.add(1).detach();
            }
          });
    }

    private Tensor step() {
      Tensor x = any();
      int dim = x.dim() == 0 ? 0 : random.nextInt(x.dim());
      boolean keep = random.nextBoolean();
      return switch (random.nextInt(27)) {
        case 0 -> x.add(partner(x));
        case 1 -> x.sub(partner(x));
        case 2 -> x.mul(partner(x).tanh());
        case 3 -> x.div(partner(x).square().add(1));
        case 4 -> x.maximum(partner(x));
        case 5 -> x.tanh();
        case 6 -> x.sigmoid();
        case 7 -> x.relu();
        case 8 -> x.tanh().exp();
        case 9 -> x.square().add(0.5).log();
        case 10 -> x.abs().add(0.1).sqrt();
        case 11 -> Tensor.where(x.gt(partner(x)), x, x.mul(0.25));
        case 12 -> x.dim() == 0 ? x.sum() : x.sum(new int[] {dim}, keep);
        case 13 -> x.mean();
        case 14 -> x.dim() == 0 ? x.amax() : x.amax(new int[] {dim}, keep);
        case 15 -> x.softmax(dim);
        case 16 -> x.logSoftmax(dim);
        case 17, 18 -> product(x);
        case 19 -> x.tanh().pow(3).add(x.detach().lt(0.5).to(DType.FLOAT64));
        case 20, 21 -> normalized(x);
        case 22, 23 -> x.dropout(0.3);
        default -> view(x);
      };
    }

    private Tensor normalized(Tensor x) {
      Shape last = Shape.of(x.dim() == 0 ? 1 : x.size(-1));
      Tensor w = random.nextBoolean() ? null : data(last);
      Tensor y = random.nextBoolean() ? x : x.tanh();
      return y.layerNorm(last, w, random.nextBoolean() ? null : data(last), 0.1);
    }

    private Tensor product(Tensor x) {
      Tensor y = any();
      if (x.dim() == 0 || y.dim() == 0) {
        return x.mul(y.tanh());
      }
      long k = x.size(-1);
      if (y.dim() >= 2 && y.size(-2) != k && y.size(-1) == k) {
        y = y.transpose(-1, -2);
      }
      return x.tanh().matmul(y.size(y.dim() >= 2 ? -2 : -1) == k ? y.tanh() : data(Shape.of(k, 3)));
    }

    private Tensor view(Tensor x) {
      if (x.dim() == 0) {
        return x.expand(1 + random.nextInt(3), 2);
      }
      int dim = random.nextInt(x.dim());
      long n = x.size(dim);
      return switch (random.nextInt(7)) {
        case 0 -> x.transpose(dim, random.nextInt(x.dim()));
        case 1 -> x.slice(dim, random.nextInt(3), n, 1 + random.nextInt(2));
        case 2 -> n == 0 ? x.flatten() : x.select(dim, random.nextInt((int) n));
        case 3 -> x.unsqueeze(random.nextInt(x.dim() + 1));
        case 4 -> x.reshape(-1);
        case 5 -> x.numel() > 500 ? x.squeeze() : x.unsqueeze(0).expand(expanded(x.shape()));
        default -> n == 0 ? x : x.narrow(dim, n / 2, 1);
      };
    }

    private static long[] expanded(Shape shape) {
      long[] sizes = new long[shape.rank() + 1];
      sizes[0] = 3;
      for (int i = 0; i < shape.rank(); i++) {
        sizes[i + 1] = -1;
      }
      return sizes;
    }

    /** Something that broadcasts against x. */
    private Tensor partner(Tensor x) {
      for (int i = 0; i < 4; i++) {
        Tensor y = any();
        try {
          Shape.broadcast("", x.shape(), y.shape());
          return y;
        } catch (ShapeException e) {
          // Another one may.
        }
      }
      long[] sizes = new long[x.dim()];
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = random.nextInt(3) == 0 ? 1 : x.size(i);
      }
      return data(Shape.of(sizes));
    }

    private Tensor any() {
      int recent = Math.min(pool.size(), 8);
      return pool.get(
          random.nextBoolean()
              ? pool.size() - 1 - random.nextInt(recent)
              : random.nextInt(pool.size()));
    }

    private Shape shape() {
      long[] sizes = new long[random.nextInt(4)];
      for (int i = 0; i < sizes.length; i++) {
        int draw = random.nextInt(20);
        sizes[i] = draw == 0 ? 0 : draw < 4 ? 1 : draw < 6 ? 17 : 2 + random.nextInt(4);
      }
      return Shape.of(sizes);
    }

    private Tensor data(Shape shape) {
      return Tensor.of(random.doubles(shape.numel(), -1, 1).toArray(), shape, device);
    }
  }
}
