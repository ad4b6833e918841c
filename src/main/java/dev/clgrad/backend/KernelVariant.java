package dev.clgrad.backend;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One member of a family of kernels: which kernel, and the parameters it is built with, such as
 * {@code panels BLOCK_ROWS=192 ROWS=6}.
 *
 * @param kernel the kernel's name without that of its operation
 * @param parameters the values of the kernel file's macros, and of what its launches depend on
 */
public record KernelVariant(String kernel, NavigableMap<String, Integer> parameters) {
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  /** A variant whose parameters nobody changes. */
  public KernelVariant {
    parameters = Collections.unmodifiableNavigableMap(new TreeMap<>(parameters));
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
    List<String> words = BLANKS.splitAsStream(text.trim()).toList();
    NavigableMap<String, Integer> parameters = new TreeMap<>();
    for (String word : words.subList(1, words.size())) {
      int equals = word.indexOf('=');
      try {
        parameters.put(
            word.substring(0, Math.max(equals, 0)), Integer.valueOf(word.substring(equals + 1)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "'" + word + "' in '" + text + "' is no NAME=integer", e);
      }
    }
    String kernel = words.get(0);
    if (kernel.isEmpty() || kernel.contains("=") || parameters.containsKey("")) {
      throw new IllegalArgumentException(
          "'" + text + "' is not the name of a kernel and then NAME=integer");
    }
    return new KernelVariant(kernel, parameters);
  }

  /** This variant with one parameter more, or another value of it. */
  public KernelVariant with(String name, int value) {
    NavigableMap<String, Integer> all = new TreeMap<>(parameters);
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
