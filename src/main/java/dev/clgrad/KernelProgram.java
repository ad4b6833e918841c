package dev.clgrad;

import dev.clgrad.backend.KernelFiles;
import dev.clgrad.backend.KernelSignature;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.Scheduler;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * OpenCL C kernels of a program's own, launched with tensors in the order of all other work. Within
 * an {@link AutogradFunction}, one for forward and one for backward make a differentiable
 * operation.
 *
 * <pre>{@code
 * KernelProgram scale = KernelProgram.builder("scale")
 *     .source("""
 *         __kernel void scale(__global const ELEM* x, const ulong x_offset,
 *                             __global ELEM* y, const ulong y_offset, const ELEM by, const long n) {
 *           const size_t i = get_global_id(0);
 *           if (i < n) y[y_offset + i] = x[x_offset + i] * by;
 *         }
 *         """)
 *     .kernel("scale", KernelParameter.input("x"), KernelParameter.output("y"),
 *         KernelParameter.scalar("by"), KernelParameter.scalar("n", DType.INT64))
 *     .register();
 *
 * long n = x.shape().numel();
 * Tensor y = scale.call("scale").input(x).output(x.shape()).scalar(2).scalar(n).launch(n).get(0);
 * }</pre>
 *
 * <p>Every tensor takes two parameters, a pointer and a {@code ulong} offset in elements. {@code
 * ELEM} is the element type a launch is made for, {@code float} or {@code double} unless {@link
 * Builder#types} says otherwise. Inputs lie in row-major order (others are copied first); outputs
 * are new tensors, so that no kernel writes what it or another reads, and a kernel must write all
 * their elements. Kernels must stay within their tensors: nothing checks that.
 *
 * <p>Registering compiles every kernel for every type, where the device is one of OpenCL, and
 * compares its parameters with the description. On the CPU kernels run in Java, if {@link
 * Builder#cpuTwin} says how, and are refused otherwise. An object may be used on any thread and any
 * device.
 */
public final class KernelProgram {
  private final String name;
  private final KernelText source;
  private final Map<String, Kernel> kernels;
  private final List<DType> types;
  private final Map<DType, ProgramSource> programs = new ConcurrentHashMap<>();
  private final Map<Built, KernelSignature> built = new ConcurrentHashMap<>();

  /** A kernel as it was described. */
  record Kernel(String entry, List<KernelParameter> parameters, @Nullable Twin twin) {
    boolean hasElements() {
      return parameters.stream().anyMatch(p -> p.dtype() == null);
    }
  }

  private record Built(Scheduler scheduler, String entry, DType element) {}

  private KernelProgram(
      String name, KernelText source, Map<String, Kernel> kernels, List<DType> types) {
    this.name = name;
    this.source = source;
    this.kernels = kernels;
    this.types = types;
  }

  /**
   * Begins to describe a program.
   *
   * @param name what messages call it
   * @throws KernelBuildException if that is no identifier
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** The name it was registered by. */
  public String name() {
    return name;
  }

  /**
   * Begins a launch of a kernel.
   *
   * @throws ClgradException if the program was described without it
   */
  public KernelCall call(String entry) {
    Kernel kernel = kernels.get(entry);
    if (kernel == null) {
      throw new ClgradException(
          name + ": has no kernel " + entry + "; it has " + String.join(", ", kernels.keySet()));
    }
    return new KernelCall(this, kernel);
  }

  List<DType> types() {
    return types;
  }

  /** The program for one element type. */
  ProgramSource program(DType element) {
    return programs.computeIfAbsent(
        element,
        e ->
            new ProgramSource(
                source.title(),
                new ProgramSource.KernelFile("", e, 1).options() + " -cl-kernel-arg-info",
                KernelFiles.prelude()
                    + "#line 1 \""
                    + source.title()
                    + "\"\n"
                    + source.text()
                    + "\n"));
  }

  /**
   * Compiles a kernel for a type on a device and checks its parameters, once; null where kernels
   * run through twins.
   */
  @Nullable KernelSignature build(Scheduler scheduler, Kernel kernel, DType element) {
    Built key = new Built(scheduler, kernel.entry, element);
    KernelSignature known = built.get(key);
    if (known == null && !scheduler.backend().runsTwins()) {
      known = scheduler.build(name, program(element), kernel.entry);
      if (known != null) {
        new KernelParameterCheck(name, kernel, element).check(known);
        built.put(key, known);
      }
    }
    return known;
  }

  private void buildAll(Scheduler scheduler) {
    for (Kernel kernel : kernels.values()) {
      for (DType type : kernel.hasElements() ? types : List.of(DType.FLOAT32)) {
        if (type != DType.FLOAT64 || scheduler.backend().limits().fp64()) {
          build(scheduler, kernel, type);
        }
      }
    }
  }

  @Override
  public String toString() {
    return "KernelProgram(" + name + ")";
  }

  /** Describes a program; see {@link KernelProgram}. */
  public static final class Builder {
    private final String name;
    private @Nullable KernelText source;
    private final Map<String, List<KernelParameter>> kernels = new LinkedHashMap<>();
    private final Map<String, Twin> twins = new LinkedHashMap<>();
    private List<DType> types = List.of(DType.FLOAT32, DType.FLOAT64);

    private Builder(String name) {
      KernelText.checkName("the name of a kernel program", name);
      this.name = name;
    }

    /** The source. */
    public Builder source(String text) {
      source = KernelText.of(name, text);
      return this;
    }

    /**
     * The file the source lies in.
     *
     * @throws KernelBuildException if it cannot be read
     */
    public Builder source(Path file) {
      source = KernelText.of(file);
      return this;
    }

    /**
     * The source as a resource of the class path, such as {@code "scale.cl"} beside a class.
     *
     * @throws KernelBuildException if there is none
     */
    public Builder source(Class<?> beside, String resource) {
      source = KernelText.of(beside, resource);
      return this;
    }

    /**
     * A kernel of the source.
     *
     * @param entry its name
     * @param parameters its parameters, in order; a tensor and its offset count as one
     * @throws KernelBuildException if the name is no identifier or was given before
     */
    public Builder kernel(String entry, KernelParameter... parameters) {
      KernelText.checkName(name + ": the name of a kernel", entry);
      if (kernels.put(entry, List.of(parameters)) != null) {
        throw new KernelBuildException(name + ": kernel " + entry + " is described twice");
      }
      return this;
    }

    /**
     * A kernel's computation in Java, for the CPU.
     *
     * @param entry the kernel's name
     * @param twin gets the arguments by their place in the description, and does in one call what
     *     all work-items do
     */
    public Builder cpuTwin(String entry, Twin twin) {
      twins.put(entry, twin);
      return this;
    }

    /**
     * What {@code ELEM} may be: float32 and float64 from the start.
     *
     * @throws DTypeException for others than int32, int64, float32 and float64
     */
    public Builder types(DType... dtypes) {
      for (DType dtype : dtypes) {
        if (dtype.isReduced() || dtype == DType.BOOL || dtype == DType.UINT8) {
          throw new DTypeException(
              name + ": ELEM cannot be " + dtype + "; use int32, int64, float32 or float64");
        }
      }
      types = List.of(dtypes);
      return this;
    }

    /**
     * Registers it and compiles it for the default device.
     *
     * @throws KernelBuildException if something is missing in the description, a kernel is not in
     *     the source or has other parameters, or what the compiler says
     */
    public KernelProgram register() {
      return register(Device.getDefault());
    }

    /**
     * Registers it and compiles it for a device; for others at the first launch there.
     *
     * @throws KernelBuildException as {@link #register()} does
     */
    public KernelProgram register(Device device) {
      KernelText text = source;
      if (text == null) {
        throw new KernelBuildException(name + ": it has no source; give one with source(…)");
      }
      if (kernels.isEmpty()) {
        throw new KernelBuildException(
            name + ": it has no kernels; describe them with kernel(name, parameters)");
      }
      Map<String, Kernel> described = new LinkedHashMap<>();
      for (Map.Entry<String, List<KernelParameter>> each : kernels.entrySet()) {
        String entry = each.getKey();
        Pattern head = Pattern.compile("\\bkernel\\b[^;{]*?\\b" + entry + "\\s*\\(");
        if (!head.matcher(text.text().replace("__kernel", "kernel")).find()) {
          throw new KernelBuildException(
              name + ": " + text.title() + " has no kernel " + entry + ", which is described");
        }
        described.put(entry, new Kernel(entry, each.getValue(), twins.get(entry)));
      }
      for (String entry : twins.keySet()) {
        if (!described.containsKey(entry)) {
          throw new KernelBuildException(
              name
                  + ": a CPU twin of "
                  + entry
                  + ", which is none of the kernels described: "
                  + String.join(", ", described.keySet()));
        }
      }
      KernelProgram program = new KernelProgram(name, text, described, types);
      program.buildAll(device.scheduler());
      return program;
    }
  }
}
