/**
 * The public API: {@link dev.clgrad.Tensor} and what is named beside it.
 *
 * <p>{@link dev.clgrad.DType}, {@link dev.clgrad.Shape} and the exceptions are the vocabulary that
 * every layer below speaks; they depend on nothing. Everything else here is a façade over {@code
 * dev.clgrad.op} and {@code dev.clgrad.tape}.
 */
@NullMarked
package dev.clgrad;

import org.jspecify.annotations.NullMarked;
