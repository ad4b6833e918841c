package dev.clgrad.backend;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An OpenCL program: prelude, kernel files and rendered text in one string, and the macros it is
 * built with. Programs are cached by equality.
 */
public final class ProgramSource {
  private static final ConcurrentHashMap<KernelFile, ProgramSource> OF_FILES =
      new ConcurrentHashMap<>();

  private final String name;
  private final String options;
  private final String text;
  private final @Nullable KernelFile file;
  private final int hash;

  /**
   * What a program was made of, where it is one kernel file.
   *
   * @param path below {@code kernels/}, such as {@code reduce/sum.cl}
   * @param dtype the type the macro {@code ELEM} stands for
   * @param width the vector width the macro {@code W} stands for
   * @param defines further options, such as {@code " -DROWS=6"}; empty for the file's own defaults
   */
  public record KernelFile(String path, DType dtype, int width, String defines) {
    /** A file with its own defaults. */
    public KernelFile(String path, DType dtype, int width) {
      this(path, dtype, width, "");
    }

    /** The macros the file is built with. */
    public String options() {
      return "-DELEM=" + elementName(dtype) + " -DW=" + width + defines;
    }
  }

  /**
   * A program of any text.
   *
   * @param name what it is, for messages: a kernel file or the ops of a rendered group
   * @param options the build options, such as {@code -DELEM=float -DW=16}
   * @param text the OpenCL C source; {@code #line} directives keep the kernel files' own line
   *     numbers
   */
  public ProgramSource(String name, String options, String text) {
    this(name, options, text, null);
  }

  private ProgramSource(String name, String options, String text, @Nullable KernelFile file) {
    this.name = name;
    this.options = options;
    this.text = text;
    this.file = file;
    this.hash = 31 * text.hashCode() + options.hashCode();
  }

  /**
   * A kernel file behind the prelude, for one element type.
   *
   * @throws DTypeException for float16 and bfloat16, which no kernel file computes with
   */
  public static ProgramSource ofFile(String path, DType dtype, int width) {
    return ofFile(path, dtype, width, "");
  }

  /**
   * A kernel file behind the prelude, for one element type and with other parameters than its own.
   *
   * @param defines the parameters as options, such as {@code " -DROWS=6"}, each with a blank before
   *     it
   * @throws DTypeException for float16 and bfloat16, which no kernel file computes with
   */
  public static ProgramSource ofFile(String path, DType dtype, int width, String defines) {
    if (dtype.isReduced()) {
      throw new DTypeException(
          path
              + ": "
              + dtype
              + " is a type to store numbers in, which this kernel does not compute with; convert"
              + " with to(DType.FLOAT32)");
    }
    return OF_FILES.computeIfAbsent(
        new KernelFile(path, dtype, width, defines),
        f ->
            new ProgramSource(
                path, f.options(), KernelFiles.prelude() + KernelFiles.withLines(path), f));
  }

  /** What it is, for messages. */
  public String name() {
    return name;
  }

  /** The build options. */
  public String options() {
    return options;
  }

  /** The OpenCL C source. */
  public String text() {
    return text;
  }

  /** The kernel file it is; null for rendered text. */
  public @Nullable KernelFile file() {
    return file;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof ProgramSource that
            && hash == that.hash
            && options.equals(that.options)
            && text.equals(that.text));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return name + " (" + options + ")";
  }

  /** The OpenCL C name of the type a dtype lies in memory as: the bits alone for float16. */
  public static String storageName(DType dtype) {
    return dtype.isReduced() ? "ushort" : elementName(dtype);
  }

  /**
   * The OpenCL C name of the type that a dtype is computed with; bool is a {@code uchar}, 0 or 1.
   */
  public static String elementName(DType dtype) {
    return switch (dtype) {
      case BOOL, UINT8 -> "uchar";
      case INT32 -> "int";
      case INT64 -> "long";
      case FLOAT16, BFLOAT16, FLOAT32 -> "float";
      case FLOAT64 -> "double";
    };
  }
}
