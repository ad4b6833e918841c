package dev.clgrad;

import dev.clgrad.backend.KernelSignature;
import dev.clgrad.backend.KernelSignature.AddressSpace;
import dev.clgrad.backend.KernelSignature.Parameter;
import dev.clgrad.backend.ProgramSource;
import java.util.ArrayList;
import java.util.List;

/** Compares a kernel's parameters as a driver knows them with those that a program describes. */
final class KernelParameterCheck {
  private final String title;
  private final List<Wanted> wanted = new ArrayList<>();

  /** A parameter in OpenCL C. */
  private record Wanted(
      String of, List<String> types, AddressSpace space, boolean isInput, String written) {}

  KernelParameterCheck(String program, KernelProgram.Kernel kernel, DType element) {
    this.title = program + ": kernel " + kernel.entry();
    for (KernelParameter parameter : kernel.parameters()) {
      String name = parameter.name();
      String type = ProgramSource.elementName(parameter.dtype(element));
      switch (parameter.kind()) {
        case INPUT -> pointer(name, type, AddressSpace.GLOBAL, true, "__global const ");
        case OUTPUT -> pointer(name, type, AddressSpace.GLOBAL, false, "__global ");
        case LOCAL -> pointer(name, type, AddressSpace.LOCAL, false, "__local ");
        case SCALAR -> value(name, type);
      }
      if (parameter.isBuffer()) {
        value(name + "_offset", "ulong");
      }
    }
  }

  private void pointer(
      String name, String type, AddressSpace space, boolean isInput, String qualifiers) {
    String written = qualifiers + type + "* " + name;
    wanted.add(new Wanted(name, List.of(type + "*"), space, isInput, written));
  }

  private void value(String name, String type) {
    // The sign makes no difference to how a number is handed over.
    List<String> types =
        switch (type) {
          case "ulong", "long" -> List.of("long", "ulong");
          case "int" -> List.of("int", "uint");
          default -> List.of(type);
        };
    String written = "const " + type + " " + name;
    wanted.add(new Wanted(name, types, AddressSpace.PRIVATE, false, written));
  }

  void check(KernelSignature signature) {
    if (signature.parameters() != wanted.size()) {
      throw new KernelBuildException(
          title
              + " has "
              + signature.parameters()
              + " parameters, and the description stands for "
              + wanted.size()
              + " (a tensor for two, its pointer and its offset): "
              + String.join(", ", wanted.stream().map(Wanted::written).toList()));
    }
    for (int i = 0; i < signature.details().size(); i++) {
      Parameter found = signature.details().get(i);
      Wanted each = wanted.get(i);
      boolean space =
          found.space() == each.space || (each.isInput && found.space() == AddressSpace.CONSTANT);
      String problem = null;
      if (!space || !each.types.contains(found.type())) {
        problem = "is " + declared(found);
      } else if (each.isInput && found.space() == AddressSpace.GLOBAL && !found.isConst()) {
        problem = "is an input and could be written: it lacks const";
      } else if (!each.isInput && each.space == AddressSpace.GLOBAL && found.isConst()) {
        problem = "is an output and cannot be written: it is const";
      }
      if (problem != null) {
        throw new KernelBuildException(
            title
                + ": parameter "
                + (i + 1)
                + " ("
                + (found.name().isEmpty() ? each.of : found.name())
                + ") "
                + problem
                + "; the description stands for "
                + each.written);
      }
    }
  }

  private static String declared(Parameter found) {
    return switch (found.space()) {
          case GLOBAL -> "__global ";
          case CONSTANT -> "__constant ";
          case LOCAL -> "__local ";
          case PRIVATE -> "";
        }
        + found.type();
  }
}
