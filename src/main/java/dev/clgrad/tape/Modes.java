package dev.clgrad.tape;

import org.jspecify.annotations.Nullable;

/**
 * What this thread does with the operations it calls: one object a thread, since to set a
 * thread-local is dear.
 */
final class Modes {
  private static final ThreadLocal<Modes> CURRENT = ThreadLocal.withInitial(Modes::new);

  /** Whether operations are recorded for backward. */
  boolean grad = true;

  /** Whether tensors are made that can never take part in a graph. */
  boolean inference;

  /** How saved values are packed; null for as they are. */
  @Nullable SavedHooks saved;

  /** Whether backward looks at every gradient for numbers that are not finite. */
  boolean checkFinite;

  /** Forward mode, while it is open; null for not. */
  @Nullable ForwardLevel forward;

  private Modes() {}

  static Modes current() {
    return CURRENT.get();
  }
}
