package dev.clgrad;

import dev.clgrad.GradcheckReport.Difference;
import dev.clgrad.GradcheckReport.Mismatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The derivatives of one output with respect to one input, analytic and numerical. */
final class GradcheckJacobian {
  private final int input;
  private final Shape inputShape;
  private final int output;
  private final Shape outputShape;
  private final boolean recorded;
  private final double[][] analytic;
  private final double[][] numerical;

  /** A table of zeros; {@code recorded} says whether the output requires gradients. */
  GradcheckJacobian(int input, Shape inputShape, int output, Shape outputShape, boolean recorded) {
    this.input = input;
    this.inputShape = inputShape;
    this.output = output;
    this.outputShape = outputShape;
    this.recorded = recorded;
    this.analytic = new double[(int) outputShape.numel()][(int) inputShape.numel()];
    this.numerical = new double[(int) outputShape.numel()][(int) inputShape.numel()];
  }

  int input() {
    return input;
  }

  int output() {
    return output;
  }

  Shape outputShape() {
    return outputShape;
  }

  /** Whether the output requires gradients. */
  boolean isRecorded() {
    return recorded;
  }

  double analytic(int outputElement, int inputElement) {
    return analytic[outputElement][inputElement];
  }

  double numerical(int outputElement, int inputElement) {
    return numerical[outputElement][inputElement];
  }

  int rows() {
    return analytic.length;
  }

  int columns() {
    return (int) inputShape.numel();
  }

  /** The derivatives of one element of the output. */
  void setAnalytic(int outputElement, double[] row) {
    analytic[outputElement] = row;
  }

  /** The derivatives by one element of the input, of values above and below it. */
  void setNumerical(int inputElement, double[] above, double[] below, double moved) {
    for (int row = 0; row < numerical.length; row++) {
      // Where nothing moves, equal infinities are no difference.
      numerical[row][inputElement] =
          above[row] == below[row] ? 0 : (above[row] - below[row]) / moved;
    }
  }

  /** What differs; null if nothing does. */
  @Nullable Mismatch compare(GradcheckOptions options) {
    List<Difference> differences = new ArrayList<>();
    for (int row = 0; row < rows(); row++) {
      for (int column = 0; column < columns(); column++) {
        if (!options.agree(analytic[row][column], numerical[row][column])) {
          differences.add(
              new Difference(
                  input,
                  place(column, inputShape),
                  output,
                  place(row, outputShape),
                  analytic[row][column],
                  numerical[row][column]));
        }
      }
    }
    if (differences.isEmpty()) {
      return null;
    }
    // A NaN is larger than any number here, and comes first.
    differences.sort(Comparator.comparingDouble(Difference::absoluteError).reversed());
    return new Mismatch(
        input,
        inputShape,
        output,
        outputShape,
        differences.size(),
        (long) rows() * columns(),
        List.copyOf(differences.subList(0, Math.min(GradcheckReport.SHOWN, differences.size()))));
  }

  /** The indices of an element that is counted in row-major order. */
  static List<Long> place(long element, Shape shape) {
    Long[] indices = new Long[shape.rank()];
    long rest = element;
    for (int dim = indices.length - 1; dim >= 0; dim--) {
      long size = shape.size(dim);
      indices[dim] = rest % size;
      rest /= size;
    }
    return List.of(indices);
  }

  /** The element at some indices, counted in row-major order. */
  static int element(List<Long> indices, Shape shape) {
    long element = 0;
    for (int dim = 0; dim < indices.size(); dim++) {
      element = element * shape.size(dim) + indices.get(dim);
    }
    return (int) element;
  }
}
