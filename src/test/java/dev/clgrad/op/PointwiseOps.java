package dev.clgrad.op;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Finds the operations by looking at the compiled classes of their package. */
final class PointwiseOps {
  private PointwiseOps() {}

  /** The instance of every operation of a kind. */
  static <O extends Op> List<O> of(Class<O> kind) {
    try {
      Path folder =
          Path.of(Objects.requireNonNull(Op.class.getResource("Op.class")).toURI()).getParent();
      try (Stream<Path> files = Files.list(folder)) {
        return files
            .map(f -> f.getFileName().toString())
            .filter(f -> f.endsWith(".class") && !f.contains("$") && !f.startsWith("package-info"))
            .sorted()
            .map(f -> type(f.substring(0, f.length() - ".class".length())))
            .filter(c -> kind.isAssignableFrom(c) && !Modifier.isAbstract(c.getModifiers()))
            .map(c -> kind.cast(instance(c)))
            .toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(Op.class.getPackageName() + "." + name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object instance(Class<?> type) {
    try {
      Field field = type.getDeclaredField("OP");
      field.setAccessible(true);
      return Objects.requireNonNull(field.get(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has no instance called OP", e);
    }
  }
}
