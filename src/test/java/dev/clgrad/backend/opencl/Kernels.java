package dev.clgrad.backend.opencl;

import dev.clgrad.IndexException;
import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.Buffer;
import dev.clgrad.backend.Launch;
import dev.clgrad.backend.ProgramSource;
import java.util.List;

/** Small kernels for the tests of the backend. */
final class Kernels {
  static final ProgramSource SCALE =
      new ProgramSource(
          "test/scale.cl",
          "-DW=1",
          """
          #line 1 "test/scale.cl"
          __kernel void scale(__global float* x, ulong x_offset, long n, float factor) {
            long i = get_global_id(0);
            if (i < n) x[x_offset + i] *= factor;
          }
          """);

  /** Copies x[index] to y[0] where the index is below n, and flags it otherwise. */
  static final ProgramSource PICK =
      new ProgramSource(
          "test/pick.cl",
          "-DW=1",
          """
          #line 1 "test/pick.cl"
          __kernel void pick(
              __global const float* x, ulong x_offset, __global float* y, ulong y_offset, long n, long index,
              __global long* status, ulong status_offset) {
            if (index < 0 || index >= n) {
              status[status_offset + 1] = index;
              status[status_offset] = 1;
            } else {
              y[y_offset] = x[x_offset + index];
            }
          }
          """);

  private Kernels() {}

  static Launch launch(
      String op, ProgramSource program, String entry, long global, long local, List<Arg> args) {
    return new Launch(
        op, program, entry, args, new long[] {global}, new long[] {local}, call -> {});
  }

  static void scale(Backend backend, Buffer x, long n, float factor) {
    scale(backend, x, 0, n, factor);
  }

  static void scale(Backend backend, Buffer x, long offset, long n, float factor) {
    List<Arg> args = List.of(new Arg.Mem(x, offset, true), new Arg.I64(n), new Arg.F32(factor));
    backend.launch(launch("scale", SCALE, "scale", (n + 63) / 64 * 64, 64, args));
  }

  static void pick(Backend backend, Buffer x, Buffer y, long index) {
    List<Arg> args =
        List.of(
            new Arg.Mem(x, 0, false),
            new Arg.Mem(y, 0, true),
            new Arg.I64(x.length()),
            new Arg.I64(index),
            new Arg.Status(
                value -> new IndexException("pick: index " + value + " of " + x.length())));
    backend.launch(launch("pick", PICK, "pick", 1, 1, args));
  }
}
