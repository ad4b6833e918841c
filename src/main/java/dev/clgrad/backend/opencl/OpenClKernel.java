package dev.clgrad.backend.opencl;

import dev.clgrad.backend.Arg;
import dev.clgrad.backend.KernelSignature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A kernel, as several objects with arguments of their own: a training step launches one kernel for
 * many tensors, in the same order each time, and each launch finds the object that has most of its
 * arguments already.
 */
final class OpenClKernel {
  /** More launches of one kernel in a step share objects. */
  private static final int MOST = 16;

  /** So many arguments are set rather than another object made. */
  private static final int FEW = 2;

  private final long maxLocalSize;
  private final Supplier<KernelInstance> another;
  private final Supplier<KernelSignature> signature;
  private final List<KernelInstance> instances = new ArrayList<>();
  private long @Nullable [] lastLocal;
  private final Set<List<Long>> launchedLocals = new HashSet<>();
  private int next;

  /**
   * Wraps a kernel.
   *
   * @param first its first object
   * @param another makes one more
   * @param maxLocalSize the largest work-group it can run with
   * @param signature asks the driver what it knows of it
   */
  OpenClKernel(
      KernelInstance first,
      Supplier<KernelInstance> another,
      long maxLocalSize,
      Supplier<KernelSignature> signature) {
    this.another = another;
    this.signature = signature;
    this.maxLocalSize = maxLocalSize;
    instances.add(first);
  }

  /** What the driver knows of it. */
  KernelSignature signature() {
    return signature.get();
  }

  long maxLocalSize() {
    return maxLocalSize;
  }

  /** Takes note of a launch; whether it is the first with a work-group of this size. */
  boolean markLaunched(long[] local) {
    if (Arrays.equals(local, lastLocal)) {
      return false;
    }
    lastLocal = local;
    return launchedLocals.add(Arrays.stream(local).boxed().toList());
  }

  /** The object that needs the fewest arguments set for a launch. */
  KernelInstance instance(List<Arg> args) {
    KernelInstance best = instances.get(0);
    int fewest = Integer.MAX_VALUE;
    int count = instances.size();
    // From behind the last one: a step comes to them in turn.
    int first = next;
    for (int i = 0; i < count && fewest > 0; i++) {
      int at = (first + i) % count;
      int differences = instances.get(at).differences(args, fewest);
      if (differences < fewest) {
        fewest = differences;
        best = instances.get(at);
        next = at + 1;
      }
    }
    if (fewest <= FEW || best.isUnset()) {
      return best;
    }
    if (count < MOST) {
      best = another.get();
      instances.add(best);
    } else {
      // None is near: they are used up in turn.
      best = instances.get(next % count);
    }
    next = instances.indexOf(best) + 1;
    return best;
  }
}
