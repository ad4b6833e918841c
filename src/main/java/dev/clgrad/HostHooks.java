package dev.clgrad;

/** Saved tensors in the host's memory. */
final class HostHooks implements SavedTensorHooks<HostHooks.OnHost> {
  /**
   * A tensor away from its device.
   *
   * @param tensor on the CPU backend
   * @param device where it belongs
   */
  record OnHost(Tensor tensor, Device device) {}

  @Override
  public OnHost pack(Tensor saved) {
    return new OnHost(saved.to(Device.of("cpu")), saved.device());
  }

  @Override
  public Tensor unpack(OnHost packed) {
    return packed.tensor.to(packed.device);
  }
}
