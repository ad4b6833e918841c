package dev.clgrad;

/**
 * What a maximum over windows gives.
 *
 * @param values the largest element of each window
 * @param indices its index in its plane, row by row, of int64; -1 where a window has no place
 *     inside
 */
public record MaxPooled(Tensor values, Tensor indices) {}
