/** Compiled programs on disk, without OpenCL. */
@NullMarked
package dev.clgrad.backend.programs;

import org.jspecify.annotations.NullMarked;
