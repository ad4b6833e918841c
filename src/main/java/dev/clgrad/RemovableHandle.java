package dev.clgrad;

/**
 * What a hook was registered with: it takes the hook away again. Closing is removing, so that a
 * hook can be had for the length of a block.
 */
@FunctionalInterface
public interface RemovableHandle extends AutoCloseable {
  /** Takes the hook away; nothing happens the second time. */
  void remove();

  @Override
  default void close() {
    remove();
  }
}
