package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.ProgramSource;

/** How values of dtypes, vectors of so many, are written and converted in OpenCL C. */
record LaneText(int width) {
  /**
   * Whether there are as few lanes as on GPUs, where an array that a loop indexes lies in memory.
   */
  boolean isUnrolled() {
    return width > 1 && width <= 4;
  }

  /** What stands before a loop over lanes. */
  String unrolled() {
    return isUnrolled() ? "  #pragma unroll\n" : "";
  }

  /** A vector of an element type, or the type itself. */
  String vector(String element) {
    return width == 1 ? element : element + width;
  }

  /** What a comparison of values of a dtype gives. */
  String maskType(DType dtype) {
    if (width == 1) {
      return "int";
    }
    String element =
        switch (dtype) {
          case FLOAT16, BFLOAT16, FLOAT32, INT32 -> "int";
          case FLOAT64, INT64 -> "long";
          case UINT8, BOOL -> "char";
        };
    return element + width;
  }

  /** The bits of float16 or bfloat16 nearest to a value. */
  String narrowed(DType dtype, String value) {
    return "to_" + dtype + "(" + value + ")";
  }

  /**
   * A value as a mask.
   *
   * @param dtype what the mask goes with
   * @param isMask whether it is one already
   * @param made the dtype that it was computed with
   */
  String toMask(String from, DType dtype, boolean isMask, DType made) {
    if (width == 1) {
      return isMask ? from : "(" + from + " != 0)";
    }
    String type = maskType(dtype);
    if (isMask && maskType(made).equals(type)) {
      return from;
    }
    return "(convert_" + type + "(" + from + ") != (" + type + ")0)";
  }

  /**
   * A value of a type as a number of a dtype.
   *
   * @param isMask whether it is a mask
   */
  String toReal(String from, DType type, DType dtype, boolean isMask) {
    String element = vector(ProgramSource.elementName(dtype));
    if (isMask) {
      // A vector's true is -1 and a scalar's is 1; as a number both are 1.
      return "convert_" + element + (width == 1 ? "(" + from + ")" : "(" + from + " & 1)");
    }
    boolean same = ProgramSource.elementName(type).equals(ProgramSource.elementName(dtype));
    return same ? from : "convert_" + element + "(" + from + ")";
  }
}
