/** The command line: what {@code java -jar clgrad.jar} runs. */
@NullMarked
package dev.clgrad.cli;

import org.jspecify.annotations.NullMarked;
