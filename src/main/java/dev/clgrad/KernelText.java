package dev.clgrad;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The source of a kernel of a program's own, and what compilers call it.
 *
 * @param title without characters that would end a {@code #line} directive
 * @param text with {@code \n} at the ends of its lines
 */
record KernelText(String title, String text) {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");
  private static final Pattern LINE_END = Pattern.compile("\r\n?");

  KernelText {
    title = title.replaceAll("[^\\w .+-]", "_");
    text = LINE_END.matcher(text).replaceAll("\n");
  }

  static KernelText of(String name, String text) {
    return new KernelText(name + ".cl", text);
  }

  static KernelText of(Path file) {
    try {
      return new KernelText(String.valueOf(file.getFileName()), Files.readString(file));
    } catch (IOException e) {
      throw new KernelBuildException("the kernel source " + file + " could not be read", e);
    }
  }

  static KernelText of(Class<?> beside, String resource) {
    try (InputStream in = beside.getResourceAsStream(resource)) {
      if (in == null) {
        throw new KernelBuildException(
            "the kernel source "
                + resource
                + " is no resource beside "
                + beside.getName()
                + "; begin with / for a path from the root of the class path");
      }
      String title = resource.substring(resource.lastIndexOf('/') + 1);
      return new KernelText(title, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new KernelBuildException("the kernel source " + resource + " could not be read", e);
    }
  }

  /** Copies that gradients can be checked at. */
  static List<Tensor> leaves(Tensor... tensors) {
    return Arrays.stream(tensors)
        .map(t -> t.detach().to(DType.FLOAT64).clone().requiresGrad(true))
        .toList();
  }

  /**
   * Checks that a name can stand in OpenCL C.
   *
   * @throws KernelBuildException if not
   */
  static void checkName(String what, String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new KernelBuildException(
          what
              + " \""
              + name
              + "\" is no identifier; it must begin with a letter and have letters, digits and _"
              + " alone");
    }
  }
}
