package dev.clgrad;

import dev.clgrad.tape.Variable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives back at its end the memory of every tensor that this thread made within it, except of those
 * that are kept. Never needed; with it, a loop has the same memory in every step, and no garbage
 * collection is asked for:
 *
 * <pre>{@code
 * for (var batch : batches) {
 *   try (var scope = Scope.open()) {
 *     Tensor loss = model.forward(batch.images()).crossEntropy(batch.labels());
 *     optimizer.zeroGrad();
 *     loss.backward();
 *     optimizer.step();
 *   }
 * }
 * }</pre>
 *
 * <p>What was made before, such as parameters, stays, also if it is changed in place within the
 * scope. A gradient lives as long as the leaf it is accumulated in, and what an optimizer remembers
 * of a parameter is closed by no scope. A gradient that was asked for with {@link Tensor#grad} and
 * is forgotten by {@code zeroGrad} within the scope goes with it.
 *
 * <p>Scopes nest: what an inner one keeps belongs to the outer one. A scope belongs to its thread;
 * other threads' tensors have nothing to do with it. Using a tensor that a scope has closed is a
 * {@link DeviceException} that names the scope.
 */
public final class Scope implements AutoCloseable {
  private final dev.clgrad.schedule.Scope scope;

  private Scope(@Nullable String name) {
    this.scope = dev.clgrad.schedule.Scope.open(name);
  }

  /** Opens a scope on this thread. */
  public static Scope open() {
    return new Scope(null);
  }

  /** Opens a scope on this thread, with a name for errors. */
  public static Scope open(String name) {
    return new Scope(name);
  }

  /**
   * Lets a tensor's memory, which its views share, and its accumulated gradient live on behind the
   * end of this scope: in the scope around it, if there is one. It does not keep what backward
   * through the tensor would need: call backward within the scope.
   *
   * @return the tensor
   * @throws DeviceException if the tensor is closed
   * @throws ClgradException if this scope is closed
   */
  public Tensor keep(Tensor tensor) {
    Variable variable = tensor.variable();
    scope.keep(variable.storage());
    Variable grad = variable.grad();
    if (grad != null) {
      scope.keep(grad.storage());
    }
    return tensor;
  }

  /**
   * Lets a tensor live as long as another, whatever scope this thread is in, as what a program of
   * long life remembers must.
   *
   * @return the follower
   */
  public static Tensor follow(Tensor follower, Tensor leader) {
    dev.clgrad.schedule.Scope.follow(follower.variable().storage(), leader.variable().storage());
    return follower;
  }

  /** Runs something in a scope of its own. */
  public static void run(Runnable body) {
    try (Scope scope = open()) {
      body.run();
    }
  }

  /**
   * Computes something in a scope of its own. A result that is a tensor is kept, and so are the
   * tensors in one that is a collection, an array or a map's values. Other objects are returned as
   * they are: tensors inside them are closed.
   *
   * @return the result
   */
  public static <T extends @Nullable Object> T compute(Supplier<T> body) {
    try (Scope scope = open()) {
      T result = body.get();
      scope.keepAll(result);
      return result;
    }
  }

  private void keepAll(@Nullable Object result) {
    if (result instanceof Tensor tensor) {
      keep(tensor);
    } else if (result instanceof Collection<?> many) {
      many.forEach(this::keepAll);
    } else if (result instanceof Object[] many) {
      Arrays.asList(many).forEach(this::keepAll);
    } else if (result instanceof Map<?, ?> many) {
      many.values().forEach(this::keepAll);
    }
  }

  /**
   * Gives back what was made within it and not kept. Idempotent.
   *
   * @throws ClgradException on another thread than the one that opened it: nothing is closed then;
   *     or if a scope opened within it is still open: both are closed
   */
  @Override
  public void close() {
    scope.close();
  }

  @Override
  public String toString() {
    return scope.toString();
  }
}
