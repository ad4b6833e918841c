/**
 * The CPU backend: runs the same launches as a device does, through their {@link
 * dev.clgrad.backend.Twin}s, on all cores.
 *
 * <p>{@link dev.clgrad.backend.cpu.PlainLanes} is plain Java; {@code dev.clgrad.backend.cpu.simd}
 * holds what needs the Vector API and is reached by reflection alone.
 */
@NullMarked
package dev.clgrad.backend.cpu;

import org.jspecify.annotations.NullMarked;
