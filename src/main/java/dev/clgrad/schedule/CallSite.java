package dev.clgrad.schedule;

import java.security.CodeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the program called clgrad: what errors name when anomaly detection is on. */
public final class CallSite {
  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final ThreadLocal<int[]> WATCHING = ThreadLocal.withInitial(() -> new int[1]);
  private static final int MAX_FRAMES = 32;
  private static final String LIBRARY = "dev.clgrad.";

  /** How many threads watch: nearly always none, which is told faster than whether one does. */
  private static volatile int watchers;

  private final List<StackTraceElement> frames;

  private CallSite(List<StackTraceElement> frames) {
    this.frames = frames;
  }

  /** Begins to remember the calls of this thread; once more if it does. */
  public static void watch() {
    WATCHING.get()[0]++;
    count(1);
  }

  /** Ends what {@link #watch} began. */
  public static void unwatch() {
    WATCHING.get()[0]--;
    count(-1);
  }

  private static synchronized void count(int change) {
    watchers += change;
  }

  /** Where the program is now; null if this thread does not watch. */
  public static @Nullable CallSite here() {
    if (watchers == 0 || WATCHING.get()[0] == 0) {
      return null;
    }
    return new CallSite(
        WALKER.walk(
            frames ->
                frames
                    .dropWhile(f -> isLibrary(f.getDeclaringClass()))
                    .limit(MAX_FRAMES)
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .toList()));
  }

  /** Whether a class is clgrad's own; a program may use the same package names, as tests do. */
  private static boolean isLibrary(Class<?> c) {
    return c.getName().startsWith(LIBRARY) && source(c).equals(source(CallSite.class));
  }

  private static String source(Class<?> c) {
    CodeSource code = c.getProtectionDomain().getCodeSource();
    return code == null ? "" : String.valueOf(code.getLocation());
  }

  /** A throwable that shows the whole call in a stack trace. */
  public Throwable asCause(String what) {
    Throwable cause = new Throwable(what);
    cause.setStackTrace(frames.toArray(new StackTraceElement[0]));
    return cause;
  }

  /** The innermost line of the program, such as {@code Model.forward(Model.java:12)}. */
  @Override
  public String toString() {
    return frames.isEmpty() ? "an unknown place" : String.valueOf(frames.get(0));
  }
}
