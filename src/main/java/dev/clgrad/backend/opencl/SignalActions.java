package dev.clgrad.backend.opencl;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the process's signal actions as they are while a driver compiles.
 *
 * <p>LLVM, which PoCL compiles kernels with, puts handlers of its own over those of the process the
 * first time it writes a file. The JVM needs SIGSEGV for safepoints and null checks: the first one
 * goes to LLVM, which gives the old handlers back, but whose own are reset on delivery: a second
 * thread at the same moment finds none, and the process ends. LLVM installs its handlers once, at
 * the begin of the first compilation. During that one, a thread that no safepoint stops puts back
 * what was there before, again and again; and it is put back once more after each compilation.
 */
final class SignalActions {
  private static final Logger LOG = LoggerFactory.getLogger(SignalActions.class);

  /** Set to "off" by tests, which show what happens without. */
  private static final String PROPERTY = "clgrad.opencl.signals";

  /** Every signal that LLVM takes: hang-up to terminate, faults, limits and user signals. */
  private static final int[] SIGNALS = {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 15, 24, 25, 31};

  /** Bytes of glibc's {@code struct sigaction} on x86-64. */
  private static final int ACTION_BYTES = 152;

  private static final boolean AVAILABLE = load();

  private SignalActions() {}

  /** A build that takes so long was a compilation; what comes from a cache is faster. */
  private static final long COMPILATION_NANOS = 20_000_000;

  private static boolean settled;

  /** Runs what may compile kernels, and puts the signal actions back to what they were before. */
  static synchronized <T> T keptDuring(Supplier<T> compilation) {
    if (!AVAILABLE) {
      return compilation.get();
    }
    save();
    Thread guard = settled ? null : startGuard();
    long start = System.nanoTime();
    try {
      return compilation.get();
    } finally {
      if (guard != null) {
        release();
        join(guard);
        settled = System.nanoTime() - start > COMPILATION_NANOS;
      }
      restore();
    }
  }

  private static Thread startGuard() {
    CountDownLatch running = new CountDownLatch(1);
    Thread guard =
        new Thread(
            () -> {
              running.countDown();
              guard();
            },
            "clgrad-signal-guard");
    guard.setDaemon(true);
    guard.start();
    uninterrupted(running::await);
    return guard;
  }

  private static void join(Thread thread) {
    uninterrupted(thread::join);
  }

  private interface Wait {
    void run() throws InterruptedException;
  }

  /** Waits for what comes soon, and leaves an interruption for later. */
  private static void uninterrupted(Wait wait) {
    boolean interrupted = false;
    while (true) {
      try {
        wait.run();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Remembers the actions of all signals. */
  private static native void save();

  /** Puts the remembered actions back. */
  private static native void restore();

  /** Puts the remembered actions back until {@link #release}. */
  private static native void guard();

  private static native void release();

  private static boolean load() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "");
    if (!os.contains("linux")
        || !(machine.equals("amd64") || machine.equals("x86_64"))
        || "off".equals(System.getProperty(PROPERTY))) {
      return false;
    }
    try {
      PrivateFiles.load(library());
      return true;
    } catch (IOException | UnsatisfiedLinkError | SecurityException e) {
      LOG.warn(
          "An OpenCL driver that compiles with LLVM may take signals that the JVM needs, which cannot be"
              + " prevented: {}; let java.io.tmpdir be a folder that libraries can be loaded from",
          e.getMessage());
      return false;
    }
  }

  /** A library with the native methods: calls of sigaction for each signal. */
  private static byte[] library() {
    TinyLibrary library = new TinyLibrary("sigaction");
    int actions = library.memory(SIGNALS.length * ACTION_BYTES);
    int released = library.memory(Integer.BYTES);
    String prefix = "Java_" + SignalActions.class.getName().replace('.', '_') + "_";
    library.export(
        prefix + "save",
        code -> {
          store(code, released, 0);
          code.put(0x48, 0x83, 0xec, 0x08); // sub rsp, 8: aligned for calls
          for (int i = 0; i < SIGNALS.length; i++) {
            // sigaction(signal, NULL, &actions[i])
            code.put(0xbf).number(SIGNALS[i]); // mov edi, signal
            code.put(0x31, 0xf6); // xor esi, esi
            code.relative(actions + i * ACTION_BYTES, 0x48, 0x8d, 0x15); // lea rdx, [rip + action]
            code.call();
          }
          code.put(0x48, 0x83, 0xc4, 0x08, 0xc3); // add rsp, 8; ret
        });
    library.export(
        prefix + "restore",
        code -> {
          code.put(0x48, 0x83, 0xec, 0x08); // sub rsp, 8
          restoreAll(code, actions);
          code.put(0x48, 0x83, 0xc4, 0x08, 0xc3); // add rsp, 8; ret
        });
    library.export(
        prefix + "guard",
        code -> {
          code.put(0x48, 0x83, 0xec, 0x08); // sub rsp, 8
          int again = code.here();
          restoreAll(code, actions);
          code.relative(released, 0x8b, 0x05); // mov eax, [rip + released]
          code.put(0x85, 0xc0); // test eax, eax
          code.relative(again, 0x0f, 0x84); // jz again
          code.put(0x48, 0x83, 0xc4, 0x08, 0xc3); // add rsp, 8; ret
        });
    library.export(
        prefix + "release",
        code -> {
          store(code, released, 1);
          code.put(0xc3); // ret
        });
    return library.bytes(0);
  }

  private static void restoreAll(TinyLibrary.Code code, int actions) {
    for (int i = 0; i < SIGNALS.length; i++) {
      // sigaction(signal, &actions[i], NULL)
      code.put(0xbf).number(SIGNALS[i]); // mov edi, signal
      code.relative(actions + i * ACTION_BYTES, 0x48, 0x8d, 0x35); // lea rsi, [rip + action]
      code.put(0x31, 0xd2); // xor edx, edx
      code.call();
    }
  }

  private static void store(TinyLibrary.Code code, int address, int value) {
    code.relative(address, 0x48, 0x8d, 0x05); // lea rax, [rip + address]
    code.put(0xc7, 0x00).number(value); // mov dword [rax], value
  }
}
