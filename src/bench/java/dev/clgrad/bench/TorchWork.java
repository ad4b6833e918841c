package dev.clgrad.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A row as libtorch does it: what a run makes belongs to a manager that is closed at its end, as
 * DJL asks for.
 *
 * @param <R> what a run results in
 */
final class TorchWork<R> implements Workload {
  private final NDManager manager;
  private final Function<NDManager, R> once;
  private final ToDoubleFunction<R> checked;

  TorchWork(NDManager manager, Function<NDManager, R> once, ToDoubleFunction<R> checked) {
    this.manager = manager;
    this.once = once;
    this.checked = checked;
  }

  @Override
  public void run() {
    try (NDManager run = manager.newSubManager()) {
      R unused = once.apply(run);
    }
  }

  @Override
  public double check() {
    try (NDManager run = manager.newSubManager()) {
      return checked.applyAsDouble(once.apply(run));
    }
  }

  /** The same memory as an array of a run, whose results belong to that run. */
  static NDArray alias(NDManager run, NDArray array) {
    NDArray alias = array.stopGradient();
    alias.attach(run);
    return alias;
  }

  static NDArray leaf(NDManager run, NDArray array) {
    NDArray leaf = alias(run, array);
    leaf.setRequiresGradient(true);
    return leaf;
  }

  static void backward(NDArray y, NDArray dy) {
    JniUtils.backward((PtNDArray) y, (PtNDArray) dy, false, false);
  }

  /** SGD's: no weight decay, no clipping, no momentum; the gradient as it is. */
  static void update(NDArray parameter, NDArray gradient) {
    parameter
        .getNDArrayInternal()
        .sgdUpdate(
            new NDList(parameter, gradient),
            new NDList(parameter),
            Inputs.LEARNING_RATE,
            0,
            1,
            -1,
            0,
            false);
  }
}
