package dev.clgrad.backend;

import java.util.List;

/**
 * What a driver knows of a kernel it has built.
 *
 * @param parameters how many parameters it has
 * @param details what they are, in order; empty where the driver does not know
 * @param maxLocalSize the most work-items a work-group of it can have
 * @param requiredLocal the work-group size that its attribute demands; zeros if it has none
 */
public record KernelSignature(
    int parameters, List<Parameter> details, long maxLocalSize, List<Long> requiredLocal) {

  /** Where what a pointer points to lies. */
  public enum AddressSpace {
    GLOBAL,
    CONSTANT,
    LOCAL,
    PRIVATE
  }

  /**
   * A parameter.
   *
   * @param name as in the source
   * @param type its OpenCL C type without qualifiers and spaces, such as {@code float*} or {@code
   *     ulong}
   * @param space where what it points to lies; PRIVATE for values
   * @param isConst whether what it points to cannot be written through it
   */
  public record Parameter(String name, String type, AddressSpace space, boolean isConst) {}
}
