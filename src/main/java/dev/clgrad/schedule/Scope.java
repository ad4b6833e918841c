package dev.clgrad.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives back at its end what the thread made within it, except what is kept. Scopes nest; what an
 * inner one keeps belongs to the outer one.
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

  private final @Nullable Scope outer;
  private final List<Storage> made = new ArrayList<>();

  private Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  /** Opens a scope on this thread. */
  public static Scope open() {
    Scope scope = new Scope(CURRENT.get());
    CURRENT.set(scope);
    return scope;
  }

  /** Makes what belongs to no scope of this thread, such as an optimizer's state. */
  public static <T> T outside(Supplier<T> maker) {
    Scope scope = CURRENT.get();
    CURRENT.remove();
    try {
      return maker.get();
    } finally {
      CURRENT.set(scope);
    }
  }

  static void opened(Storage storage) {
    Scope scope = CURRENT.get();
    if (scope != null) {
      scope.made.add(storage);
    }
  }

  /**
   * Lets a storage live on behind this scope's end.
   *
   * @return whether it was made within this scope, and not kept before
   */
  public boolean keep(Storage storage) {
    boolean mine = remove(storage);
    if (mine && outer != null) {
      outer.made.add(storage);
    }
    return mine;
  }

  /**
   * Lets a storage live on behind the end of every scope of this thread, as what a longer-lived
   * object takes over must.
   */
  public static void escape(Storage storage) {
    for (Scope scope = CURRENT.get(); scope != null; scope = scope.outer) {
      if (scope.remove(storage)) {
        return;
      }
    }
  }

  /** What is kept was usually made last. */
  private boolean remove(Storage storage) {
    for (int i = made.size() - 1; i >= 0; i--) {
      if (made.get(i) == storage) {
        made.remove(i);
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    CURRENT.set(outer);
    for (Storage storage : made) {
      storage.close();
    }
  }
}
