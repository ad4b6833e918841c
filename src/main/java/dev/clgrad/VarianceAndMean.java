package dev.clgrad;

/**
 * A variance and the mean that it is around.
 *
 * @param variance the variance
 * @param mean the mean, of the same shape
 */
public record VarianceAndMean(Tensor variance, Tensor mean) {}
