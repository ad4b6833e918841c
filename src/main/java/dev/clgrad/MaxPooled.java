package dev.clgrad;

/**
 * What a maximum over windows gives.
 *
 * @param values the largest element of each window
 * @param indices its index in its plane, row by row, of int64
 */
public record MaxPooled(Tensor values, Tensor indices) {}
