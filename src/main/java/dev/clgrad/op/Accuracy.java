package dev.clgrad.op;

import java.util.Map;

/**
 * How far the results of functions of one argument may lie from the true values, in units in the
 * last place (0.5 is correct rounding).
 *
 * <p>For OpenCL's own functions the bound is that of its specification (full profile, 7.4). For
 * those made of others it follows from theirs. The CPU backend rounds functions of {@link
 * dev.clgrad.backend.Lanes} once.
 *
 * @param cpu the bound of the CPU backend
 * @param device the bound of OpenCL devices
 * @param least errors are counted in units of at least this number: 1 where a function has zeros
 *     that are not fixed numbers, near which the error stays as large as around them; 0 elsewhere
 */
record Accuracy(double cpu, double device, double least) {
  private static final double LANES = dev.clgrad.backend.Lanes.FLOAT_MAX_ULP;

  /** By name, of float32. */
  static final Map<String, Accuracy> OF =
      Map.ofEntries(
          exact("abs"),
          function("acos", 4),
          function("acosh", 4),
          function("asin", 4),
          function("asinh", 4),
          function("atan", 5),
          function("atanh", 5),
          exact("ceil"),
          made("celu", 2, 5),
          function("cos", 4),
          function("cosh", 4),
          Map.entry("digamma", new Accuracy(LANES, 16, 1)),
          made("elu", 2, 5),
          function("erf", 16),
          function("erfc", 16),
          function("erfinv", 8),
          function("exp", 3),
          function("exp2", 3),
          function("expm1", 3),
          exact("floor"),
          exact("frac"),
          made("gelu", 8, 24),
          // The exponent of the tail is as steep as it is long.
          made("gelu_tanh", 256, 256),
          exact("hardshrink"),
          made("hardsigmoid", 2, 2),
          made("hardswish", 3, 3),
          exact("hardtanh"),
          made("leaky_relu", 2, 2),
          Map.entry("lgamma", new Accuracy(LANES, 8, 1)),
          function("log", 3),
          function("log10", 3),
          function("log1p", 2),
          function("log2", 3),
          made("logit", 4, 6),
          made("logsigmoid", 2, 6),
          made("mish", 6, 12),
          exact("nan_to_num"),
          exact("relu"),
          exact("relu6"),
          exact("round"),
          function("rsqrt", 2),
          made("selu", 3, 5),
          function("sigmoid", 6),
          exact("sign"),
          made("silu", 4, 10),
          function("sin", 4),
          function("sinh", 4),
          made("softplus", 2, 6),
          made("softshrink", 0.5, 0.5),
          made("softsign", 2, 4),
          function("sqrt", 3),
          function("tan", 5),
          function("tanh", 5),
          exact("threshold"),
          exact("trunc"));

  /** A function of the primitives of the CPU backend. */
  private static Map.Entry<String, Accuracy> function(String name, double device) {
    return Map.entry(name, new Accuracy(LANES, device, 0));
  }

  /** A function made of others. */
  private static Map.Entry<String, Accuracy> made(String name, double cpu, double device) {
    return Map.entry(name, new Accuracy(cpu, device, 0));
  }

  private static Map.Entry<String, Accuracy> exact(String name) {
    return Map.entry(name, new Accuracy(0, 0, 0));
  }
}
