package dev.clgrad.op;

import dev.clgrad.AutogradException;
import dev.clgrad.DType;
import dev.clgrad.DeviceException;
import dev.clgrad.KernelBuildException;
import dev.clgrad.Shape;
import dev.clgrad.backend.KernelFiles;
import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.Limits;
import dev.clgrad.backend.ProgramSource;
import dev.clgrad.schedule.PointwiseFunction;
import dev.clgrad.schedule.PointwiseTwin;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise operation of floating-point numbers whose source a program brings: functions as the
 * kernel files of the built-in ones have them, which the schedule fuses in the same way.
 */
public final class CustomPointwise {
  /** What an element costs, about: the source does not say. */
  private static final int COST = 8;

  /** What backward reads beside dy and the parameters. */
  public enum Saves {
    NOTHING,
    INPUTS,
    OUTPUT
  }

  /** The gradient in differentiable operations. */
  @FunctionalInterface
  public interface Differentiable {
    /**
     * The gradients of the inputs, of the result's shape or their own; null where there is none.
     *
     * @param dy the upstream gradient
     * @param saved what backward reads
     */
    List<? extends @Nullable Variable> apply(Variable dy, List<Variable> saved, double[] p);
  }

  /**
   * What makes one.
   *
   * @param name its name, a C identifier
   * @param title what compilers call its source
   * @param text the source
   * @param inputs how many tensors it takes
   * @param parameters how many numbers follow them
   * @param saves what backward reads
   * @param twins forward and the backward functions in Java, over all parameters of each; null for
   *     none
   * @param gradient the gradient in differentiable operations; null for none
   */
  public record Definition(
      String name,
      String title,
      String text,
      int inputs,
      int parameters,
      Saves saves,
      @Nullable List<ToDoubleFunction<double[]>> twins,
      @Nullable Differentiable gradient) {}

  private final Definition definition;
  private final String nodeName;
  private final String file;
  private final PointwiseFunction forward;
  private final List<PointwiseFunction> backward = new ArrayList<>();
  private final Set<Scheduler> tried = ConcurrentHashMap.newKeySet();

  /**
   * An operation of a source of the program's own.
   *
   * @throws KernelBuildException if the source lacks a function, has one with other parameters, or
   *     holds what cannot stand beside others
   */
  public CustomPointwise(Definition definition) {
    this.definition = definition;
    String name = definition.name;
    if (KernelFiles.isBuiltIn("pointwise/" + name + ".cl")) {
      throw new KernelBuildException(
          name + ": an operation of clgrad has this name; choose another one");
    }
    this.nodeName =
        name.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + name.substring(1) + "Backward";
    PointwiseSource source = new PointwiseSource(name, definition.title, definition.text);
    source.require(name + "_forward", parameterNames(letters()));
    for (String function : backwardNames()) {
      source.require(function, parameterNames(backwardReads()));
    }
    this.file = source.add();
    this.forward = function(source, name + "_forward", definition.inputs, 0).withCost(COST);
    List<String> names = backwardNames();
    for (int i = 0; i < names.size(); i++) {
      backward.add(function(source, names.get(i), backwardReads().size(), 1 + i));
    }
  }

  private PointwiseFunction function(PointwiseSource source, String name, int inputs, int which) {
    List<ToDoubleFunction<double[]>> twins = definition.twins;
    PointwiseTwin twin =
        twins == null ? CustomPointwise::noTwin : new ElementTwin(twins.get(which));
    return PointwiseFunction.real(
        file, source.nameInPrograms(name), inputs, definition.parameters, twin);
  }

  private static void noTwin(
      Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
    throw new IllegalStateException("it has no twin");
  }

  /** x alone, or a, b, c, … */
  private List<String> letters() {
    List<String> letters = new ArrayList<>();
    for (int i = 0; i < definition.inputs; i++) {
      letters.add(definition.inputs == 1 ? "x" : String.valueOf((char) ('a' + i)));
    }
    return letters;
  }

  private List<String> backwardReads() {
    List<String> reads = new ArrayList<>(List.of("dy"));
    switch (definition.saves) {
      case NOTHING -> {}
      case INPUTS -> reads.addAll(letters());
      case OUTPUT -> reads.add("y");
    }
    return reads;
  }

  private List<String> parameterNames(List<String> reads) {
    List<String> names = new ArrayList<>(reads);
    for (int i = 0; i < definition.parameters; i++) {
      names.add("p" + i);
    }
    return names;
  }

  /** The name of the one backward function, or those of each input's. */
  private List<String> backwardNames() {
    String name = definition.name + "_backward";
    return definition.inputs == 1
        ? List.of(name)
        : letters().stream().map(letter -> name + "_" + letter).toList();
  }

  /**
   * Compiles a trial program of all its functions, in every type that a device computes with, once
   * for each device; nothing where launches run through twins.
   *
   * @throws KernelBuildException if it does not compile
   */
  public void tryOn(Scheduler scheduler) {
    if (!scheduler.backend().runsTwins() && !tried.contains(scheduler)) {
      Limits limits = scheduler.backend().limits();
      // Vectors show what works for single numbers alone, also where the device takes these.
      int width = Math.max(2, limits.vectorWidth(DType.FLOAT32));
      String options = new ProgramSource.KernelFile("", DType.FLOAT32, width).options();
      scheduler.build(
          definition.name,
          new ProgramSource(definition.title, options, trial(limits.fp64())),
          "trial");
      tried.add(scheduler);
    }
  }

  private String trial(boolean doubles) {
    StringBuilder text = new StringBuilder(KernelFiles.prelude());
    String call = "x[0] = LANE0(" + call(forward);
    for (PointwiseFunction function : backward) {
      call += " + " + call(function);
    }
    String calls = "PURE void try_all(__global ELEM* x) {\n  " + call + ");\n}\n";
    String rendered = "#line 1 \"trial of " + definition.name + "\"\n" + calls;
    text.append(KernelFiles.withLines(file)).append(rendered);
    if (doubles) {
      text.append("#undef ELEM\n#define ELEM double\n");
      text.append(KernelFiles.withLines(file)).append(rendered);
    }
    text.append("__kernel void trial(__global float* x");
    text.append(doubles ? ", __global double* z) {\n" : ") {\n");
    text.append("  try_all(x);\n").append(doubles ? "  try_all(z);\n" : "").append("}\n");
    return text.toString();
  }

  private static String call(PointwiseFunction function) {
    int parameters = function.inputs().size() + function.scalars();
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < parameters; i++) {
      arguments.add("K(x[" + i + "])");
    }
    return function.name() + "(" + String.join(", ", arguments) + ")";
  }

  /**
   * Applies it to variables, broadcast against one another; integers become float32.
   *
   * @throws DeviceException if they are on the CPU and there is no twin
   * @throws KernelBuildException if it does not compile on their device
   */
  public Variable apply(List<Variable> inputs, double[] parameters) {
    Scheduler scheduler = inputs.get(0).scheduler();
    if (scheduler.backend().runsTwins() && definition.twins == null) {
      throw new DeviceException(
          definition.name
              + ": the tensors are on "
              + scheduler.backend().name()
              + ", where kernels do not run, and it has no CPU twin; give one with"
              + " PointwiseKernel.Builder.cpuTwin, or move the tensors to an OpenCL device with"
              + " to(Device.of(\"opencl\"))");
    }
    tryOn(scheduler);
    DType dtype = Pointwise.floating(promoted(inputs));
    Number[] p = new Number[parameters.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = parameters[i];
    }
    Variable y = Pointwise.apply(definition.name, forward, dtype, inputs, p);
    Shape[] shapes = inputs.stream().map(Variable::shape).toArray(Shape[]::new);
    DType[] types = inputs.stream().map(Variable::dtype).toArray(DType[]::new);
    Node.record(
        nodeName,
        inputs,
        List.of(y),
        switch (definition.saves) {
          case NOTHING -> List.of();
          case INPUTS -> inputs;
          case OUTPUT -> List.of(y);
        },
        c -> gradients(c, dtype, shapes, types, p));
    return y;
  }

  /** The type all promote to; as in PyTorch, a 0-d one counts only where its kind is wider. */
  private static DType promoted(List<Variable> inputs) {
    boolean anyOfRank = false;
    DType dtype = inputs.get(0).dtype();
    for (Variable input : inputs) {
      if (input.rank() > 0) {
        dtype = anyOfRank ? DType.promote(dtype, input.dtype()) : input.dtype();
        anyOfRank = true;
      }
    }
    for (Variable input : inputs) {
      if (input.rank() == 0) {
        dtype =
            anyOfRank
                ? Pointwise.weighted(dtype, input.dtype())
                : DType.promote(dtype, input.dtype());
      }
    }
    return dtype;
  }

  private @Nullable Variable[] gradients(
      Gradient.Context c, DType dtype, Shape[] shapes, DType[] types, Number[] p) {
    List<Variable> saved = new ArrayList<>();
    int count =
        switch (definition.saves) {
          case NOTHING -> 0;
          case INPUTS -> shapes.length;
          case OUTPUT -> 1;
        };
    for (int i = 0; i < count; i++) {
      saved.add(c.saved(i));
    }
    List<? extends @Nullable Variable> dx =
        c.createGraph() ? differentiable(c.dy(), saved, p) : computed(c, saved, dtype, p);
    @Nullable Variable[] found = new Variable[shapes.length];
    for (int i = 0; i < found.length; i++) {
      Variable gradient = dx.get(i);
      found[i] =
          gradient == null || !c.needs(i)
              ? null
              : Broadcast.reduceTo(gradient, shapes[i], types[i]);
    }
    return found;
  }

  private List<@Nullable Variable> computed(
      Gradient.Context c, List<Variable> saved, DType dtype, Number[] p) {
    List<Variable> reads = new ArrayList<>();
    reads.add(c.dy());
    reads.addAll(saved);
    List<@Nullable Variable> dx = new ArrayList<>();
    for (int i = 0; i < definition.inputs; i++) {
      dx.add(
          c.needs(i)
              ? Pointwise.apply(definition.name + "_backward", backward.get(i), dtype, reads, p)
              : null);
    }
    return dx;
  }

  private List<? extends @Nullable Variable> differentiable(
      Variable dy, List<Variable> saved, Number[] p) {
    Differentiable gradient = definition.gradient;
    if (gradient == null) {
      throw new AutogradException(
          definition.name
              + ": its gradient cannot be differentiated, which createGraph and forward mode need:"
              + " it has a backward kernel alone; give the gradient in tensors too, with"
              + " PointwiseKernel.Builder.gradient");
    }
    double[] numbers = new double[p.length];
    for (int i = 0; i < p.length; i++) {
      numbers[i] = p[i].doubleValue();
    }
    List<? extends @Nullable Variable> dx =
        gradient.apply(dy, Collections.unmodifiableList(saved), numbers);
    if (dx.size() != definition.inputs) {
      throw new AutogradException(
          definition.name
              + ": its gradient returned "
              + dx.size()
              + " tensors for "
              + definition.inputs
              + " inputs; return one for each, null where there is none");
    }
    return dx;
  }

  /** A function of one element's numbers, run over tiles; float32 goes by way of double. */
  private record ElementTwin(ToDoubleFunction<double[]> function) implements PointwiseTwin {
    @Override
    public void run(Lanes lanes, DType dtype, Object[] in, Number[] scalars, Object out, int n) {
      double[] numbers = new double[in.length + scalars.length];
      for (int s = 0; s < scalars.length; s++) {
        double value = scalars[s].doubleValue();
        numbers[in.length + s] = out instanceof float[] ? (float) value : value;
      }
      double[] given = new double[numbers.length];
      for (int i = 0; i < n; i++) {
        System.arraycopy(numbers, 0, given, 0, numbers.length);
        for (int k = 0; k < in.length; k++) {
          given[k] = in[k] instanceof float[] floats ? floats[i] : ((double[]) in[k])[i];
        }
        double value = function.applyAsDouble(given);
        if (out instanceof float[] floats) {
          floats[i] = (float) value;
        } else {
          ((double[]) out)[i] = value;
        }
      }
    }
  }
}
