/**
 * Neural networks: modules that own parameters and compute one tensor from another.
 *
 * <p>Names, shapes and initial values are those of PyTorch's {@code torch.nn}.
 */
@NullMarked
package dev.clgrad.nn;

import org.jspecify.annotations.NullMarked;
