package dev.clgrad.backend;

import dev.clgrad.DType;

/**
 * What a device can take, and the parameters kernels are rendered with for it.
 *
 * @param maxAllocationBytes the largest single buffer, in bytes
 * @param maxArgumentBytes the most bytes of arguments a kernel may have
 * @param fp64 whether float64 arithmetic exists
 * @param cpuType whether the device's work-items share a CPU's cores and vector units: such devices
 *     get explicit vectors and no local-memory tiles
 * @param vectorBytes the width of the vectors that pointwise kernels are rendered with, in bytes
 * @param registerBytes the width of one vector register of a CPU-type device, in bytes; of a GPU
 *     the most that a work-item loads at once
 * @param localSize the work-group size of one-dimensional kernels
 * @param computeUnits how many work-groups run at once
 */
public record Limits(
    long maxAllocationBytes,
    int maxArgumentBytes,
    boolean fp64,
    boolean cpuType,
    int vectorBytes,
    int registerBytes,
    int localSize,
    int computeUnits) {

  /** How many elements of a type one vector of a pointwise kernel has: 1, 2, 4, 8 or 16. */
  public int vectorWidth(DType dtype) {
    return Math.max(1, Math.min(16, vectorBytes / Math.max(dtype.bytes(), 4)));
  }

  /** How many elements of a type one register has: 1, 2, 4, 8 or 16. */
  public int registerWidth(DType dtype) {
    return Math.max(1, Math.min(16, registerBytes / Math.max(dtype.bytes(), 4)));
  }
}
