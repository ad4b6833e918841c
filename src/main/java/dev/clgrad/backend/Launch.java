package dev.clgrad.backend;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One kernel execution, for any backend.
 *
 * @param op the operation or operations it computes, for errors and counters
 * @param program the OpenCL program that holds the kernel
 * @param entry the kernel's name in the program
 * @param args the arguments, in the order of the kernel's parameters
 * @param global the number of work-items in each of one to three dimensions, multiples of {@code
 *     local}
 * @param local the work-group size, fixed for each kernel: some platforms compile again for every
 *     new one
 * @param twin the same computation in Java
 * @param repeat how it is repeated with other parts of its buffers; null where it is not, as
 *     everywhere in backends
 */
public record Launch(
    String op,
    ProgramSource program,
    String entry,
    List<Arg> args,
    long[] global,
    long[] local,
    Twin twin,
    @Nullable Repeat repeat) {

  /**
   * A repetition.
   *
   * @param count how often the kernel is launched
   * @param steps for each argument that is a buffer, by how many elements it moves each time; 0 for
   *     others
   */
  public record Repeat(long count, long[] steps) {}

  /** A launch that is not repeated. */
  public Launch(
      String op,
      ProgramSource program,
      String entry,
      List<Arg> args,
      long[] global,
      long[] local,
      Twin twin) {
    this(op, program, entry, args, global, local, twin, null);
  }

  /** One of its repetitions, as a launch that is not repeated. */
  public Launch repetition(Repeat of, long number) {
    List<Arg> moved = new ArrayList<>(args);
    for (int i = 0; i < of.steps().length; i++) {
      if (moved.get(i) instanceof Arg.Mem mem) {
        long offset = mem.offset() + number * of.steps()[i];
        moved.set(i, new Arg.Mem(mem.buffer(), offset, mem.written()));
      }
    }
    return new Launch(op, program, entry, moved, global, local, twin);
  }
}
