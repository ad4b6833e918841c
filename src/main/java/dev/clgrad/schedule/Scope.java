package dev.clgrad.schedule;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives back at its end what the thread made within it, except what is kept. Scopes nest; what an inner one keeps belongs
 * to the outer one.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

  private final @Nullable Scope outer;
  private final List<Storage.Handle> made = new ArrayList<>();

  private Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  /** Opens a scope on this thread. */
  public static Scope open() {
    Scope scope = new Scope(CURRENT.get());
    CURRENT.set(scope);
    return scope;
  }

  static void opened(Storage.Handle handle) {
    Scope scope = CURRENT.get();
    if (scope != null) {
      scope.made.add(handle);
    }
  }

  /** Lets a storage live on behind the scope's end. */
  public void keep(Storage storage) {
    if (made.remove(storage.handle()) && outer != null) {
      outer.made.add(storage.handle());
    }
  }

  /** Lets every storage live on, but those that were kept already. */
  public void keepAll() {
    if (outer != null) {
      outer.made.addAll(made);
    }
    made.clear();
  }

  @Override
  public void close() {
    CURRENT.set(outer);
    for (Storage.Handle handle : made) {
      handle.scheduler.close(handle);
    }
  }
}
