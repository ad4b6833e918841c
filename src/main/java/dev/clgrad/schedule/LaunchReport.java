package dev.clgrad.schedule;

import java.util.List;

/**
 * What reading a value would launch.
 *
 * @param state where the value is now
 * @param name the value's name in the launches; see {@link LaunchDescription.Operand#name}
 * @param launches the launches that the value needs, in order
 * @param others how many more launches would run before it can be read, because they are pending
 *     too
 */
public record LaunchReport(State state, String name, List<LaunchDescription> launches, int others) {

  /** Where a value is. */
  public enum State {
    /** It is in memory, or has no elements. */
    IN_MEMORY,
    /** It is pending, and will be stored. */
    PENDING,
    /**
     * It is, or will be, computed within those who read it and not stored: to read it, the last
     * launch computes it by itself.
     */
    VIRTUAL
  }

  /** A report of launches that stays as it is. */
  public LaunchReport {
    launches = List.copyOf(launches);
  }
}
