package dev.clgrad.cli;

import dev.clgrad.Device;
import dev.clgrad.backend.Selection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the device to compute on. */
final class DeviceOption {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "auto (the best there is), cpu, opencl (required), opencl:INDEX, or name=PART of a"
              + " device's name. Without it the environment variable CLGRAD_DEVICE counts, else"
              + " auto.")
  private @Nullable String device;

  /**
   * The device named, or else the one of the environment, as the default of this process.
   *
   * @throws dev.clgrad.DeviceException if there is no such device; it lists those there are
   */
  Device open() {
    if (device != null) {
      Device.setDefault(Device.of(device));
    }
    return Device.getDefault();
  }

  /** What was asked for, whether it can be had or not. */
  String policy() {
    return device != null ? device : Selection.configuredPolicy();
  }
}
