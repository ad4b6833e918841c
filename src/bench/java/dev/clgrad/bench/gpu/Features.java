package dev.clgrad.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jocl.CL;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;

/** Small kernels that a compiler may take or refuse, each of one work-group of 64. */
final class Features {
  private static final int ITEMS = 64;
  private static final int SUM = ITEMS * (ITEMS - 1) / 2;
  private static final String SOURCE = "features.cl";

  private Features() {}

  static List<ProbeCase> cases() {
    List<ProbeCase> cases = new ArrayList<>();
    cases.add(feature("a plain kernel", "-D PLAIN", i -> 2 * i + 1));
    cases.add(feature("half storage (vload_half)", "-D HALF_STORAGE", i -> i));
    cases.add(feature("half storage (vload_half4)", "-D HALF_STORAGE4", i -> i));
    cases.add(feature("half arithmetic", "-D HALF_ARITHMETIC", i -> 2 * i + 1));
    cases.add(
        feature("half arithmetic with its pragma", "-D HALF_ARITHMETIC -D PRAGMA", i -> 2 * i + 1));
    cases.add(feature("double", "-D DOUBLE", i -> i + 1));
    cases.add(feature("double with its pragma", "-D DOUBLE -D PRAGMA", i -> i + 1));
    cases.add(feature("bfloat16 by shifts", "-D BF16_SHIFTS", i -> 1.5 * i));
    cases.add(feature("sub-groups", "-D SUBGROUPS", Features::warpMean));
    cases.add(feature("sub-groups, CL3.0", "-D SUBGROUPS -cl-std=CL3.0", Features::warpMean));
    cases.add(feature("generic pointers, CL2.0", "-D GENERIC_POINTERS -cl-std=CL2.0", i -> 4 * i));
    cases.add(feature("generic pointers, CL3.0", "-D GENERIC_POINTERS -cl-std=CL3.0", i -> 4 * i));
    cases.add(feature("-cl-std=CL1.2", "-D PLAIN -cl-std=CL1.2", i -> 2 * i + 1));
    cases.add(feature("-cl-std=CL2.0", "-D PLAIN -cl-std=CL2.0", i -> 2 * i + 1));
    cases.add(feature("-cl-std=CL3.0", "-D PLAIN -cl-std=CL3.0", i -> 2 * i + 1));
    cases.add(feature("local atomics", "-D LOCAL_ATOMICS", i -> SUM));
    cases.add(feature("64-bit local atomics", "-D LONG_ATOMICS", i -> SUM));
    cases.add(
        feature(
            "loads of int4, int8, int16",
            "-D VECTORS",
            i -> i / 4 * 4 + i / 8 * 8 + 7 + i / 16 * 16 + 15 + i / 4 * 4 + 3));
    cases.add(feature("printf", "-D PRINTF", i -> i));
    cases.add(feature("work-group functions", "-D WORK_GROUP_FUNCTIONS", i -> SUM));
    cases.add(
        feature("work-group functions, CL3.0", "-D WORK_GROUP_FUNCTIONS -cl-std=CL3.0", i -> SUM));
    for (int kilobytes : new int[] {32, 48, 64, 96}) {
      cases.add(
          feature(
              kilobytes + " KB of local memory",
              "-D LARGE_GROUP -D LOCAL_FLOATS=" + kilobytes * 256,
              i -> ITEMS - 1 - i));
    }
    return cases;
  }

  /** The mean of the items 0 to 31 or 32 to 63. */
  private static double warpMean(int i) {
    return i < 32 ? 15.5 : 47.5;
  }

  private static ProbeCase feature(String name, String options, IntToDoubleFunction expected) {
    return new ProbeCase(name, session -> ask(session, SOURCE, options, ITEMS, ITEMS, expected));
  }

  /**
   * Builds a resource and runs its kernel {@code probe} in one work-group.
   *
   * @param count of the floats that it leaves
   */
  static String ask(
      ClSession session,
      String resource,
      String options,
      int items,
      int count,
      IntToDoubleFunction expected) {
    cl_program program = session.build(ClSession.source(resource), options);
    int[] numbers = new int[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      numbers[i] = i;
    }
    cl_kernel kernel = CL.clCreateKernel(program, "probe", null);
    cl_mem in = session.buffer(numbers);
    cl_mem scratch = session.buffer(16L * ITEMS);
    cl_mem out = session.buffer(4L * count);
    ClSession.arguments(kernel, in, scratch, out);
    session.enqueue(kernel, items, items);
    float[] got = session.readFloats(out, count);
    for (cl_mem each : List.of(in, scratch, out)) {
      CL.clReleaseMemObject(each);
    }
    CL.clReleaseKernel(kernel);
    CL.clReleaseProgram(program);
    return compare(got, expected);
  }

  /** {@code ok}, or the first element that is not what it should be. */
  static String compare(float[] got, IntToDoubleFunction expected) {
    for (int i = 0; i < got.length; i++) {
      double wanted = expected.applyAsDouble(i);
      if (got[i] != (float) wanted) {
        return "wrong result: element " + i + " is " + got[i] + " and not " + wanted;
      }
    }
    return "ok";
  }
}
