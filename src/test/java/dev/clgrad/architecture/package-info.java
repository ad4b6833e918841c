/** The rules that hold the seams of the design in place. */
@NullMarked
package dev.clgrad.architecture;

import org.jspecify.annotations.NullMarked;
