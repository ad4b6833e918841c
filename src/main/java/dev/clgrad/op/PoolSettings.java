package dev.clgrad.op;

import org.jspecify.annotations.Nullable;

/**
 * How a pooling window moves over its input. Each list has one number for all dimensions or one for
 * each.
 *
 * @param stride empty for that of the kernel
 * @param ceilMode whether windows that reach beyond the padded input count too
 * @param countIncludePad whether an average counts places in the padding
 * @param divisorOverride what an average is divided by; null for the size of its window
 */
public record PoolSettings(
    long[] kernel,
    long[] stride,
    long[] padding,
    long[] dilation,
    boolean ceilMode,
    boolean countIncludePad,
    @Nullable Long divisorOverride) {}
