package dev.clgrad.backend.opencl;

import dev.clgrad.Device;
import dev.clgrad.Tensor;
import dev.clgrad.schedule.Counters;
import java.io.PrintStream;
import java.util.Arrays;

/** A small computation, and where its programs came from. */
final class ProgramProbe {
  private ProgramProbe() {}

  public static void main(String[] args) {
    PrintStream out = System.out;
    Device device = Device.of("opencl");
    Tensor x = Tensor.of(1f, 2f, 3f, 4f).to(device);
    Tensor y = x.mul(2).add(1);
    out.println("result " + Arrays.toString(y.toFloatArray()) + " " + y.argmax(0).item());
    Counters counters = device.counters();
    out.println("builds " + counters.builds());
    out.println("hits " + counters.diskHits());
  }
}
