package dev.clgrad.backend.opencl;

import dev.clgrad.ClgradException;
import dev.clgrad.backend.Arg;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where kernels report errors that depend on values: a pair of words in device memory for each
 * status argument of each launch since the last check. A kernel that flags one has stayed in
 * bounds; the error is raised at the next host read.
 */
final class StatusWords {
  /**
   * Pairs; when they are used up, they are checked early, and what is found is kept for the next
   * read.
   */
  private static final int PAIRS = 1024;

  private final OpenClBuffer words;
  private final HostTransfer transfer;
  private final List<LongFunction<ClgradException>> errors = new ArrayList<>();
  private @Nullable ClgradException kept;

  /**
   * Wraps the memory for the words.
   *
   * @param words an int64 buffer of {@link #length()} elements
   */
  StatusWords(OpenClBuffer words, HostTransfer transfer) {
    this.words = words;
    this.transfer = transfer;
    clear(2 * PAIRS);
  }

  /** How many elements the buffer of words has. */
  static int length() {
    return 2 * PAIRS;
  }

  OpenClBuffer buffer() {
    return words;
  }

  /** Makes room for the status arguments of a launch; the first gets the returned element. */
  int reserve(List<Arg> args) {
    int needed = 0;
    for (Arg arg : args) {
      if (arg instanceof Arg.Status) {
        needed++;
      }
    }
    if (errors.size() + needed > PAIRS) {
      check();
    }
    return 2 * errors.size();
  }

  /** Takes note of a launch that was enqueued with what {@link #reserve} returned. */
  void launched(List<Arg> args) {
    for (Arg arg : args) {
      if (arg instanceof Arg.Status status) {
        errors.add(status.error());
      }
    }
  }

  /** Waits for the launches so far and raises the first error that was flagged. */
  void raise() {
    check();
    ClgradException error = kept;
    if (error != null) {
      kept = null;
      throw error;
    }
  }

  private void check() {
    if (errors.isEmpty()) {
      return;
    }
    long[] found = new long[2 * errors.size()];
    transfer.read(words, 0, found, 0, found.length);
    boolean flagged = false;
    for (int i = 0; i < errors.size(); i++) {
      if (found[2 * i] != 0) {
        flagged = true;
        if (kept == null) {
          kept = errors.get(i).apply(found[2 * i + 1]);
        }
      }
    }
    errors.clear();
    if (flagged) {
      clear(found.length);
    }
  }

  private void clear(int length) {
    transfer.write(words, 0, new long[length], 0, length);
  }
}
