package dev.clgrad.op;

import java.util.Locale;

/**
 * An operation: its names. Subclasses have one instance, made by their constructor without
 * parameters.
 */
public abstract class Op {
  private final String name;
  private final String nodeName;

  /**
   * An operation.
   *
   * @param name the one name of its kernel file, its kernels, its method on {@code Tensor} (in
   *     camel case) and its conformance cases, such as {@code log_softmax}
   */
  protected Op(String name) {
    this.name = name;
    this.nodeName = nodeName(name);
  }

  /** The operation's name, in snake case. */
  public final String name() {
    return name;
  }

  /**
   * What PyTorch calls the node that backward runs through, such as {@code LogSoftmaxBackward0}.
   */
  public String nodeName() {
    return nodeName;
  }

  /** What PyTorch calls the node of an operation. */
  static String nodeName(String name) {
    StringBuilder text = new StringBuilder();
    for (String word : name.split("_", -1)) {
      text.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return text.append("Backward0").toString();
  }

  /** The kernel file below {@code kernels/}; null for views and composites, which have none. */
  public abstract @org.jspecify.annotations.Nullable String kernelFile();
}
