package dev.clgrad.conformance;

import dev.clgrad.Autograd;
import dev.clgrad.DType;
import dev.clgrad.Device;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Between the data of cases and tensors on the device under test. */
final class Tensors {
  private Tensors() {}

  /** The name of the device under test. */
  static String device() {
    return Device.getDefault().name();
  }

  /** A contiguous tensor with that data. */
  static Tensor of(TensorData data) {
    return flat(data.dtype(), data.reals(), data.integers()).reshape(data.shape());
  }

  /** An input of a case: a leaf that requires gradients if it asks for them. */
  static Tensor leaf(TensorData data) {
    return of(data).detach().requiresGrad(data.requiresGrad());
  }

  private static Tensor flat(DType dtype, double[] reals, long[] integers) {
    return switch (dtype) {
      case FLOAT64 -> Tensor.of(reals);
      case FLOAT32 -> {
        float[] singles = new float[reals.length];
        for (int i = 0; i < singles.length; i++) {
          singles[i] = (float) reals[i];
        }
        yield Tensor.of(singles);
      }
      case INT64 -> Tensor.of(integers);
      default -> throw new Unsupported("input of " + dtype);
    };
  }

  /** The elements of a tensor, read back. */
  static TensorData read(Tensor tensor) {
    long[] shape = tensor.shape().toArray();
    return tensor.dtype().isFloating()
        ? TensorData.of(tensor.dtype(), shape, tensor.toDoubleArray())
        : TensorData.of(tensor.dtype(), shape, tensor.toLongArray());
  }

  /** The gradients that leaves got from backward; null where they take no part. */
  static List<@Nullable Tensor> backward(
      List<Tensor> roots, List<Tensor> leaves, List<Tensor> seeds) {
    for (int i = 0; i < roots.size(); i++) {
      roots.get(i).backward(seeds.get(i), i < roots.size() - 1, false);
    }
    List<@Nullable Tensor> gradients = new ArrayList<>();
    leaves.forEach(leaf -> gradients.add(leaf.grad()));
    return gradients;
  }

  /** The gradients of roots with respect to inputs; null where they take no part. */
  static List<@Nullable Tensor> grad(
      List<Tensor> roots, List<Tensor> inputs, List<Tensor> seeds, boolean createGraph) {
    return Autograd.gradAllowingUnused(roots, inputs, seeds, createGraph, createGraph);
  }
}
