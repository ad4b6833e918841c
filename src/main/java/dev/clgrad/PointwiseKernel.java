package dev.clgrad;

import dev.clgrad.op.CustomPointwise;
import dev.clgrad.tape.Variable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A pointwise operation of a program's own, forward and backward in OpenCL C, that is recorded,
 * differentiated and fused with others as clgrad's own are.
 *
 * <pre>{@code
 * PointwiseKernel swish = PointwiseKernel.builder("swish")
 *     .source("""
 *         PURE real swish_forward(real x, real beta) { return x / (K(1) + exp(-beta * x)); }
 *         PURE real swish_backward(real dy, real x, real beta) {
 *           const real s = K(1) / (K(1) + exp(-beta * x));
 *           return dy * s * (K(1) + beta * x * (K(1) - s));
 *         }
 *         """)
 *     .parameters(1)
 *     .register();
 *
 * Tensor y = swish.with(1.5).apply(x.mul(2)).sum();   // one launch
 * y.backward();
 * swish.with(1.5).gradcheck(Tensor.of(-1.0, 0.5, 2.0));
 * }</pre>
 *
 * <p>The source holds functions over {@code real}, which becomes a {@code float}, a {@code double}
 * or a vector of them: constants are {@code K(0.5)}, choices are {@code condition ? a : b} and
 * never {@code if}, and each function begins with {@code PURE}. Helper functions and macros may
 * stand beside them; they do not meet those of other sources. {@code NAME_forward} takes {@code x}
 * (with several inputs {@code a, b, c, …}) and then the parameters; {@code NAME_backward} takes
 * {@code dy}, what backward reads ({@link Builder#saves}) and the parameters, and gives {@code dx};
 * with several inputs there is a {@code NAME_backward_a}, {@code NAME_backward_b}, … for each.
 *
 * <p>Registering looks through the source and, where the device is one of OpenCL, compiles a trial
 * program of it, so that mistakes show there, with the source's own line numbers. On the CPU it
 * runs in Java, if {@link Builder#cpuTwin} says how, and else refuses. An object may be used on any
 * thread and any device.
 */
public final class PointwiseKernel {
  private final String name;
  private final CustomPointwise op;
  private final int inputs;
  private final int parameters;
  private final double[] bound;

  private PointwiseKernel(
      String name, CustomPointwise op, int inputs, int parameters, double[] bound) {
    this.name = name;
    this.op = op;
    this.inputs = inputs;
    this.parameters = parameters;
    this.bound = bound;
  }

  /** What backward reads beside dy and the parameters. */
  public enum Saves {
    /** Nothing: the derivative does not depend on the elements. */
    NOTHING,
    /** All inputs, in their order. */
    INPUTS,
    /** The result. */
    OUTPUT
  }

  /** A function of the pointwise source in Java, for the CPU backend. */
  @FunctionalInterface
  public interface ElementFunction {
    /**
     * The result for one element; called from several threads.
     *
     * @param v the arguments, in the order of the OpenCL C function's parameters
     */
    double apply(double[] v);
  }

  /** The gradient in tensors, which can be differentiated in turn. */
  @FunctionalInterface
  public interface GradientFunction {
    /**
     * The gradients of the inputs, by differentiable operations alone.
     *
     * @param dy the upstream gradient, of the result's shape
     * @param saved what backward reads: the inputs, the result or nothing
     * @param parameters the numbers the operation was applied with
     * @return one for each input, of the result's shape or the input's; null where there is none
     */
    List<? extends @Nullable Tensor> apply(Tensor dy, List<Tensor> saved, double[] parameters);
  }

  /**
   * Begins to describe an operation.
   *
   * @param name what its functions and messages are called by, such as {@code swish}
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
   * The operation with its parameters: numbers that are arguments of a launch and not code, so that
   * others cost no compilation.
   *
   * @throws ClgradException if it takes another number of them
   */
  public PointwiseKernel with(double... values) {
    if (values.length != parameters) {
      throw new ClgradException(
          name + ": got " + values.length + " parameters; it takes " + parameters);
    }
    return new PointwiseKernel(name, op, inputs, parameters, values.clone());
  }

  /**
   * The result, element by element, of tensors that are broadcast against one another and promoted
   * to one dtype; integers become float32.
   *
   * @throws ClgradException if it takes another number of tensors, or parameters that were not
   *     given
   * @throws ShapeException if the shapes do not go together
   * @throws DeviceException if the tensors are on several devices, or on the CPU without a twin
   * @throws KernelBuildException if the source does not compile on their device
   */
  public Tensor apply(Tensor... tensors) {
    if (tensors.length != inputs) {
      throw new ClgradException(name + ": got " + tensors.length + " tensors; it takes " + inputs);
    }
    if (bound.length != parameters) {
      throw new ClgradException(
          name
              + ": its "
              + parameters
              + " parameters are missing; give them as in "
              + name
              + ".with(1.5).apply(x)");
    }
    return new Tensor(op.apply(Arrays.stream(tensors).map(t -> t.variable()).toList(), bound));
  }

  /**
   * Compares what backward computes with differences of values, at the elements of some tensors,
   * which become float64.
   *
   * @return a report that has passed
   * @throws GradcheckException if a gradient is wrong
   * @throws DTypeException if their device has no float64
   * @throws ClgradException as {@link #apply} does
   */
  public GradcheckReport gradcheck(Tensor... tensors) {
    return Gradcheck.gradcheck(
        in -> List.of(apply(in.toArray(new Tensor[0]))), KernelText.leaves(tensors));
  }

  @Override
  public String toString() {
    return "PointwiseKernel(" + name + ")";
  }

  /** Describes a pointwise operation; see {@link PointwiseKernel}. */
  public static final class Builder {
    private static final int MOST_INPUTS = 8;

    private final String name;
    private @Nullable KernelText source;
    private int inputs = 1;
    private int parameters;
    private Saves saves = Saves.INPUTS;
    private @Nullable List<ElementFunction> twins;
    private @Nullable GradientFunction gradient;

    private Builder(String name) {
      KernelText.checkName("the name of a pointwise kernel", name);
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
     * The source as a resource of the class path, such as {@code "swish.cl"} beside a class.
     *
     * @throws KernelBuildException if there is none
     */
    public Builder source(Class<?> beside, String resource) {
      source = KernelText.of(beside, resource);
      return this;
    }

    /** How many tensors it takes, from 1 (from the start) to 8. */
    public Builder inputs(int count) {
      if (count < 1 || count > MOST_INPUTS) {
        throw new KernelBuildException(
            name + ": a pointwise kernel takes 1 to " + MOST_INPUTS + " inputs, not " + count);
      }
      inputs = count;
      return this;
    }

    /** How many numbers it takes beside the tensors; none from the start. */
    public Builder parameters(int count) {
      if (count < 0) {
        throw new KernelBuildException(name + ": " + count + " parameters");
      }
      parameters = count;
      return this;
    }

    /** What backward reads; the inputs from the start. */
    public Builder saves(Saves what) {
      saves = what;
      return this;
    }

    /**
     * The same functions in Java, for the CPU: in double, for float32 too. Without, the operation
     * refuses tensors on the CPU.
     *
     * <pre>{@code
     * .cpuTwin(v -> v[0] * v[0], v -> 2 * v[0] * v[1])   // y = x², dx = 2 dy x
     * }</pre>
     *
     * @param forward takes the numbers that {@code NAME_forward} does, in the same order
     * @param backward those of the backward functions, one for each input
     */
    public Builder cpuTwin(ElementFunction forward, ElementFunction... backward) {
      List<ElementFunction> all = new ArrayList<>();
      all.add(forward);
      all.addAll(Arrays.asList(backward));
      twins = all;
      return this;
    }

    /**
     * The gradient in tensors, for second derivatives ({@code createGraph}) and forward mode.
     * Without, these raise an {@link AutogradException}; an ordinary backward pass runs the
     * backward kernel in any case.
     */
    public Builder gradient(GradientFunction function) {
      gradient = function;
      return this;
    }

    /**
     * Registers it and tries it on the default device.
     *
     * @throws KernelBuildException if something is missing or wrong in the description or the
     *     source: a function that is not there or takes other parameters, a name of one of clgrad's
     *     own operations, what the compiler says
     */
    public PointwiseKernel register() {
      return register(Device.getDefault());
    }

    /**
     * Registers it and tries it on a device; other devices try it when it first gets their tensors.
     *
     * @throws KernelBuildException as {@link #register()} does
     */
    public PointwiseKernel register(Device device) {
      KernelText text = source;
      if (text == null) {
        throw new KernelBuildException(name + ": it has no source; give one with source(…)");
      }
      List<ElementFunction> functions = twins;
      if (functions != null && functions.size() != 1 + inputs) {
        throw new KernelBuildException(
            name
                + ": the CPU twin has "
                + (functions.size() - 1)
                + " backward functions; give one for each of the "
                + inputs
                + " inputs, behind forward");
      }
      List<ToDoubleFunction<double[]>> elements = null;
      if (functions != null) {
        elements = new ArrayList<>();
        for (ElementFunction function : functions) {
          elements.add(function::apply);
        }
      }
      GradientFunction inTensors = gradient;
      CustomPointwise op =
          new CustomPointwise(
              new CustomPointwise.Definition(
                  name,
                  text.title(),
                  text.text(),
                  inputs,
                  parameters,
                  CustomPointwise.Saves.valueOf(saves.name()),
                  elements,
                  inTensors == null ? null : (dy, saved, p) -> variables(inTensors, dy, saved, p)));
      op.tryOn(device.scheduler());
      return new PointwiseKernel(name, op, inputs, parameters, new double[0]);
    }

    private static List<@Nullable Variable> variables(
        GradientFunction gradient, Variable dy, List<Variable> saved, double[] parameters) {
      List<@Nullable Variable> found = new ArrayList<>();
      List<Tensor> tensors = saved.stream().map(Tensor::new).toList();
      for (Tensor dx : gradient.apply(new Tensor(dy), tensors, parameters)) {
        found.add(dx == null ? null : dx.variable());
      }
      return found;
    }
  }
}
