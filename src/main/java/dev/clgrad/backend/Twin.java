package dev.clgrad.backend;

/** A kernel's computation in Java, over the arguments of its launch. */
@FunctionalInterface
public interface Twin {
  /** Computes what the kernel of the same launch computes. */
  void run(TwinCall call);
}
