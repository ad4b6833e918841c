package dev.clgrad.schedule;

import dev.clgrad.Shape;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One pending computation: it reads values and makes others. Programs are tasks in the order of the
 * calls.
 */
public abstract class Task {
  private final String op;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private @Nullable Patch patch;

  /** For a write to a part of a content: what the rest is, and how to copy it. */
  record Patch(Content base, BiFunction<Value, Value, Task> copy) {}

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

  /** What it makes. */
  public final List<Value> outputs() {
    return outputs;
  }

  /** Whether it can find an error that depends on values, which some devices raise at once. */
  protected boolean mayFail() {
    return false;
  }

  /** What the elements are that it does not write; null where it writes a whole content. */
  final @Nullable Patch patch() {
    return patch;
  }

  final void patches(Content base, BiFunction<Value, Value, Task> copy) {
    patch = new Patch(base, copy);
  }

  /** The same task of other values, of the same layouts. */
  final Task with(UnaryOperator<Value> replace) {
    Task task = rebuilt(replace);
    Patch own = patch;
    if (own != null) {
      Layout start = Layout.contiguous(Shape.SCALAR);
      task.patch = new Patch(replace.apply(new Value(own.base(), start)).content(), own.copy());
    }
    return task;
  }

  /** The same task of other values, without its patch. */
  abstract Task rebuilt(UnaryOperator<Value> replace);

  /** Holds what it reads, and the donors of what it makes, until it is done. */
  final void begin() {
    for (Value input : inputs) {
      input.content().retain();
    }
    for (Value output : outputs) {
      Content content = output.content();
      content.beginWrite();
      Content donor = content.donor();
      if (donor != null) {
        donor.retain();
      }
    }
  }

  /** Lets go of everything; what it made and did not store is kept as a recipe if it is wanted. */
  final void end() {
    boolean virtual = false;
    for (Value output : outputs) {
      Content content = output.content();
      Content donor = content.donor();
      if (donor != null) {
        content.setDonor(null);
        donor.release();
      }
      if (!content.hasBuffer() && content.references() > 0 && isDefinition()) {
        content.setRecipe(this);
        virtual = true;
      }
      content.endWrite();
    }
    if (!virtual) {
      releaseInputs();
    }
  }

  /** Lets go of everything; what it was to make will not be made. */
  final void abandon() {
    for (Value output : outputs) {
      Content content = output.content();
      Content donor = content.donor();
      if (donor != null) {
        content.setDonor(null);
        donor.release();
      }
      content.endWrite();
    }
    releaseInputs();
  }

  final void releaseInputs() {
    for (Value input : inputs) {
      input.content().release();
    }
  }

  /**
   * Whether it is a pointwise function that makes all of a content in its order: then it can be
   * computed within those who read it.
   */
  boolean isDefinition() {
    return false;
  }

  /** The numbers that are arguments of its launch, in order. */
  abstract List<Object> scalarArguments();

  /**
   * Adds what plans depend on to a batch's key: everything but contents and the values of scalars.
   */
  abstract void describe(Key key);
}
