package dev.clgrad.schedule;

import dev.clgrad.backend.Arg;
import dev.clgrad.backend.Launch;

/**
 * One launch of a plan: everything but buffers and scalars.
 *
 * @param op the operations' names, for errors and counters
 * @param tasks the tasks it computes, stored or not, in order
 * @param reads the contents it reads from memory
 * @param writes the contents it makes
 * @param maybeDonated for each of these, whether its donor's buffer could hold it: no part of the
 *     launch reads the donor other than element by element where it is overwritten
 * @param isEmpty whether it makes no element, and need not be launched
 * @param binder makes the launch of a batch
 */
record PlannedLaunch(
    String op,
    int[] tasks,
    int[] reads,
    int[] writes,
    boolean[] maybeDonated,
    boolean isEmpty,
    Binder binder) {

  /** Makes the launch itself, when all buffers are there. */
  interface Binder {
    Launch bind(Batch batch, Buffers buffers);
  }

  /** The buffer of each content of the batch, among them those that this launch makes. */
  interface Buffers {
    Arg.Mem mem(int slot, long offset, boolean written);
  }

  /** Whether some content may take over another's buffer. */
  boolean hasDonors() {
    for (boolean may : maybeDonated) {
      if (may) {
        return true;
      }
    }
    return false;
  }

  /** Whether it computes more than one task. */
  boolean isFused() {
    return tasks.length > 1;
  }
}
