package dev.clgrad.schedule;

import java.util.List;

/**
 * How the tasks of a batch become launches. It speaks of tasks and contents by their numbers in the
 * batch, and so serves every batch of the same {@link Key}.
 *
 * @param launches the launches, in order
 * @param done for each launch, the tasks that have nothing left to do after it
 * @param dead the tasks whose results nobody can ask for
 */
record Plan(List<PlannedLaunch> launches, List<int[]> done, int[] dead) {}
