package dev.clgrad.op;

import dev.clgrad.AutogradException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which random numbers a part of a program drew, so that it draws the same when it runs again,
 * whatever other threads draw in between.
 */
public final class RandomLog {
  private static final ThreadLocal<@Nullable RandomLog> CURRENT = new ThreadLocal<>();

  private final List<Draw> draws = new ArrayList<>();
  private @Nullable RandomLog outer;
  private boolean replaying;
  private int next;

  /** How many blocks, and where they are: an array that a captured step changes at each run. */
  private record Draw(long count, long[] taken) {}

  /** An empty log. */
  public RandomLog() {}

  /**
   * Writes into this what the thread draws, until the result is closed; another log that is in use
   * sees it too, or gives it if it is read.
   */
  public Use write() {
    replaying = false;
    draws.clear();
    outer = CURRENT.get();
    return use();
  }

  /** Lets the thread draw again what is written here, until the result is closed. */
  public Use read() {
    replaying = true;
    next = 0;
    outer = null;
    return use();
  }

  private Use use() {
    RandomLog before = CURRENT.get();
    CURRENT.set(this);
    return () -> {
      CURRENT.set(before);
      outer = null;
    };
  }

  static @Nullable RandomLog current() {
    return CURRENT.get();
  }

  /**
   * What a call draws: what is written here, or else something new, which is written.
   *
   * @param count how many blocks
   * @param fresh takes them from the sequence
   */
  long[] draw(long count, Supplier<long[]> fresh) {
    if (!replaying) {
      RandomLog further = outer;
      long[] taken = further == null ? fresh.get() : further.draw(count, fresh);
      draws.add(new Draw(count, taken));
      return taken;
    }
    if (next == draws.size() || draws.get(next).count != count) {
      throw new AutogradException(
          "checkpoint: computed again, a segment drew other random numbers than the first time; it must do the same each"
              + " time it is called");
    }
    return draws.get(next++).taken;
  }

  /** Ends the use of a log. */
  @FunctionalInterface
  public interface Use extends AutoCloseable {
    @Override
    void close();
  }
}
