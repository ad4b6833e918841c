/**
 * The seam between what is to be computed and where: a {@link dev.clgrad.backend.Backend} owns
 * buffers and runs {@link dev.clgrad.backend.Launch}es; nothing here knows an operation.
 *
 * <p>A launch carries both an OpenCL kernel and its {@link dev.clgrad.backend.Twin}, the same
 * computation in Java, so that every backend runs the same schedule.
 */
@NullMarked
package dev.clgrad.backend;

import org.jspecify.annotations.NullMarked;
