package dev.clgrad;

import dev.clgrad.schedule.Scope;
import dev.clgrad.tape.SavedHooks;
import dev.clgrad.tape.Variable;

/**
 * What becomes of the tensors that operations save for backward: packed when they are saved, and
 * unpacked when backward reads them. Used with {@link Autograd#savedTensorHooks}.
 *
 * @param <P> what a tensor is packed into
 */
public interface SavedTensorHooks<P> {
  /**
   * Turns a tensor into what is kept in its place.
   *
   * @param saved outside the graph; must not be changed
   */
  P pack(Tensor saved);

  /** The tensor again, of the shape and dtype that were packed; called each time it is read. */
  Tensor unpack(P packed);

  /**
   * Keeps saved tensors in the host's memory and brings them back to the device when backward needs
   * them. Every operation that saves then waits for the device: for graphs whose saved tensors do
   * not fit into its memory.
   */
  static SavedTensorHooks<?> onHost() {
    return new HostHooks();
  }

  /**
   * Keeps saved float32 and float64 tensors as float16: a half or a quarter of the memory, and
   * gradients of about three digits. Numbers beyond 65504 become infinite.
   */
  static SavedTensorHooks<?> asHalf() {
    return new HalfHooks();
  }

  /** The same for variables. */
  static <P> SavedHooks adapt(SavedTensorHooks<P> hooks) {
    return new SavedHooks() {
      @Override
      public Object pack(Variable value) {
        return hooks.pack(new Tensor(value));
      }

      @Override
      @SuppressWarnings("unchecked") // Only what pack returned comes here.
      public Variable unpack(Object packed) {
        // The program may keep what it unpacks longer than the walk takes.
        return Scope.outside(() -> hooks.unpack((P) packed).variable());
      }
    };
  }
}
