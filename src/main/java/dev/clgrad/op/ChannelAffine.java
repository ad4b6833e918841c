package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import org.jspecify.annotations.Nullable;

/**
 * y and dx of a batch norm by kernels that go channel by channel, where that is faster than
 * pointwise operations. Not recorded.
 *
 * @param batch how many elements a batch has, in each of which every channel has its space
 * @param channels how many channels
 * @param space how many elements of each
 */
record ChannelAffine(long batch, long channels, long space) {
  private static final String OP = "batch_norm";
  private static final String FILE = "norm/batch_norm.cl";

  /** Channels of fewer elements fill no vector. */
  private static final long VECTOR = 16;

  /** The kernels for statistics over the batch and the space; null if there are none. */
  static @Nullable ChannelAffine of(Variable x, int[] dims) {
    if (dims[0] != 0 || !KernelSizes.vectors(x)) {
      return null;
    }
    long batch = x.shape().size(0);
    long channels = x.shape().size(1);
    long space = x.shape().numel() / (batch * channels);
    return space < VECTOR ? null : new ChannelAffine(batch, channels, space);
  }

  /** y. */
  Variable forward(
      Variable x, Moments moments, @Nullable Variable weight, @Nullable Variable bias, double eps) {
    Variable from = ConvolutionProduct.contiguous(x.detach());
    Variable w = NormKernels.parameter(weight, x, channels, 1);
    Variable b = NormKernels.parameter(bias, x, channels, 0);
    Variable y = NormKernels.scratch(OP, x, x.shape());
    KernelTask.Builder task = kernel("forward", x.dtype()).source(from.value(), space);
    task.in(moments.mean().value()).in(moments.squares().value()).in(w.value()).in(b.value());
    add(task.result(y.value(), space), y, eps, ChannelAffineTwin::forward);
    Reduction.release(from, x);
    NormKernels.release(w, weight);
    NormKernels.release(b, bias);
    return y;
  }

  /** dx. */
  Variable input(
      Variable dy,
      Variable x,
      Variable mean,
      Variable squares,
      @Nullable Variable weight,
      ChannelSums sums,
      double eps) {
    Variable from = ConvolutionProduct.contiguous(dy.detach());
    Variable saved = ConvolutionProduct.contiguous(x.detach());
    Variable w = NormKernels.parameter(weight, x, channels, 1);
    Variable dx = NormKernels.scratch(OP, x, x.shape());
    KernelTask.Builder task = kernel("input", x.dtype()).source(from.value(), space);
    task.in(saved.value()).in(mean.value()).in(squares.value()).in(w.value());
    // The products lie behind the sums.
    task.in(sums.sum().value());
    add(task.result(dx.value(), space), dx, eps, ChannelAffineTwin::input);
    Reduction.release(from, dy);
    Reduction.release(saved, x);
    NormKernels.release(w, weight);
    return dx;
  }

  private static KernelTask.Builder kernel(String direction, DType dtype) {
    String entry = OP + "_" + direction + "_rows";
    return KernelTask.of(OP, ProgramSource.ofFile(FILE, dtype, 16), entry);
  }

  private void add(KernelTask.Builder task, Variable result, double eps, Twin twin) {
    Shape matrix = Shape.of(batch * channels, space);
    Variable view = new Variable(result.storage(), Layout.contiguous(matrix));
    long length = Reduction.of(view, new int[] {1}).segmentLength(true);
    long segments = Reduction.segments(space, length);
    long items = batch * channels * segments;
    task.i64(items).i64(channels).i64(space).i64(segments).i64(length).i64(batch * space);
    if (result.dtype() == DType.FLOAT32) {
      task.f32((float) eps);
    } else {
      task.f64(eps);
    }
    int local = KernelSizes.VECTOR;
    result
        .scheduler()
        .add(task.build(KernelSizes.global(items, local), KernelSizes.local(local), twin));
  }
}
