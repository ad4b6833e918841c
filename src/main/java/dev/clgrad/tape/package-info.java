/**
 * The tape: {@link dev.clgrad.tape.Variable}s, the {@link dev.clgrad.tape.Node}s that made them,
 * and {@link dev.clgrad.tape.Backward}, which walks them. Nothing here knows an operation:
 * gradients come as {@link dev.clgrad.tape.Gradient}s, and the little arithmetic the tape needs
 * itself as {@link dev.clgrad.tape.Algebra}.
 */
@NullMarked
package dev.clgrad.tape;

import org.jspecify.annotations.NullMarked;
