package dev.clgrad.backend;

import java.util.List;

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
 */
public record Launch(
    String op,
    ProgramSource program,
    String entry,
    List<Arg> args,
    long[] global,
    long[] local,
    Twin twin) {}
