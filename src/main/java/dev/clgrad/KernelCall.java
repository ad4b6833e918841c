package dev.clgrad;

import dev.clgrad.KernelParameter.Kind;
import dev.clgrad.backend.KernelSignature;
import dev.clgrad.backend.Twin;
import dev.clgrad.schedule.KernelTask;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.tape.GradMode;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One launch of a kernel of a {@link KernelProgram}: its arguments, in the order of its parameters,
 * and then its size. Nothing is launched if anything is wrong with them.
 *
 * <pre>{@code
 * Tensor y = program.call("scale")
 *     .input(x).output(x.shape()).scalar(2).scalar(n)
 *     .launch(n)
 *     .get(0);
 * }</pre>
 */
public final class KernelCall {
  private final KernelProgram program;
  private final KernelProgram.Kernel kernel;
  private final String title;
  private final List<Object> arguments = new ArrayList<>();
  private @Nullable DType element;
  private @Nullable Device device;

  private record LocalElements(long count) {}

  KernelCall(KernelProgram program, KernelProgram.Kernel kernel) {
    this.program = program;
    this.kernel = kernel;
    this.title = program.name() + ": kernel " + kernel.entry();
  }

  /**
   * A tensor that the kernel reads; one that does not lie in row-major order is copied first.
   *
   * @throws ClgradException if the next parameter is no input
   * @throws DTypeException if it is of another dtype
   * @throws DeviceException if other inputs are on another device
   */
  public KernelCall input(Tensor x) {
    KernelParameter parameter = next(Kind.INPUT, "a tensor to read");
    DType wanted = parameter.dtype();
    if (wanted == null) {
      setElement(parameter, x.dtype());
    } else if (x.dtype() != wanted) {
      throw new DTypeException(
          title
              + ": "
              + parameter.name()
              + " must be of "
              + wanted
              + ", not "
              + x.dtype()
              + "; convert it with to(DType)");
    }
    Device known = device;
    if (known != null && !known.equals(x.device())) {
      throw new DeviceException(
          title
              + ": "
              + parameter.name()
              + " is on "
              + x.device().name()
              + ", and what was given"
              + " before on "
              + known.name()
              + "; move one with to(device)");
    }
    device = x.device();
    arguments.add(x);
    return this;
  }

  /**
   * A new tensor that the kernel writes, all its elements.
   *
   * @throws ClgradException if the next parameter is no output
   */
  public KernelCall output(Shape shape) {
    KernelParameter unused = next(Kind.OUTPUT, "a tensor to write");
    arguments.add(shape);
    return this;
  }

  /**
   * A new tensor that the kernel writes, all its elements.
   *
   * @throws ClgradException if the next parameter is no output
   */
  public KernelCall output(long... shape) {
    return output(Shape.of(shape));
  }

  /**
   * A number, converted to the parameter's type.
   *
   * @throws ClgradException if the next parameter is no scalar, or of an integer type that has not
   *     this number
   */
  public KernelCall scalar(Number value) {
    KernelParameter parameter = next(Kind.SCALAR, "a number");
    boolean lost =
        parameter.dtype() == DType.INT32
            ? value.intValue() != value.doubleValue()
            : parameter.dtype() == DType.INT64
                && !(value instanceof Long)
                && value.longValue() != value.doubleValue();
    if (lost) {
      throw new ClgradException(
          title
              + ": "
              + parameter.name()
              + " is of "
              + parameter.dtype()
              + " and cannot be "
              + value);
    }
    arguments.add(value);
    return this;
  }

  /**
   * Memory of each work-group.
   *
   * @param elements how many, of the parameter's type
   * @throws ClgradException if the next parameter is no such memory, or there are none
   */
  public KernelCall local(long elements) {
    KernelParameter parameter = next(Kind.LOCAL, "local memory");
    if (elements < 1) {
      throw new ClgradException(
          title + ": " + parameter.name() + " has " + elements + " elements; at least 1 is needed");
    }
    arguments.add(new LocalElements(elements));
    return this;
  }

  /**
   * Says what {@code ELEM} is, for kernels with no input of that type.
   *
   * @throws DTypeException if an input says otherwise, or the program has not this type
   */
  public KernelCall type(DType dtype) {
    setElement(null, dtype);
    return this;
  }

  /**
   * Says where it runs, for kernels without inputs; else the default device.
   *
   * @throws DeviceException if an input is elsewhere
   */
  public KernelCall on(Device where) {
    Device known = device;
    if (known != null && !known.equals(where)) {
      throw new DeviceException(
          title + ": its inputs are on " + known.name() + ", not on " + where.name());
    }
    device = where;
    return this;
  }

  private KernelParameter next(Kind kind, String given) {
    List<KernelParameter> parameters = kernel.parameters();
    int at = arguments.size();
    if (at >= parameters.size()) {
      throw new ClgradException(
          title + ": got " + given + " too many; it takes " + parameters.size() + " arguments");
    }
    KernelParameter parameter = parameters.get(at);
    if (parameter.kind() != kind) {
      throw new ClgradException(
          title
              + ": got "
              + given
              + " for parameter "
              + parameter.name()
              + ", which is "
              + switch (parameter.kind()) {
                case INPUT -> "an input";
                case OUTPUT -> "an output";
                case SCALAR -> "a scalar";
                case LOCAL -> "local memory";
              });
    }
    return parameter;
  }

  private void setElement(@Nullable KernelParameter parameter, DType dtype) {
    String what = title + ": " + (parameter == null ? "ELEM" : parameter.name());
    if (!program.types().contains(dtype)) {
      throw new DTypeException(
          what
              + " cannot be of "
              + dtype
              + "; the program is for "
              + program.types()
              + ": convert with to(DType), or see KernelProgram.Builder.types");
    }
    if (element != null && element != dtype) {
      throw new DTypeException(
          what
              + " is of "
              + dtype
              + ", and what was given before of "
              + element
              + "; convert one with to(DType)");
    }
    element = dtype;
  }

  /**
   * Launches it over so many work-items of one dimension or some more: up to the next multiple of
   * the device's work-group, so that the kernel has to compare {@code get_global_id(0)} with the
   * number it is given.
   *
   * @return the outputs, in order
   * @throws ClgradException as {@link #launch(long[], long[])} does
   */
  public List<Tensor> launch(long items) {
    long group = scheduler().backend().limits().localSize();
    long groups = (Math.max(1, items) + group - 1) / group;
    return launch(new long[] {groups * group}, new long[] {group});
  }

  /**
   * Launches it.
   *
   * @param global how many work-items there are in each of one to three dimensions
   * @param local how many of them are a work-group, dividing {@code global}
   * @return the outputs, in order
   * @throws ClgradException if arguments are missing or the sizes cannot be
   * @throws AutogradException if an input requires gradients and the launch would be recorded: it
   *     belongs within an {@link AutogradFunction}
   * @throws DeviceException if it runs on the CPU and has no twin
   * @throws KernelBuildException if it does not compile on its device
   */
  public List<Tensor> launch(long[] global, long[] local) {
    checkArguments();
    Scheduler scheduler = scheduler();
    Twin twin = kernel.twin();
    if (twin == null && scheduler.backend().runsTwins()) {
      throw new DeviceException(
          title
              + ": the tensors are on "
              + scheduler.backend().name()
              + ", where kernels do not"
              + " run, and it has no CPU twin; give one with KernelProgram.Builder.cpuTwin, or"
              + " move the tensors to an OpenCL device with to(Device.of(\"opencl\"))");
    }
    DType type = element == null ? DType.FLOAT32 : element;
    checkSizes(global, local, program.build(scheduler, kernel, type));
    KernelTask.Builder task = KernelTask.of(program.name(), program.program(type), kernel.entry());
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      DType dtype = kernel.parameters().get(i).dtype(type);
      Object argument = arguments.get(i);
      if (argument instanceof Tensor x) {
        task.in(x.detach().contiguous().variable().value());
      } else if (argument instanceof Shape shape) {
        Variable y =
            new Variable(
                scheduler.newStorage(program.name(), dtype, shape), Layout.contiguous(shape));
        outputs.add(new Tensor(y));
        task.out(y.value());
      } else if (argument instanceof LocalElements elements) {
        task.local(elements.count * dtype.bytes());
      } else {
        add(task, dtype, (Number) argument);
      }
    }
    Twin computes = twin == null ? KernelCall::noTwin : twin;
    scheduler.add(task.build(global.clone(), local.clone(), computes));
    return outputs;
  }

  private static void noTwin(dev.clgrad.backend.TwinCall call) {
    throw new IllegalStateException("it has no twin");
  }

  private static void add(KernelTask.Builder task, DType dtype, Number value) {
    switch (dtype) {
      case INT32 -> task.i32(value.intValue());
      case FLOAT32 -> task.f32(value.floatValue());
      case FLOAT64 -> task.f64(value.doubleValue());
      default -> task.i64(value.longValue());
    }
  }

  private Scheduler scheduler() {
    Device known = device;
    return (known == null ? Device.getDefault() : known).scheduler();
  }

  private void checkArguments() {
    List<KernelParameter> parameters = kernel.parameters();
    if (arguments.size() < parameters.size()) {
      throw new ClgradException(
          title
              + ": got "
              + arguments.size()
              + " arguments; parameter "
              + parameters.get(arguments.size()).name()
              + " is next of "
              + parameters.size());
    }
    if (element == null && kernel.hasElements()) {
      throw new DTypeException(
          title + ": no input says what ELEM is; say it with type(DType.FLOAT32)");
    }
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i) instanceof Tensor x
          && GradMode.isEnabled()
          && x.variable().isDifferentiated()) {
        throw new AutogradException(
            title
                + ": "
                + parameters.get(i).name()
                + " requires gradients, which a kernel has none"
                + " of by itself; launch it within an AutogradFunction (isOnceDifferentiable, where"
                + " backward launches kernels too), or under Autograd.noGrad()");
      }
    }
  }

  private void checkSizes(long[] global, long[] local, @Nullable KernelSignature signature) {
    boolean fits = global.length == local.length && global.length >= 1 && global.length <= 3;
    long group = 1;
    for (int i = 0; fits && i < global.length; i++) {
      fits = local[i] > 0 && global[i] > 0 && global[i] % local[i] == 0;
      group *= local[i];
    }
    String sizes =
        title
            + " cannot run with "
            + Arrays.toString(global)
            + " work-items in groups of "
            + Arrays.toString(local);
    if (!fits) {
      throw new ClgradException(
          sizes + "; both need 1 to 3 positive sizes, and the groups must divide the whole");
    }
    if (signature != null) {
      if (group > signature.maxLocalSize()) {
        throw new ClgradException(
            sizes + "; the device takes groups of at most " + signature.maxLocalSize());
      }
      List<Long> required = signature.requiredLocal();
      for (int i = 0; i < required.size() && required.get(0) > 0; i++) {
        if (required.get(i) != (i < local.length ? local[i] : 1)) {
          throw new ClgradException(sizes + "; its attribute demands groups of " + required);
        }
      }
    }
  }
}
