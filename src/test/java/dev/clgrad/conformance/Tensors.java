package dev.clgrad.conformance;

import dev.clgrad.Autograd;
import dev.clgrad.DType;
import dev.clgrad.Device;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Between the data of cases and tensors on the device under test. */
final class Tensors {
  /** What stands between the elements of a strided tensor; nothing may read it. */
  private static final long PADDING = 99;

  private Tensors() {}

  /** The name of the device under test. */
  static String device() {
    return Device.getDefault().name();
  }

  /** A contiguous tensor with that data. */
  static Tensor of(TensorData data) {
    return flat(data.dtype(), data.reals(), data.integers()).reshape(data.shape());
  }

  /**
   * An input of a case: with its strides, and a leaf that requires gradients if it asks for them.
   */
  static Tensor leaf(TensorData data) {
    Tensor tensor =
        data.strides() == null || isEmpty(data) ? of(data) : strided(data, data.strides());
    return tensor.detach().requiresGrad(data.requiresGrad());
  }

  private static boolean isEmpty(TensorData data) {
    return Arrays.stream(data.shape()).anyMatch(size -> size == 0);
  }

  /**
   * A view with these strides. With s the strides in descending order, the larger tensor has the
   * sizes [n0, s0/s1, s1/s2, ..., s_last], of which the view is a corner with its dimensions
   * permuted.
   */
  private static Tensor strided(TensorData data, long[] strides) {
    int rank = data.shape().length;
    int[] order =
        IntStream.range(0, rank)
            .filter(dim -> data.shape()[dim] > 1)
            .boxed()
            .sorted(Comparator.comparingLong((Integer dim) -> -strides[dim]))
            .mapToInt(Integer::intValue)
            .toArray();
    if (order.length == 0) {
      return of(data);
    }
    long[] larger = new long[order.length + 1];
    for (int i = 0; i <= order.length; i++) {
      long outer = i == 0 ? data.shape()[order[0]] * strides[order[0]] : strides[order[i - 1]];
      long inner = i == order.length ? 1 : strides[order[i]];
      boolean fits = i == 0 || i == order.length || outer / inner >= data.shape()[order[i]];
      if (inner <= 0 || outer % inner != 0 || !fits) {
        throw new Unsupported("strides " + Arrays.toString(strides) + " of an input");
      }
      larger[i] = outer / inner;
    }
    Tensor tensor = flat(data, strides, larger).reshape(larger);
    for (int i = 1; i < order.length; i++) {
      tensor = tensor.narrow(i, 0, data.shape()[order[i]]);
    }
    tensor = tensor.select(order.length, 0);
    // Dimensions of size 1 join at the end, then all go where they belong.
    int[] places = new int[rank];
    int next = order.length;
    for (int dim = 0; dim < rank; dim++) {
      if (data.shape()[dim] == 1) {
        tensor = tensor.unsqueeze(next);
        places[dim] = next++;
      }
    }
    for (int i = 0; i < order.length; i++) {
      places[order[i]] = i;
    }
    return tensor.permute(places);
  }

  /** The memory of the larger tensor: the elements at their strides, and padding between. */
  private static Tensor flat(TensorData data, long[] strides, long[] larger) {
    int count = Math.toIntExact(Arrays.stream(larger).reduce(1, Math::multiplyExact));
    boolean floating = data.dtype().isFloating();
    double[] reals = new double[floating ? count : 0];
    long[] integers = new long[floating ? 0 : count];
    Arrays.fill(reals, Double.NaN);
    Arrays.fill(integers, PADDING);
    int elements = floating ? data.reals().length : data.integers().length;
    for (int i = 0; i < elements; i++) {
      long rest = i;
      long at = 0;
      for (int dim = strides.length - 1; dim >= 0; dim--) {
        at += rest % data.shape()[dim] * strides[dim];
        rest /= data.shape()[dim];
      }
      if (floating) {
        reals[(int) at] = data.reals()[i];
      } else {
        integers[(int) at] = data.integers()[i];
      }
    }
    return flat(data.dtype(), reals, integers);
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
      default -> Tensor.of(integers).to(dtype);
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
