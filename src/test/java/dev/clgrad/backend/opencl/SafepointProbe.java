package dev.clgrad.backend.opencl;

import dev.clgrad.DType;
import dev.clgrad.Device;
import dev.clgrad.Shape;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Compiles kernels, and then lets threads in compiled loops meet at safepoints, where each of them
 * takes SIGSEGV at the same moment. Prints what became of it.
 */
final class SafepointProbe {
  private static volatile long sink;
  private static volatile boolean stop;

  private SafepointProbe() {}

  public static void main(String[] args) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(SafepointProbe::count);
      thread.start();
      threads.add(thread);
    }
    for (int round = 0; round < 5; round++) {
      Tensor x = Tensor.full(Shape.of(3 + round), round, DType.FLOAT32, Device.of("opencl"));
      Tensor y = round % 2 == 0 ? x.tanh().sum() : x.exp().mean();
      System.out.println("round " + round + " " + Double.isNaN(y.item()));
      for (int i = 0; i < 20; i++) {
        System.gc();
      }
    }
    stop = true;
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println("counted " + sink);
    System.out.println("division-throws " + SignalGuard.divisionThrows());
  }

  private static void count() {
    while (!stop) {
      long sum = 0;
      for (long i = 0; i < 10_000_000; i++) {
        sum += i ^ sum;
      }
      sink = sum;
    }
  }
}
