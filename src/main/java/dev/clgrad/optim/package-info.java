/** Optimizers: they change parameters by their gradients, by the rules of {@code torch.optim}. */
@NullMarked
package dev.clgrad.optim;

import org.jspecify.annotations.NullMarked;
