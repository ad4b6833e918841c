package dev.clgrad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Gradcheck}: the analytic derivatives, a row a backward pass; the numerical ones, a
 * column two calls of the function; and what becomes of them in the report.
 */
final class GradcheckRun {
  private final GradcheckNames names;
  private final Function<List<Tensor>, List<Tensor>> function;
  private final GradcheckPoint point;
  private final GradcheckOptions options;
  private final Set<String> problems = new LinkedHashSet<>();

  GradcheckRun(
      GradcheckNames names,
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      GradcheckOptions options) {
    this.names = names;
    this.function = function;
    this.options = options;
    this.point = new GradcheckPoint(names.check(), inputs, options);
  }

  GradcheckReport run() {
    try (Autograd.Mode on = Autograd.enableGrad()) {
      List<Tensor> leaves = point.leaves();
      List<Tensor> outputs = function.apply(leaves);
      List<GradcheckJacobian> jacobians = jacobians(outputs);
      analytic(leaves, outputs, jacobians);
      numerical(jacobians);
      List<GradcheckReport.Mismatch> mismatches = new ArrayList<>();
      for (GradcheckJacobian jacobian : jacobians) {
        GradcheckReport.Mismatch mismatch = jacobian.compare(options);
        if (mismatch != null) {
          mismatches.add(mismatch);
        }
      }
      List<String> hints =
          mismatches.isEmpty()
              ? List.of()
              : new GradcheckHints(names, point, options, this::values).of(jacobians, mismatches);
      return new GradcheckReport(names, options, mismatches, new ArrayList<>(problems), hints);
    }
  }

  /** Empty tables, for each differentiated input and each output that can have derivatives. */
  private List<GradcheckJacobian> jacobians(List<Tensor> outputs) {
    List<GradcheckJacobian> jacobians = new ArrayList<>();
    for (int o = 0; o < outputs.size(); o++) {
      Tensor output = outputs.get(o);
      if (output.dtype().isFloating()) {
        for (int i : point.differentiated()) {
          jacobians.add(
              new GradcheckJacobian(
                  i, point.input(i).shape(), o, output.shape(), output.requiresGrad()));
        }
      }
    }
    if (jacobians.isEmpty()) {
      throw new AutogradException(
          names.check()
              + ": the function has no floating-point output, so there is nothing to differentiate; it gave "
              + outputs.size()
              + " outputs");
    }
    return jacobians;
  }

  private static List<GradcheckJacobian> of(List<GradcheckJacobian> jacobians, int output) {
    return jacobians.stream().filter(j -> j.output() == output).toList();
  }

  private void analytic(
      List<Tensor> leaves, List<Tensor> outputs, List<GradcheckJacobian> jacobians) {
    List<Tensor> wanted = point.differentiated().stream().map(leaves::get).toList();
    boolean recorded = false;
    boolean reached = false;
    for (int o = 0; o < outputs.size(); o++) {
      Tensor output = outputs.get(o);
      if (!output.dtype().isFloating() || !output.requiresGrad()) {
        continue;
      }
      recorded = true;
      List<GradcheckJacobian> blocks = of(jacobians, o);
      UnitVectors units = new UnitVectors(output);
      for (int element = 0; element < output.numel(); element++) {
        List<Tensor> upstream = List.of(units.at(element));
        List<@Nullable Tensor> row = gradients(List.of(output), wanted, upstream);
        List<@Nullable Tensor> again = gradients(List.of(output), wanted, upstream);
        for (int i = 0; i < row.size(); i++) {
          Tensor gradient = row.get(i);
          GradcheckJacobian block = blocks.get(i);
          reached |= gradient != null;
          if (gradient != null && isOfItsInput(block, gradient, wanted.get(i))) {
            block.setAnalytic(element, gradient.toDoubleArray());
            checkRepeats(block, element, gradient, again.get(i));
          }
        }
      }
      if (output.numel() > 0) {
        checkUndefined(outputs, o, wanted);
      } else {
        reached = true;
      }
    }
    if (recorded && !reached) {
      throw unreached(names.check());
    }
  }

  /** What to say of a function that does not compute from what it is given. */
  static AutogradException unreached(String check) {
    return new AutogradException(
        check
            + ": the function's outputs require gradients, and none depends on an input of its own; compute from the tensors"
            + " that it is given, which are copies, and not from those outside of it");
  }

  private List<@Nullable Tensor> gradients(
      List<Tensor> outputs, List<Tensor> inputs, List<Tensor> upstream) {
    return Autograd.gradAllowingUnused(outputs, inputs, upstream, true, options.createGraph());
  }

  private boolean isOfItsInput(GradcheckJacobian block, Tensor gradient, Tensor input) {
    if (gradient.shape().equals(input.shape()) && gradient.dtype() == input.dtype()) {
      return true;
    }
    problems.add(
        "backward from "
            + names.output(block.output())
            + " gives "
            + names.input(block.input())
            + ", which is "
            + input.dtype()
            + " "
            + input.shape()
            + ", a gradient of "
            + gradient.dtype()
            + " "
            + gradient.shape());
    return false;
  }

  /** Two passes over one graph have to give the same. */
  private void checkRepeats(
      GradcheckJacobian block, int element, Tensor gradient, @Nullable Tensor again) {
    double[] first = gradient.toDoubleArray();
    double[] second = again == null ? new double[first.length] : again.toDoubleArray();
    double apart = apart(first, second);
    if (!(apart <= options.nondetTol())) {
      problems.add(
          "two backward passes from "
              + names.output(block.output())
              + " give "
              + names.input(block.input())
              + " gradients that differ, first seen at "
              + GradcheckJacobian.place(element, block.outputShape())
              + ", by "
              + apart
              + " (nondetTol is "
              + options.nondetTol()
              + "); backward has to be deterministic and must not change what it reads");
    }
  }

  /** An output without an upstream gradient counts as one whose upstream gradient is zero. */
  private void checkUndefined(List<Tensor> outputs, int chosen, List<Tensor> wanted) {
    if (!options.checkUndefinedGrad()) {
      return;
    }
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> upstream = new ArrayList<>();
    for (int o = 0; o < outputs.size(); o++) {
      Tensor output = outputs.get(o);
      if (output.dtype().isFloating() && output.requiresGrad()) {
        roots.add(output);
        upstream.add(o == chosen ? Tensor.onesLike(output) : Tensor.zerosLike(output));
      }
    }
    if (roots.size() < 2) {
      return;
    }
    List<@Nullable Tensor> defined = gradients(roots, wanted, upstream);
    List<@Nullable Tensor> undefined =
        gradients(
            List.of(outputs.get(chosen)), wanted, List.of(Tensor.onesLike(outputs.get(chosen))));
    for (int i = 0; i < wanted.size(); i++) {
      int count = (int) wanted.get(i).numel();
      double[] zeros = new double[count];
      Tensor a = defined.get(i);
      Tensor b = undefined.get(i);
      double[] of = a == null ? zeros : a.toDoubleArray();
      double[] without = b == null ? zeros : b.toDoubleArray();
      for (int k = 0; k < count; k++) {
        boolean same = Double.isNaN(of[k]) && Double.isNaN(without[k]);
        if (!same && !options.agree(without[k], of[k])) {
          problems.add(
              "with an upstream gradient for "
                  + names.output(chosen)
                  + " alone, "
                  + names.input(point.differentiated().get(i))
                  + " gets another gradient than with zeros for the other outputs");
          break;
        }
      }
    }
  }

  /** The largest difference; 0 for the same bits. */
  private static double apart(double[] a, double[] b) {
    if (Arrays.equals(a, b)) {
      return 0;
    }
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      boolean same = Double.doubleToRawLongBits(a[i]) == Double.doubleToRawLongBits(b[i]);
      double difference = Math.abs(a[i] - b[i]);
      if (!same && !(difference <= largest)) {
        // Zeros of different sign are other bits, however near.
        largest = Math.max(difference, Double.MIN_VALUE);
      }
    }
    return largest;
  }

  private void numerical(List<GradcheckJacobian> jacobians) {
    for (int i : point.differentiated()) {
      List<GradcheckJacobian> blocks =
          jacobians.stream().filter(jacobian -> jacobian.input() == i).toList();
      for (int element = 0; element < point.count(i); element++) {
        List<double[]> above = values(i, element, options.eps(), blocks);
        List<double[]> below = values(i, element, -options.eps(), blocks);
        double moved =
            point.step(i, element, options.eps()) - point.step(i, element, -options.eps());
        for (int b = 0; b < blocks.size(); b++) {
          blocks.get(b).setNumerical(element, above.get(b), below.get(b), moved);
        }
      }
    }
  }

  /** The outputs of some tables, with one element of an input moved. */
  private List<double[]> values(int input, int element, double by, List<GradcheckJacobian> blocks) {
    List<Tensor> outputs =
        function.apply(by == 0 ? point.leaves() : point.moved(input, element, by));
    List<double[]> values = new ArrayList<>();
    for (GradcheckJacobian block : blocks) {
      Shape shape =
          block.output() < outputs.size() ? outputs.get(block.output()).shape() : Shape.of(0);
      if (block.output() >= outputs.size() || !shape.equals(block.outputShape())) {
        throw new ShapeException(
            names.check()
                + ": "
                + names.output(block.output())
                + " has shape "
                + block.outputShape()
                + ", and another one or is not there when "
                + names.input(input)
                + " moves by "
                + by
                + "; the shapes of outputs may not depend on elements");
      }
      values.add(outputs.get(block.output()).toDoubleArray());
    }
    return values;
  }
}
