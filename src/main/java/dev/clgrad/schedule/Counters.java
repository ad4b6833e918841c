package dev.clgrad.schedule;

/**
 * What a device has done and holds.
 *
 * @param launches kernels launched
 * @param plans batches of tasks for which a plan was made, not found
 * @param renders programs whose text was written
 * @param builds OpenCL programs compiled from source; 0 on the CPU backend
 * @param diskHits OpenCL programs loaded from the cache on disk in place of that
 * @param bytesToDevice bytes written to buffers from Java arrays
 * @param bytesToHost bytes read from buffers into Java arrays
 * @param allocations buffers asked of the device, not found in the cache
 * @param liveBytes bytes of buffers in use
 * @param cachedBytes bytes of buffers kept for the next use
 * @param peakBytes the most bytes of both at a time, since the start or the last reset
 * @param collections garbage collections asked for, because buffers would have taken too much
 * @param collectionNanos the time those took, in nanoseconds
 */
public record Counters(
    long launches,
    long plans,
    long renders,
    long builds,
    long diskHits,
    long bytesToDevice,
    long bytesToHost,
    long allocations,
    long liveBytes,
    long cachedBytes,
    long peakBytes,
    long collections,
    long collectionNanos) {}
