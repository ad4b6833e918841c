package dev.clgrad.bench.gpu;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/**
 * What the compiler takes as options, tells in its log, gives as a binary, and how long it takes.
 */
final class CompilerProbes {
  private static final String SOURCE = "timings.cl";

  /** The first bytes of a binary that are shown: with NVIDIA, PTX's version and target. */
  private static final int SHOWN = 700;

  private CompilerProbes() {}

  static List<ProbeCase> cases() {
    return List.of(
        withOptions("-cl-nv-verbose"),
        withOptions("-cl-nv-verbose -cl-nv-maxrregcount=32"),
        withOptions("-cl-nv-opt-level=3"),
        withOptions("-cl-fast-relaxed-math"),
        withOptions("-cl-no-such-option"),
        new ProbeCase("kernel limits", CompilerProbes::kernelLimits),
        new ProbeCase("program binary", CompilerProbes::binary),
        new ProbeCase("program from its binary", CompilerProbes::fromBinary),
        new ProbeCase("build time, cold", CompilerProbes::buildTime));
  }

  private static ProbeCase withOptions(String options) {
    return new ProbeCase(
        "options " + options,
        session -> {
          cl_program program = session.build(ClSession.source(SOURCE), options);
          String log = session.log(program);
          return log.isBlank() ? "ok, and an empty log" : "ok, and this log:\n" + log;
        });
  }

  private static String kernelLimits(ClSession session) {
    cl_kernel kernel =
        CL.clCreateKernel(session.build(ClSession.source(SOURCE), ""), "copy4", null);
    StringBuilder text = new StringBuilder();
    int[] names = {
      CL.CL_KERNEL_WORK_GROUP_SIZE,
      CL.CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE,
      CL.CL_KERNEL_LOCAL_MEM_SIZE,
      CL.CL_KERNEL_PRIVATE_MEM_SIZE
    };
    String[] words = {"work-group", "preferred multiple", "local bytes", "private bytes"};
    for (int i = 0; i < names.length; i++) {
      long[] value = new long[1];
      CL.clGetKernelWorkGroupInfo(
          kernel, session.device, names[i], Long.BYTES, Pointer.to(value), null);
      text.append(i == 0 ? "" : ", ").append(words[i]).append(' ').append(value[0]);
    }
    return text.toString();
  }

  private static String binary(ClSession session) {
    byte[] binary = session.binary(session.build(ClSession.source(SOURCE), ""));
    StringBuilder text = new StringBuilder();
    String start =
        new String(binary, 0, Math.min(SHOWN, binary.length), StandardCharsets.ISO_8859_1);
    for (char c : start.toCharArray()) {
      text.append(c == '\n' || (c >= ' ' && c < 127) ? c : '.');
    }
    return binary.length + " bytes:\n" + text;
  }

  private static String fromBinary(ClSession session) {
    byte[] binary = session.binary(session.build(ClSession.source(SOURCE), ""));
    long start = System.nanoTime();
    cl_program program =
        CL.clCreateProgramWithBinary(
            session.context,
            1,
            new cl_device_id[] {session.device},
            new long[] {binary.length},
            new byte[][] {binary},
            null,
            null);
    CL.clBuildProgram(program, 1, new cl_device_id[] {session.device}, "", null, null);
    CL.clReleaseKernel(CL.clCreateKernel(program, "empty", null));
    return String.format(Locale.ROOT, "ok in %.2f ms", (System.nanoTime() - start) / 1e6);
  }

  /** Sources that no cache has seen: a number in a comment does not do, a constant does. */
  private static String buildTime(ClSession session) {
    StringBuilder text = new StringBuilder();
    long seen = System.nanoTime() & 0xFFFFFFF;
    for (int i = 0; i < 5; i++) {
      String source =
          "__kernel void probe(__global float *y) { y[get_global_id(0)] += tanh("
              + (seen + i)
              + ".0f * y[0]); }";
      long start = System.nanoTime();
      CL.clReleaseKernel(CL.clCreateKernel(session.build(source, ""), "probe", null));
      double cold = (System.nanoTime() - start) / 1e6;
      start = System.nanoTime();
      CL.clReleaseKernel(CL.clCreateKernel(session.build(source, ""), "probe", null));
      text.append(
          String.format(
              Locale.ROOT,
              "%s%.1f ms (again: %.1f)",
              i == 0 ? "" : ", ",
              cold,
              (System.nanoTime() - start) / 1e6));
    }
    return text.toString();
  }
}
