package dev.clgrad.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import org.jocl.CL;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;

/** How functions and arithmetic round, and whether a vector's elements differ from scalars. */
final class Numerics {
  private static final int COUNT = 1 << 14;
  private static final String SOURCE = "numerics.cl";

  private Numerics() {}

  static List<ProbeCase> cases() {
    List<ProbeCase> cases = new ArrayList<>();
    cases.add(function("exp", "exp(v)", "", Math::exp));
    cases.add(function("exp2", "exp2(v)", "", x -> Math.pow(2, x)));
    cases.add(function("expm1", "expm1(v)", "", Math::expm1));
    cases.add(function("log", "log(fabs(v))", "", x -> Math.log(Math.abs(x))));
    cases.add(function("log1p", "log1p(fabs(v))", "", x -> Math.log1p(Math.abs(x))));
    cases.add(function("tanh", "tanh(v)", "", Math::tanh));
    cases.add(function("sin", "sin(v)", "", Math::sin));
    cases.add(function("rsqrt", "rsqrt(fabs(v))", "", x -> 1 / Math.sqrt(Math.abs(x))));
    cases.add(function("pow", "pow(fabs(v), v)", "", x -> Math.pow(Math.abs(x), x)));
    cases.add(function("sqrt", "sqrt(fabs(v))", "", x -> Math.sqrt(Math.abs(x))));
    cases.add(function("1 / x", "1.0f / v", "", x -> 1 / x));
    String rounded = "-cl-fp32-correctly-rounded-divide-sqrt";
    cases.add(function("sqrt " + rounded, "sqrt(fabs(v))", rounded, x -> Math.sqrt(Math.abs(x))));
    cases.add(function("1 / x " + rounded, "1.0f / v", rounded, x -> 1 / x));
    cases.add(function("native_exp", "native_exp(v)", "", Math::exp));
    cases.add(function("native_log", "native_log(fabs(v))", "", x -> Math.log(Math.abs(x))));
    cases.add(function("native_recip", "native_recip(v)", "", x -> 1 / x));
    cases.add(contraction("by default", ""));
    cases.add(contraction("pragma ON", "-D ON"));
    cases.add(contraction("pragma OFF", "-D OFF"));
    cases.add(contraction("-cl-mad-enable", "-cl-mad-enable"));
    cases.add(contraction("-cl-opt-disable", "-cl-opt-disable"));
    cases.add(denormals("by default", ""));
    cases.add(denormals("-cl-denorms-are-zero", "-cl-denorms-are-zero"));
    return cases;
  }

  /** The greatest error in units of the last place, and how a float4's results differ. */
  private static ProbeCase function(
      String name, String expression, String options, DoubleUnaryOperator exact) {
    return new ProbeCase(
        "function " + name,
        session -> {
          String source = "#define F(v) (" + expression + ")\n" + ClSession.source(SOURCE);
          cl_program program = session.build(source, "-D ELEMENTS " + options);
          float[] x = new float[COUNT];
          for (int i = 0; i < COUNT; i++) {
            x[i] = (float) ((i + 0.37) * 16 / COUNT - 8);
          }
          float[] scalar = run(session, program, "scalar", x, COUNT, COUNT);
          float[] vector = run(session, program, "vector", x, COUNT / 4, COUNT);
          int differing = 0;
          double worst = 0;
          float worstAt = 0;
          for (int i = 0; i < COUNT; i++) {
            double right = exact.applyAsDouble(x[i]);
            double error = Math.abs(scalar[i] - right) / Math.ulp((float) right);
            if (!(error <= worst)) {
              worst = error;
              worstAt = x[i];
            }
            if (Float.floatToRawIntBits(scalar[i]) != Float.floatToRawIntBits(vector[i])) {
              differing++;
            }
          }
          return String.format(
              Locale.ROOT,
              "%.2f ulp at most (at %s); %d of %d differ in a float4",
              worst,
              worstAt,
              differing,
              COUNT);
        });
  }

  /** Whether {@code a * a - b} is one operation, with b the rounded a * a. */
  private static ProbeCase contraction(String name, String options) {
    return new ProbeCase(
        "contraction " + name,
        session -> {
          cl_program program = session.build(ClSession.source(SOURCE), "-D CONTRACTION " + options);
          float a = 1 + 0x1p-12f;
          float[] got = run(session, program, "probe", new float[] {a, a * a}, 2, 2);
          return "in one expression "
              + (got[0] != 0 ? "fused" : "separate")
              + ", across statements "
              + (got[1] != 0 ? "fused" : "separate");
        });
  }

  private static ProbeCase denormals(String name, String options) {
    return new ProbeCase(
        "denormals " + name,
        session -> {
          cl_program program = session.build(ClSession.source(SOURCE), "-D DENORMALS " + options);
          float[] got = run(session, program, "probe", new float[] {Float.MIN_NORMAL}, 1, 1);
          return got[0] == Float.MIN_NORMAL / 2 ? "kept" : "flushed to " + got[0];
        });
  }

  private static float[] run(
      ClSession session, cl_program program, String name, float[] x, int items, int count) {
    cl_kernel kernel = CL.clCreateKernel(program, name, null);
    cl_mem in = session.buffer(x);
    cl_mem out = session.buffer(4L * count);
    ClSession.arguments(kernel, in, out);
    session.enqueue(kernel, items, Math.min(64, items));
    float[] got = session.readFloats(out, count);
    CL.clReleaseMemObject(in);
    CL.clReleaseMemObject(out);
    CL.clReleaseKernel(kernel);
    return got;
  }
}
