package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.Backend;
import dev.clgrad.backend.KernelVariant;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.tape.Variable;
import java.util.List;

/**
 * The sums that a kernel for CPU-type devices holds in registers: {@code rows} of {@code vectors}
 * vectors of {@code width} elements, as many as the device's registers allow.
 *
 * @param defines the kernel file's macros as build options
 */
record RegisterTile(int width, int rows, int vectors, String defines) {
  private static final List<String> MACROS = List.of("ROWS", "VECTORS");

  /**
   * The tile for the device of a variable and its dtype.
   *
   * @param kernel what the table of kernel variants calls the kernel
   */
  static RegisterTile of(Variable x, String kernel) {
    Backend backend = x.scheduler().backend();
    int width = backend.limits().registerWidth(x.dtype());
    // The twins have no tiles; they are told how operands are laid out.
    KernelVariant variant =
        backend.runsTwins()
            ? KernelVariant.of("tile").with("ROWS", 4).with("VECTORS", 2)
            : backend.variants().get(kernel);
    return new RegisterTile(
        width, variant.get("ROWS", 0), variant.get("VECTORS", 0), variant.defines(MACROS));
  }

  /** This tile in vectors of so many elements at least. */
  RegisterTile atLeast(int least) {
    return new RegisterTile(Math.max(least, width), rows, vectors, defines);
  }

  /** The elements of a row. */
  int columns() {
    return vectors * width;
  }

  /** A kernel file with this width and these macros. */
  ProgramSource program(String file, DType dtype) {
    return ProgramSource.ofFile(file, dtype, width, defines);
  }
}
