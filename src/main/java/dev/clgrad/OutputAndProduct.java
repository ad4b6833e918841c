package dev.clgrad;

/**
 * What a function gives and a product of its derivatives with a vector: of {@link Functional}.
 *
 * @param output what the function gives
 * @param product the product
 * @param <O> a tensor, or a list of them
 * @param <P> a tensor, or a list of them
 */
public record OutputAndProduct<O, P>(O output, P product) {}
