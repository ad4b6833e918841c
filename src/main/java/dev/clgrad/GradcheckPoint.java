package dev.clgrad;

import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The point of a {@link Gradcheck}: the elements that the user's tensors had, of which every call
 * of the function gets fresh copies. So the user's own stay as they are, whatever the function
 * does. What is differentiated is copied with its strides, since kernels may depend on them.
 */
final class GradcheckPoint {
  private final String check;
  private final List<Tensor> inputs;
  private final boolean[] differentiated;
  private final List<double[]> elements = new ArrayList<>();

  /**
   * Reads the inputs.
   *
   * @throws ClgradException if they cannot be checked
   */
  GradcheckPoint(String check, List<Tensor> inputs, GradcheckOptions options) {
    this.check = check;
    this.inputs = List.copyOf(inputs);
    this.differentiated = new boolean[inputs.size()];
    for (int i : options.inputs()) {
      if (i < 0 || i >= inputs.size()) {
        throw new AutogradException(
            check + ": there is no input " + i + " among " + inputs.size() + "; they count from 0");
      }
      differentiated[i] = true;
    }
    boolean any = false;
    for (int i = 0; i < differentiated.length; i++) {
      if (options.inputs().isEmpty()) {
        differentiated[i] = inputs.get(i).requiresGrad();
      }
      any |= differentiated[i];
    }
    if (!any) {
      throw new AutogradException(
          check
              + ": no input requires gradients, so there is none to check; call requiresGrad(true) on one, or name it with"
              + " GradcheckOptions.withInputs");
    }
    for (int i = 0; i < differentiated.length; i++) {
      if (differentiated[i]) {
        checkInput(i, options);
      }
      elements.add(differentiated[i] ? inputs.get(i).toDoubleArray() : new double[0]);
    }
  }

  private void checkInput(int i, GradcheckOptions options) {
    Tensor input = inputs.get(i);
    if (!input.dtype().isFloating()) {
      throw new DTypeException(
          check
              + ": input "
              + i
              + " is of "
              + input.dtype()
              + ", which has no derivatives; leave it out of GradcheckOptions.withInputs");
    }
    if (input.dtype() != DType.FLOAT64 && !options.isForLowerPrecision()) {
      throw new DTypeException(
          check
              + ": input "
              + i
              + " is of "
              + input.dtype()
              + ", whose differences say too little about derivatives; convert it with to(DType.FLOAT64), or give an eps and"
              + " a tolerance for "
              + input.dtype());
    }
    if (!input.variable().layout().isInjective()) {
      throw new AutogradException(
          check
              + ": elements of input "
              + i
              + " of shape "
              + input.shape()
              + " share memory, as after expand or unfold, so that none can move alone; pass a clone()");
    }
  }

  /** How many inputs there are. */
  int size() {
    return differentiated.length;
  }

  /** Whether an input is differentiated for. */
  boolean differentiates(int input) {
    return differentiated[input];
  }

  /** The places of the inputs that are differentiated for. */
  List<Integer> differentiated() {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < differentiated.length; i++) {
      if (differentiated[i]) {
        places.add(i);
      }
    }
    return places;
  }

  /** The user's tensor, of which nothing but its kind may be looked at. */
  Tensor input(int i) {
    return inputs.get(i);
  }

  /** How many elements a differentiated input has. */
  int count(int input) {
    return elements.get(input).length;
  }

  /** Fresh copies; those that are differentiated for are leaves that require gradients. */
  List<Tensor> leaves() {
    List<Tensor> leaves = new ArrayList<>();
    for (int i = 0; i < differentiated.length; i++) {
      leaves.add(
          differentiated[i]
              ? leaf(inputs.get(i), elements.get(i))
              : inputs.get(i).detach().clone());
    }
    return leaves;
  }

  /** Fresh copies, with one element moved. */
  List<Tensor> moved(int input, int element, double by) {
    double[] values = elements.get(input);
    double before = values[element];
    values[element] = before + by;
    List<Tensor> leaves = leaves();
    values[element] = before;
    return leaves;
  }

  /** By how much an element really moves, for its type may not hold the number it should become. */
  double step(int input, int element, double by) {
    double before = elements.get(input)[element];
    DType dtype = inputs.get(input).dtype();
    double after =
        dtype == DType.FLOAT64
            ? before + by
            : Tensor.of((float) (before + by)).to(dtype).toDoubleArray()[0];
    if (after == before) {
      throw new AutogradException(
          check
              + ": in "
              + dtype
              + ", "
              + before
              + " does not change when eps "
              + Math.abs(by)
              + " is added; give a larger one");
    }
    return after - before;
  }

  private static Tensor leaf(Tensor like, double[] values) {
    Layout layout = like.variable().layout();
    if (layout.isContiguous()) {
      return tensor(values.clone(), like, like.shape()).requiresGrad(true);
    }
    int rank = layout.rank();
    long[] strides = new long[rank];
    long last = 0;
    for (int dim = 0; dim < rank; dim++) {
      strides[dim] = layout.stride(dim);
      last += (layout.size(dim) - 1) * strides[dim];
    }
    double[] memory = new double[Math.toIntExact(last + 1)];
    // Nothing may read what lies between the elements.
    Arrays.fill(memory, Double.NaN);
    for (int i = 0; i < values.length; i++) {
      long rest = i;
      long at = 0;
      for (int dim = rank - 1; dim >= 0; dim--) {
        at += rest % layout.size(dim) * strides[dim];
        rest /= layout.size(dim);
      }
      memory[(int) at] = values[i];
    }
    Tensor flat = tensor(memory, like, Shape.of(memory.length));
    Layout strided = Layout.of(like.shape(), strides, 0);
    return new Tensor(new Variable(flat.variable().storage(), strided)).requiresGrad(true);
  }

  private static Tensor tensor(double[] values, Tensor like, Shape shape) {
    if (like.dtype() == DType.FLOAT64) {
      return Tensor.fromArray(values, DType.FLOAT64, shape, like.device());
    }
    float[] singles = new float[values.length];
    for (int i = 0; i < singles.length; i++) {
      singles[i] = (float) values[i];
    }
    return Tensor.fromArray(singles, DType.FLOAT32, shape, like.device()).to(like.dtype());
  }
}
