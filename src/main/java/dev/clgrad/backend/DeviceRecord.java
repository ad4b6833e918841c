package dev.clgrad.backend;

/**
 * What is known about one device, whether it is used or not.
 *
 * @param name the name that selects it, such as {@code opencl:0}
 * @param platform the platform it belongs to, with version
 * @param device its own name
 * @param vendor who makes it
 * @param version the device's version of OpenCL, or of Java
 * @param driver the driver's version
 * @param type {@code CPU}, {@code GPU} or {@code accelerator}
 * @param memoryBytes its memory
 * @param maxAllocationBytes the largest single buffer
 * @param localMemoryBytes local memory of a work-group
 * @param computeUnits compute units or cores
 * @param maxWorkGroupSize the largest work-group
 * @param vectorWidth preferred vector width for float32
 * @param fp64 whether float64 arithmetic exists
 * @param fp16 whether float16 arithmetic exists
 */
public record DeviceRecord(
    String name,
    String platform,
    String device,
    String vendor,
    String version,
    String driver,
    String type,
    long memoryBytes,
    long maxAllocationBytes,
    long localMemoryBytes,
    int computeUnits,
    long maxWorkGroupSize,
    int vectorWidth,
    boolean fp64,
    boolean fp16) {}
