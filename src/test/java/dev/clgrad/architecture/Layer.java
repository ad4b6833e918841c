package dev.clgrad.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Optional;

/** The layers, from the bottom up: a class knows its own layer and those before it in this list. */
enum Layer {
  VOCABULARY,
  BACKEND,
  SCHEDULE,
  TAPE,
  OP,
  DIAGRAM,
  FACADE,
  LIBRARY,
  PROGRAM;

  private static final String ROOT = "dev.clgrad";

  /** The layer of a class, or nothing for one in a package that has no place in the design. */
  static Optional<Layer> of(JavaClass type) {
    String packageName = type.getPackageName();
    if (packageName.equals(ROOT)) {
      return Optional.of(isVocabulary(type) ? VOCABULARY : FACADE);
    }
    return switch (top(packageName)) {
      case "backend" -> Optional.of(BACKEND);
      case "schedule" -> Optional.of(SCHEDULE);
      case "tape" -> Optional.of(TAPE);
      case "op" -> Optional.of(OP);
      case "diagram" -> Optional.of(DIAGRAM);
      case "nn", "optim", "data", "io", "plot" -> Optional.of(LIBRARY);
      case "cli", "examples" -> Optional.of(PROGRAM);
      default -> Optional.empty();
    };
  }

  /**
   * What may not stand in a cycle: a package directly under the root, or half of the root itself.
   */
  static String slice(JavaClass type) {
    return type.getPackageName().equals(ROOT)
        ? (isVocabulary(type) ? "(vocabulary)" : "(public API)")
        : top(type.getPackageName());
  }

  private static boolean isVocabulary(JavaClass type) {
    JavaClass outermost = type;
    while (outermost.getEnclosingClass().isPresent()) {
      outermost = outermost.getEnclosingClass().get();
    }
    String name = outermost.getSimpleName();
    return name.equals("DType") || name.equals("Shape") || name.endsWith("Exception");
  }

  private static String top(String packageName) {
    String below = packageName.substring(ROOT.length() + 1);
    int dot = below.indexOf('.');
    return dot < 0 ? below : below.substring(0, dot);
  }
}
