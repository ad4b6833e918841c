/** Programs that the documentation shows, compiled and run so that they stay right. */
@NullMarked
package dev.clgrad.examples;

import org.jspecify.annotations.NullMarked;
