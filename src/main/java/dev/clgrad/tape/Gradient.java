package dev.clgrad.tape;

import org.jspecify.annotations.Nullable;

/**
 * The derivative of one recorded operation: from the gradients of its outputs to those of its
 * inputs. Written over variables, so that under {@code createGraph} it is recorded in turn.
 */
@FunctionalInterface
public interface Gradient {
  /**
   * The gradient of each input, in the order of the inputs; null where there is none or none is
   * needed.
   *
   * @param context what arrives, what was saved and what is needed
   */
  @Nullable Variable[] apply(Context context);

  /** What a gradient works with. */
  interface Context {
    /** The upstream gradient of the first output. */
    default Variable dy() {
      return dy(0);
    }

    /** The upstream gradient of an output; zeros where none arrived. */
    Variable dy(int output);

    /** Whether a gradient of an output arrived. */
    boolean arrived(int output);

    /** Takes note that the program has seen the upstream gradient of an output. */
    default void show(int output) {}

    /** A variable that the operation saved. */
    Variable saved(int i);

    /** Whether the gradient of an input is needed. */
    boolean needs(int input);

    /**
     * Whether the result is itself to be differentiated: then it must be made of differentiable
     * operations rather than of the backward kernel.
     */
    boolean createGraph();
  }
}
