package dev.clgrad.schedule;

import dev.clgrad.backend.Launch;
import java.util.List;

/**
 * One pending computation: it reads values and overwrites others. Programs are tasks in the order
 * of the calls.
 */
public abstract class Task {
  private final String op;
  private final List<Value> inputs;
  private final List<Value> outputs;

  /**
   * A task.
   *
   * @param op the operation's name, for errors and counters
   */
  protected Task(String op, List<Value> inputs, List<Value> outputs) {
    this.op = op;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The operation's name. */
  public final String op() {
    return op;
  }

  /** What it reads. */
  public final List<Value> inputs() {
    return inputs;
  }

  /** What it overwrites. */
  public final List<Value> outputs() {
    return outputs;
  }

  /** Whether it can find an error that depends on values, which some devices raise at once. */
  protected boolean mayFail() {
    return false;
  }

  /** The launch that computes it; all buffers exist by then. */
  abstract Launch launch();
}
