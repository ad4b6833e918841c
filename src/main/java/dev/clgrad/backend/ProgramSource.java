package dev.clgrad.backend;

import dev.clgrad.DType;
import java.util.Locale;

/**
 * An OpenCL program: prelude, kernel files and rendered text in one string, and the macros it is
 * built with. Programs are cached by equality.
 *
 * @param name what it is, for messages: a kernel file or the ops of a rendered group
 * @param options the build options, such as {@code -DELEM=float -DW=16}
 * @param text the OpenCL C source; {@code #line} directives keep the kernel files' own line numbers
 */
public record ProgramSource(String name, String options, String text) {

  /**
   * A kernel file behind the prelude, for one element type.
   *
   * @param file path below {@code kernels/}, such as {@code reduce/sum.cl}
   * @param dtype the type the macro {@code ELEM} stands for
   * @param width the vector width the macro {@code W} stands for
   */
  public static ProgramSource ofFile(String file, DType dtype, int width) {
    return new ProgramSource(
        file,
        String.format(Locale.ROOT, "-DELEM=%s -DW=%d", elementName(dtype), width),
        KernelFiles.prelude() + KernelFiles.withLines(file));
  }

  /** The OpenCL C name of a dtype's storage type; bool is stored as {@code uchar} 0 or 1. */
  public static String elementName(DType dtype) {
    return switch (dtype) {
      case BOOL, UINT8 -> "uchar";
      case INT32 -> "int";
      case INT64 -> "long";
      case FLOAT32 -> "float";
      case FLOAT64 -> "double";
    };
  }
}
