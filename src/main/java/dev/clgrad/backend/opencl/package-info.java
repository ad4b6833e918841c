/**
 * The seam over OpenCL 1.2, through JOCL: the only package that imports {@code org.jocl}.
 *
 * <p>{@link dev.clgrad.backend.opencl.OpenClProvider} is where it is entered. Nothing here touches
 * a class of JOCL before {@link dev.clgrad.backend.opencl.OpenClLoader} has found that it will
 * load, because JOCL prints where it does not.
 */
@NullMarked
package dev.clgrad.backend.opencl;

import org.jspecify.annotations.NullMarked;
