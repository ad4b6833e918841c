package dev.clgrad.backend;

/**
 * What a backend has done so far.
 *
 * @param builds programs compiled from source; 0 where launches run through their twins
 * @param diskHits programs loaded from the cache on disk in place of that
 * @param bytesToDevice bytes written to buffers from the host
 * @param bytesToHost bytes read from buffers by the host
 */
public record BackendCounters(long builds, long diskHits, long bytesToDevice, long bytesToHost) {}
