package dev.clgrad.backend;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One member of a family of kernels: which kernel, and the parameters it is built with, such as
 * {@code panels BLOCK_ROWS=192 ROWS=6}.
 *
 * @param kernel the kernel's name without that of its operation
 * @param parameters the values of the kernel file's macros, and of what its launches depend on
 */
public record KernelVariant(String kernel, SortedMap<String, Integer> parameters) {
  /** A variant whose parameters nobody changes. */
  public KernelVariant {
    parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
  }

  /** A kernel with its file's own parameters. */
  public static KernelVariant of(String kernel) {
    return new KernelVariant(kernel, new TreeMap<>());
  }

  /**
   * The variant that a text names: the kernel, then {@code NAME=value}, with blanks between.
   *
   * @throws IllegalArgumentException if the text is no such line
   */
  public static KernelVariant parse(String text) {
    String[] words = text.trim().split("\\s+");
    SortedMap<String, Integer> parameters = new TreeMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      try {
        parameters.put(
            words[i].substring(0, Math.max(equals, 0)),
            Integer.valueOf(words[i].substring(equals + 1)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "'" + words[i] + "' in '" + text + "' is no NAME=integer", e);
      }
    }
    if (words[0].isEmpty() || words[0].contains("=") || parameters.containsKey("")) {
      throw new IllegalArgumentException(
          "'" + text + "' is not the name of a kernel and then NAME=integer");
    }
    return new KernelVariant(words[0], parameters);
  }

  /** This variant with one parameter more, or another value of it. */
  public KernelVariant with(String name, int value) {
    SortedMap<String, Integer> all = new TreeMap<>(parameters);
    all.put(name, value);
    return new KernelVariant(kernel, all);
  }

  /** A parameter's value. */
  public int get(String name, int otherwise) {
    return parameters.getOrDefault(name, otherwise);
  }

  /** Build options that define those of the given macros which have a value, in this order. */
  public String defines(List<String> macros) {
    return macros.stream()
        .filter(parameters::containsKey)
        .map(name -> " -D" + name + "=" + parameters.get(name))
        .collect(Collectors.joining());
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return kernel
        + parameters.entrySet().stream()
            .map((Map.Entry<String, Integer> e) -> " " + e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining());
  }
}
