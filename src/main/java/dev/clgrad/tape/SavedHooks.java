package dev.clgrad.tape;

import org.jspecify.annotations.Nullable;

/** What becomes of a value while it is kept for backward. */
public interface SavedHooks {
  /**
   * Turns a value into what is kept in its place. Called while the operation is recorded, outside
   * the graph; the operations it uses are not recorded.
   */
  Object pack(Variable value);

  /**
   * The value again, of its shape and dtype; called each time backward reads it.
   *
   * @param packed what {@link #pack} returned
   */
  Variable unpack(Object packed);

  /** Nobody will ask for this value again. */
  default void release(Object packed) {}

  /** Packs with these hooks on this thread until the result is closed; null for none. */
  static Restore use(@Nullable SavedHooks hooks) {
    Modes modes = Modes.current();
    SavedHooks before = modes.saved;
    modes.saved = hooks;
    return () -> modes.saved = before;
  }

  /** Puts back what was there before. */
  @FunctionalInterface
  interface Restore extends AutoCloseable {
    @Override
    void close();
  }
}
