package dev.clgrad.conformance;

import dev.clgrad.op.Op;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Finds the operations by looking at the compiled classes of their package. */
final class OpClasses {
  private OpClasses() {}

  /**
   * An instance of every operation's class, by the operation's name.
   *
   * @throws IllegalStateException if two have one name, or there is none
   */
  static Map<String, Op> all() throws IOException, ReflectiveOperationException {
    Map<String, Op> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder())) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class") && !name.contains("$") && !name.startsWith("package-info")) {
          add(Class.forName("dev.clgrad.op." + name.substring(0, name.indexOf('.'))), found);
        }
      }
    }
    if (found.isEmpty()) {
      throw new IllegalStateException("no operation in " + folder());
    }
    return found;
  }

  private static Path folder() {
    try {
      return Path.of(Op.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .resolve("dev/clgrad/op");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(Class<?> type, Map<String, Op> to) throws ReflectiveOperationException {
    if (Op.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      Op op = (Op) constructor.newInstance();
      if (to.put(op.name(), op) != null) {
        throw new IllegalStateException("two operations are called " + op.name());
      }
    }
  }
}
