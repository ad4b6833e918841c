package dev.clgrad.nn;

import dev.clgrad.ClgradException;
import dev.clgrad.Tensor;
import dev.clgrad.schedule.Recording;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that computes a tensor from a tensor, with parameters to train and other modules inside
 * it.
 *
 * <p>A subclass registers in its constructor what belongs to it, with {@link #parameter} and {@link
 * #module}, and says in {@link #forward} what it computes:
 *
 * <pre>{@code
 * final class Scaled extends Module {
 *   private final Linear linear = module("linear", new Linear(4, 2));
 *   private final Tensor scale = parameter("scale", Tensor.ones(2));
 *
 *   public Tensor forward(Tensor x) {
 *     return linear.forward(x).mul(scale);
 *   }
 * }
 * }</pre>
 */
// PyTorch's name. The other Module, java.lang's, describes a program and meets nobody who trains.
@SuppressWarnings("JavaLangClash")
public abstract class Module {
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Module> modules = new LinkedHashMap<>();
  private boolean training = true;

  /** A module in training mode, without parameters yet. */
  protected Module() {}

  /** What this module computes from its input. */
  public abstract Tensor forward(Tensor x);

  /**
   * Registers a parameter of this module: from now on it requires gradients.
   *
   * @param name its name among this module's own; no dots
   * @return the tensor given
   * @throws ClgradException if the name is taken or has a dot
   */
  protected final Tensor parameter(String name, Tensor value) {
    checkName(name);
    parameters.put(name, value.requiresGrad(true));
    Recording.invalidate();
    return value;
  }

  /**
   * Registers a module inside this one; it takes on this one's training mode.
   *
   * @param name its name among this module's own; no dots
   * @return the module given
   * @throws ClgradException if the name is taken or has a dot
   */
  protected final <M extends Module> M module(String name, M child) {
    checkName(name);
    Module inner = child;
    modules.put(name, inner);
    Recording.invalidate();
    inner.setTraining(training);
    return child;
  }

  private void checkName(String name) {
    if (name.isEmpty() || name.indexOf('.') >= 0) {
      throw new ClgradException(
          describe() + ": the name \"" + name + "\" is empty or has a dot; dots join names");
    }
    if (parameters.containsKey(name) || modules.containsKey(name)) {
      throw new ClgradException(
          describe() + ": the name \"" + name + "\" is taken; give each part a name of its own");
    }
  }

  /**
   * All parameters by name, in the order they were registered, those of inner modules with that
   * module's name and a dot before theirs: {@code 0.weight}. A parameter registered twice is listed
   * once.
   */
  public final Map<String, Tensor> namedParameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    collect("", all);
    return Collections.unmodifiableMap(all);
  }

  /** All parameters, in the order of {@link #namedParameters}. */
  public final List<Tensor> parameters() {
    return List.copyOf(namedParameters().values());
  }

  private void collect(String prefix, Map<String, Tensor> all) {
    parameters.forEach(
        (name, parameter) -> {
          // By identity: two layers may share a parameter, which is then updated once.
          if (all.values().stream().noneMatch(known -> known == parameter)) {
            all.put(prefix + name, parameter);
          }
        });
    modules.forEach((name, child) -> child.collect(prefix + name + ".", all));
  }

  /** The modules directly inside this one by name, in the order they were registered. */
  public final Map<String, Module> namedChildren() {
    return Collections.unmodifiableMap(modules);
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    parameters().forEach(Tensor::zeroGrad);
  }

  /** Puts this module and those inside it into training mode, and returns it. */
  public final Module train() {
    setTraining(true);
    return this;
  }

  /** Puts this module and those inside it into evaluation mode, and returns it. */
  public final Module eval() {
    setTraining(false);
    return this;
  }

  /** Whether this module is in training mode. Some modules compute something else in each. */
  public final boolean isTraining() {
    return training;
  }

  private void setTraining(boolean mode) {
    if (training != mode) {
      Recording.invalidate();
    }
    training = mode;
    modules.values().forEach(child -> child.setTraining(mode));
  }

  /** This module's kind and sizes on one line, such as {@code Linear(784, 10)}. */
  protected String describe() {
    return getClass().getSimpleName();
  }

  /** This module and those inside it, a line each, as PyTorch prints them. */
  @Override
  public final String toString() {
    if (modules.isEmpty()) {
      return describe();
    }
    List<String> lines = new ArrayList<>();
    modules.forEach(
        (name, child) -> lines.add("  (" + name + "): " + child.toString().replace("\n", "\n  ")));
    return describe() + "(\n" + String.join("\n", lines) + "\n)";
  }
}
