/**
 * The OpenCL backend on a real device, and what may be missing, each in a Java process of its own.
 */
@NullMarked
package dev.clgrad.backend.opencl;

import org.jspecify.annotations.NullMarked;
