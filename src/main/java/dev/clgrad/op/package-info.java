/**
 * The operations, one class each: it names the kernels of its file under {@code kernels/}, what
 * backward needs, the twin on the CPU and the gradient in differentiable operations.
 *
 * <p>A class is of one kind, by its superclass: {@link dev.clgrad.op.UnaryOp} and {@link
 * dev.clgrad.op.BinaryOp} (pointwise), {@link dev.clgrad.op.KernelOp} (a {@code __kernel} of its
 * own), {@link dev.clgrad.op.ViewOp} (no kernel) or {@link dev.clgrad.op.CompositeOp} (other
 * operations). Tests find them by scanning this package.
 */
@NullMarked
package dev.clgrad.op;

import org.jspecify.annotations.NullMarked;
