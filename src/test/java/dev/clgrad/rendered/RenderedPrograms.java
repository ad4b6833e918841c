package dev.clgrad.rendered;

import dev.clgrad.Clgrad;
import dev.clgrad.Device;
import dev.clgrad.op.PointwisePrograms;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Writes the programs of the sample models, and of every pointwise operation alone, as a GPU gets
 * them, into the folder that the system property {@code clgrad.programs} names; {@code
 * ci/gpu-compile} calls it.
 */
public final class RenderedPrograms {
  private RenderedPrograms() {}

  /** Writes them. */
  public static void main(String[] args) {
    Path folder = Path.of(Objects.requireNonNull(System.getProperty("clgrad.programs")));
    Device device = Device.of("recording");
    Device.setDefault(device);
    Clgrad.manualSeed(1);
    SampleModels.perceptron();
    SampleModels.convolutional();
    SampleModels.transformer();
    SampleModels.chains();
    device.synchronize();
    PointwisePrograms.write(folder);
  }
}
