/**
 * The CPU backend's primitives with the Vector API. Only this package may use the module {@code
 * jdk.incubator.vector}; it is compiled on its own and loaded by name, so that clgrad runs without
 * the module.
 *
 * <p>The JIT compiler makes vector instructions only of operations whose operator and species are
 * compile-time constants, in methods without calls that it cannot inline: that is why there is one
 * loop for each function.
 */
@NullMarked
package dev.clgrad.backend.cpu.simd;

import org.jspecify.annotations.NullMarked;
