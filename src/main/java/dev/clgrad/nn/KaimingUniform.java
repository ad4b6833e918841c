package dev.clgrad.nn;

import dev.clgrad.Autograd;
import dev.clgrad.Scope;
import dev.clgrad.Tensor;

/**
 * How PyTorch's layers start: uniform in ±1/√n, n being how many inputs an output is made of
 * (Kaiming's uniform distribution with a = √5).
 */
final class KaimingUniform {
  private KaimingUniform() {}

  /** Numbers of clgrad's generator, in float32 on the default device. */
  static Tensor of(long inputs, long... shape) {
    double bound = 1 / Math.sqrt((double) inputs);
    try (var off = Autograd.noGrad()) {
      return Scope.compute(() -> Tensor.rand(shape).mul(2 * bound).sub(bound));
    }
  }
}
