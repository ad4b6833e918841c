/** Writes the programs that clgrad renders for GPUs, for {@code ci/gpu-compile} to compile. */
@NullMarked
package dev.clgrad.rendered;

import org.jspecify.annotations.NullMarked;
