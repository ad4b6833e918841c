package dev.clgrad.cli;

import dev.clgrad.Tensor;
import dev.clgrad.backend.Selection;

/** Which variant a new process uses for a problem, and a product. */
final class TunedProbe {
  private TunedProbe() {}

  public static void main(String[] args) {
    Logging.start("WARN");
    System.out.println(
        Selection.open(Selection.configuredPolicy()).backend().variants().get(args[0]));
    Tensor ones = Tensor.ones(300, 300);
    System.out.println(ones.matmul(ones).sum().item());
  }
}
