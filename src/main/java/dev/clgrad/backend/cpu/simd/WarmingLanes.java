package dev.clgrad.backend.cpu.simd;

import dev.clgrad.backend.Lanes;
import java.util.Arrays;

/** The primitives, each plain or with the Vector API as {@link Choice} says. */
public final class WarmingLanes extends WarmingProducts {
  /** Elements on which both forms are compared. */
  private static final int TRIAL = 2048;

  private static final int[] TRIAL_OFFSETS = {0, 1, 2, 3, 4, 5, 6, 7, 8};

  /** Elements that make a function worth warming up: some 10 ms of plain code. */
  private static final long FUNCTION = 2_000_000;

  /** The same for additions. */
  private static final long ADDITION = 20_000_000;

  private final Choice exp = function("exp", (l, x, y) -> l.exp(x, y, TRIAL));
  private final Choice expm1 = function("expm1", (l, x, y) -> l.expm1(x, y, TRIAL));
  private final Choice log = function("log", (l, x, y) -> l.log(x, y, TRIAL));
  private final Choice log1p = function("log1p", (l, x, y) -> l.log1p(x, y, TRIAL));
  private final Choice sqrt = function("sqrt", (l, x, y) -> l.sqrt(x, y, TRIAL));
  private final Choice tanh = function("tanh", (l, x, y) -> l.tanh(x, y, TRIAL));
  private final Choice sigmoid = function("sigmoid", (l, x, y) -> l.sigmoid(x, y, TRIAL));
  private final Choice sin = function("sin", (l, x, y) -> l.sin(x, y, TRIAL));
  private final Choice cos = function("cos", (l, x, y) -> l.cos(x, y, TRIAL));
  private final Choice pow =
      function(
          "pow",
          (l, x, y) -> {
            l.pow(x, x, y, TRIAL);
            l.pow(x, 1.5f, y, TRIAL);
          });
  private final Choice expShifted =
      function("expShifted", (l, x, y) -> l.expShifted(x, 0, 1, y, 0, TRIAL));
  private final Choice reluGradient =
      addition("relu's gradient", (l, x, y) -> l.reluGradient(x, x, y, TRIAL));
  private final Choice sum = addition("sum", (l, x, y) -> y[0] = l.sum(x, 0, TRIAL));
  private final Choice max = addition("max", (l, x, y) -> y[0] = l.max(x, 0, TRIAL));
  private final Choice dot = addition("dot", (l, x, y) -> y[0] = l.dot(x, 0, x, 0, TRIAL));
  private final Choice addInto = addition("addInto", (l, x, y) -> l.addInto(y, 0, x, 0, TRIAL));
  private final Choice maxInto = addition("maxInto", (l, x, y) -> l.maxInto(y, 0, x, 0, TRIAL));
  private final Choice combine =
      addition("combine", (l, x, y) -> l.combine(x, 0, TRIAL_OFFSETS, x, y, 0, TRIAL - 8));
  private final Choice combineDouble =
      doubles(
          "combine of doubles", (l, x, y) -> l.combine(x, 0, TRIAL_OFFSETS, x, y, 0, TRIAL - 8));
  private final Choice sumDouble =
      doubles("sum of doubles", (l, x, y) -> y[0] = l.sum(x, 0, TRIAL));
  private final Choice maxDouble =
      doubles("max of doubles", (l, x, y) -> y[0] = l.max(x, 0, TRIAL));
  private final Choice dotDouble =
      doubles("dot of doubles", (l, x, y) -> y[0] = l.dot(x, 0, x, 0, TRIAL));
  private final Choice addIntoDouble =
      doubles("addInto of doubles", (l, x, y) -> l.addInto(y, 0, x, 0, TRIAL));
  private final Choice maxIntoDouble =
      doubles("maxInto of doubles", (l, x, y) -> l.maxInto(y, 0, x, 0, TRIAL));

  /** All primitives plain at first. */
  public WarmingLanes() {}

  private interface Floats {
    void run(Lanes lanes, float[] x, float[] y);
  }

  private interface Doubles {
    void run(Lanes lanes, double[] x, double[] y);
  }

  @Override
  public String name() {
    return simd.name();
  }

  private Choice function(String name, Floats trial) {
    return choice(name, FUNCTION, trial);
  }

  private Choice addition(String name, Floats trial) {
    return choice(name, ADDITION, trial);
  }

  private Choice choice(String name, long worthwhile, Floats trial) {
    return new Choice(name, worthwhile, () -> run(plain, trial), () -> run(simd, trial));
  }

  private Choice doubles(String name, Doubles trial) {
    return new Choice(
        name, ADDITION, () -> runDoubles(plain, trial), () -> runDoubles(simd, trial));
  }

  private static void run(Lanes lanes, Floats trial) {
    float[] x = new float[TRIAL];
    Arrays.fill(x, 0.7f);
    trial.run(lanes, x, new float[TRIAL]);
  }

  private static void runDoubles(Lanes lanes, Doubles trial) {
    double[] x = new double[TRIAL];
    Arrays.fill(x, 0.7);
    trial.run(lanes, x, new double[TRIAL]);
  }

  @Override
  public void exp(float[] x, float[] y, int n) {
    (exp.simd(n) ? simd : plain).exp(x, y, n);
  }

  @Override
  public void expm1(float[] x, float[] y, int n) {
    (expm1.simd(n) ? simd : plain).expm1(x, y, n);
  }

  @Override
  public void log(float[] x, float[] y, int n) {
    (log.simd(n) ? simd : plain).log(x, y, n);
  }

  @Override
  public void log1p(float[] x, float[] y, int n) {
    (log1p.simd(n) ? simd : plain).log1p(x, y, n);
  }

  @Override
  public void sqrt(float[] x, float[] y, int n) {
    (sqrt.simd(n) ? simd : plain).sqrt(x, y, n);
  }

  @Override
  public void tanh(float[] x, float[] y, int n) {
    (tanh.simd(n) ? simd : plain).tanh(x, y, n);
  }

  @Override
  public void sigmoid(float[] x, float[] y, int n) {
    (sigmoid.simd(n) ? simd : plain).sigmoid(x, y, n);
  }

  @Override
  public void sin(float[] x, float[] y, int n) {
    (sin.simd(n) ? simd : plain).sin(x, y, n);
  }

  @Override
  public void cos(float[] x, float[] y, int n) {
    (cos.simd(n) ? simd : plain).cos(x, y, n);
  }

  @Override
  public void pow(float[] x, float[] p, float[] y, int n) {
    (pow.simd(n) ? simd : plain).pow(x, p, y, n);
  }

  @Override
  public void pow(float[] x, float p, float[] y, int n) {
    (pow.simd(n) ? simd : plain).pow(x, p, y, n);
  }

  @Override
  public float expShifted(float[] x, int xOffset, float shift, float[] y, int yOffset, int n) {
    return (expShifted.simd(n) ? simd : plain).expShifted(x, xOffset, shift, y, yOffset, n);
  }

  @Override
  public void reluGradient(float[] dy, float[] y, float[] dx, int n) {
    (reluGradient.simd(n) ? simd : plain).reluGradient(dy, y, dx, n);
  }

  @Override
  public float sum(float[] x, int offset, int n) {
    return (sum.simd(n) ? simd : plain).sum(x, offset, n);
  }

  @Override
  public float max(float[] x, int offset, int n) {
    return (max.simd(n) ? simd : plain).max(x, offset, n);
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    return (dot.simd(n) ? simd : plain).dot(a, aOffset, b, bOffset, n);
  }

  @Override
  public void addInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n) {
    (addInto.simd(n) ? simd : plain).addInto(accumulator, accumulatorOffset, x, xOffset, n);
  }

  @Override
  public void combine(
      float[] x, int xOffset, int[] offsets, float[] factors, float[] y, int yOffset, int n) {
    (combine.simd((long) n * offsets.length) ? simd : plain)
        .combine(x, xOffset, offsets, factors, y, yOffset, n);
  }

  @Override
  public void combine(
      double[] x, int xOffset, int[] offsets, double[] factors, double[] y, int yOffset, int n) {
    (combineDouble.simd((long) n * offsets.length) ? simd : plain)
        .combine(x, xOffset, offsets, factors, y, yOffset, n);
  }

  @Override
  public void maxInto(float[] accumulator, int accumulatorOffset, float[] x, int xOffset, int n) {
    (maxInto.simd(n) ? simd : plain).maxInto(accumulator, accumulatorOffset, x, xOffset, n);
  }

  @Override
  public double sum(double[] x, int offset, int n) {
    return (sumDouble.simd(n) ? simd : plain).sum(x, offset, n);
  }

  @Override
  public double max(double[] x, int offset, int n) {
    return (maxDouble.simd(n) ? simd : plain).max(x, offset, n);
  }

  @Override
  public double dot(double[] a, int aOffset, double[] b, int bOffset, int n) {
    return (dotDouble.simd(n) ? simd : plain).dot(a, aOffset, b, bOffset, n);
  }

  @Override
  public void addInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n) {
    (addIntoDouble.simd(n) ? simd : plain).addInto(accumulator, accumulatorOffset, x, xOffset, n);
  }

  @Override
  public void maxInto(double[] accumulator, int accumulatorOffset, double[] x, int xOffset, int n) {
    (maxIntoDouble.simd(n) ? simd : plain).maxInto(accumulator, accumulatorOffset, x, xOffset, n);
  }
}
