package dev.clgrad.bench;

import dev.clgrad.Device;
import dev.clgrad.Scope;
import dev.clgrad.Tensor;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * A row as clgrad does it: each run in a scope, and done when the device has done everything that
 * was recorded.
 *
 * @param <R> what a run results in
 */
final class ClgradWork<R> implements Workload {
  private final Device device = Device.getDefault();
  private final Supplier<R> once;
  private final ToDoubleFunction<R> checked;

  ClgradWork(Supplier<R> once, ToDoubleFunction<R> checked) {
    this.once = once;
    this.checked = checked;
  }

  @Override
  public void run() {
    try (Scope scope = Scope.open()) {
      R unused = once.get();
      device.synchronize();
    }
  }

  @Override
  public double check() {
    return checked.applyAsDouble(once.get());
  }

  /** The gradient of a leaf. */
  static Tensor gradient(Tensor leaf) {
    Tensor gradient = leaf.grad();
    if (gradient == null) {
      throw new IllegalStateException("backward left no gradient");
    }
    return gradient;
  }
}
