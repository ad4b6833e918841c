package dev.clgrad.op;

import dev.clgrad.Shape;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.stream.IntStream;

/**
 * The two sums of each channel that the backward pass of a norm is made of, by the kernels of
 * batch_norm: dy and x are read once. Not recorded.
 *
 * @param sum Σ dy
 * @param product Σ dy (x - mean)
 */
record ChannelSums(Variable sum, Variable product) {
  private static final String OP = "batch_norm";
  private static final String FILE = "norm/batch_norm.cl";

  /**
   * The sums over the batch and the space of (batch, channels, space).
   *
   * @param batch how many elements a batch has, in each of which every channel has its space
   * @param mean one for every {@code channels / mean.numel()} neighboring channels
   * @param shape what the sums are seen in: one element for each channel
   */
  static ChannelSums of(
      Variable dy, Variable x, Variable mean, long batch, long channels, Shape shape) {
    Variable from = ConvolutionProduct.contiguous(dy.detach());
    Variable saved = ConvolutionProduct.contiguous(x.detach());
    long space = x.shape().numel() / (batch * channels);
    boolean columns = space == 1;
    long count = columns ? batch : space;
    long rows = columns ? 1 : batch * channels;
    Shape matrix = columns ? Shape.of(batch, channels) : Shape.of(rows, space);
    Variable view = new Variable(saved.storage(), Layout.contiguous(matrix));
    Reduction r = Reduction.of(view, new int[] {columns ? 0 : 1});
    long length = Math.max(1, r.segmentLength(KernelSizes.vectors(x)));
    long segments = Reduction.segments(count, length);
    Shape parts =
        columns ? Shape.of(2, segments, channels, 1) : Shape.of(2, batch, channels, segments);
    Variable sums =
        new Variable(x.scheduler().newStorage(OP, x.dtype(), parts), Layout.contiguous(parts));
    long items = parts.numel() / 2;
    String entry = "batch_norm_backward";
    int local = KernelSizes.ITEMS;
    long tasks = items;
    if (KernelSizes.vectors(x)) {
      local = KernelSizes.VECTOR;
      entry += columns ? "_columns" : "_rows";
      tasks = columns ? segments * ((channels + 15) / 16) : items;
    } else if (!columns) {
      local = KernelSizes.GROUP;
      entry += "_group";
      tasks = items * Math.min(local, Long.highestOneBit(length));
    }
    int width = KernelSizes.vectors(x) ? 16 : 1;
    KernelTask.Builder task =
        KernelTask.of(OP, ProgramSource.ofFile(FILE, x.dtype(), width), entry);
    task.source(from.value(), columns ? channels : space).in(saved.value()).in(mean.value());
    task.out(sums.value()).i64(items).i64(channels).i64(channels / mean.shape().numel());
    task.i64(count).i64(segments).i64(length);
    Twin twin = columns ? ChannelSumsTwin::columns : ChannelSumsTwin::rows;
    x.scheduler().add(task.build(KernelSizes.global(tasks, local), KernelSizes.local(local), twin));
    Reduction.release(from, dy);
    Reduction.release(saved, x);
    return totals(sums, shape);
  }

  /** Adds up what is left of (2, parts, channels, parts), where anything is. */
  private static ChannelSums totals(Variable parts, Shape shape) {
    Variable sums = parts;
    int[] dims = IntStream.of(1, 3).filter(d -> parts.shape().size(d) > 1).toArray();
    if (dims.length > 0) {
      sums = Sum.forward(OP, parts, dims, false, 1);
      parts.storage().close();
    }
    Layout first = Layout.contiguous(shape);
    return new ChannelSums(
        new Variable(sums.storage(), first),
        new Variable(sums.storage(), first.startingAt(shape.numel())));
  }
}
