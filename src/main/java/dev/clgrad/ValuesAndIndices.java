package dev.clgrad;

/**
 * Elements and where they were found along a dimension.
 *
 * @param values the elements
 * @param indices their places, of the same shape, as int64
 */
public record ValuesAndIndices(Tensor values, Tensor indices) {}
