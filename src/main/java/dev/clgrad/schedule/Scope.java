package dev.clgrad.schedule;

import dev.clgrad.ClgradException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives back at its end what the thread made within it, except what is kept. Scopes nest; what an
 * inner one keeps belongs to the outer one. A storage knows the scope it belongs to, so that moving
 * it costs nothing.
 */
public final class Scope implements AutoCloseable {
  /** The scope that a thread is in; one object a thread, for to set a thread-local is dear. */
  private static final class Current {
    private @Nullable Scope scope;
  }

  private static final ThreadLocal<Current> CURRENT = ThreadLocal.withInitial(Current::new);

  private final @Nullable String name;
  private final @Nullable Scope outer;
  private final Thread thread = Thread.currentThread();

  /** What was made within it; also what has since gone elsewhere. */
  private final List<Storage> made = new ArrayList<>();

  private boolean closed;

  private Scope(@Nullable String name, @Nullable Scope outer) {
    this.name = name;
    this.outer = outer;
  }

  /** Opens a scope on this thread. */
  public static Scope open() {
    return open(null);
  }

  /** Opens a scope on this thread, with a name for errors. */
  public static Scope open(@Nullable String name) {
    Current current = CURRENT.get();
    Scope scope = new Scope(name, current.scope);
    current.scope = scope;
    return scope;
  }

  /** Makes what belongs to no scope of this thread, such as an optimizer's state. */
  public static <T> T outside(Supplier<T> maker) {
    Current current = CURRENT.get();
    Scope scope = current.scope;
    current.scope = null;
    try {
      return maker.get();
    } finally {
      current.scope = scope;
    }
  }

  static void opened(Storage storage) {
    Scope scope = CURRENT.get().scope;
    if (scope != null) {
      scope.add(storage);
    }
  }

  private void add(Storage storage) {
    storage.setScope(this);
    made.add(storage);
  }

  private static void move(Storage storage, @Nullable Scope to) {
    if (storage.scope() == to) {
      return;
    }
    if (to != null) {
      to.add(storage);
    } else {
      storage.setScope(null);
    }
  }

  /**
   * Lets a storage live on behind this scope's end.
   *
   * @return whether it was made within this scope, and not kept before
   * @throws ClgradException if this or the storage is closed
   */
  public boolean keep(Storage storage) {
    if (closed) {
      throw new ClgradException(
          "keep: " + this + " is closed already; keep a tensor before its end");
    }
    storage.content();
    for (Scope scope = storage.scope(); scope != null; scope = scope.outer) {
      if (scope == this) {
        move(storage, outer);
        return true;
      }
    }
    return false;
  }

  /**
   * Lets a storage live as long as another: what a longer-lived object takes over belongs to the
   * scope of that object, or to none.
   */
  public static void follow(Storage storage, Storage leader) {
    Scope from = storage.scope();
    Scope to = leader.scope();
    if (from == null || from.thread == Thread.currentThread()) {
      move(storage, to != null && to.thread == Thread.currentThread() && !to.closed ? to : null);
    }
  }

  /**
   * Lets a storage live on behind the end of every scope of this thread, as what a longer-lived
   * object takes over must.
   */
  public static void escape(Storage storage) {
    Scope scope = storage.scope();
    if (scope != null && scope.thread == Thread.currentThread()) {
      storage.setScope(null);
    }
  }

  /** Gives a storage that belongs to no scope to the one this thread is in, if any. */
  public static void adopt(Storage storage) {
    if (storage.scope() == null) {
      opened(storage);
    }
  }

  /**
   * Closes what was made within it. Idempotent.
   *
   * @throws ClgradException on another thread than the one that opened it: nothing is closed then;
   *     or if scopes opened within it are open: they are closed too
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (Thread.currentThread() != thread) {
      throw new ClgradException(
          this
              + " was closed on thread "
              + Thread.currentThread().getName()
              + "; a scope belongs to the thread that opened it");
    }
    Current current = CURRENT.get();
    Scope inner = current.scope;
    current.scope = outer;
    Scope forgotten = null;
    for (Scope scope = inner; scope != null && scope != this; scope = scope.outer) {
      scope.end();
      forgotten = scope;
    }
    end();
    if (forgotten != null) {
      throw new ClgradException(
          this
              + " was closed before "
              + forgotten
              + ", which was opened within it; both are closed now. Close scopes in the reverse order"
              + " of opening: try (var scope = Scope.open()) { … } does");
    }
  }

  private void end() {
    closed = true;
    for (Storage storage : made) {
      if (storage.scope() == this) {
        storage.end();
      }
    }
    made.clear();
  }

  @Override
  public String toString() {
    return (name == null ? "an unnamed scope" : "scope \"" + name + "\"")
        + " of thread "
        + thread.getName();
  }
}
