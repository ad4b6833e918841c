package dev.clgrad;

import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a captured step's launches depend on and can be told without running it: its inputs, but for
 * their numbers and where in their memory they begin, and the state of the thread.
 */
record Signature(List<Input> inputs, boolean gradMode, boolean fused, Device defaultDevice) {

  /**
   * An input.
   *
   * @param strides as if it began at the start of its memory
   * @param sameAs the first input that shares its memory
   */
  record Input(
      DType dtype, Layout strides, boolean requiresGrad, boolean isLeaf, int sameAs, long shift) {}

  static Signature of(List<Tensor> tensors) {
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      Variable v = tensors.get(i).variable();
      int same = i;
      for (int j = 0; j < i && same == i; j++) {
        same = tensors.get(j).variable().storage() == v.storage() ? j : i;
      }
      // Views of one memory keep their distance.
      long first = tensors.get(same).variable().layout().offset();
      inputs.add(
          new Input(
              v.dtype(),
              v.layout().startingAt(0),
              v.requiresGrad(),
              v.isLeaf(),
              same,
              v.layout().offset() - first));
    }
    Device device = Device.getDefault();
    boolean fused = (tensors.isEmpty() ? device : tensors.get(0).device()).scheduler().isFused();
    return new Signature(inputs, Autograd.isGradEnabled(), fused, device);
  }
}
