package dev.clgrad;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Compares the gradients that backward computes with differences of values, element by element: for
 * tests of one's own functions and modules.
 *
 * <pre>{@code
 * Tensor x = Tensor.of(0.3, -1.2, 0.7).requiresGrad(true);   // float64
 * Gradcheck.gradcheck(t -> t.tanh().mul(t), x);              // throws where a gradient is wrong
 * Gradcheck.gradgradcheck(t -> t.tanh().mul(t), x);          // second derivatives
 *
 * Tensor w = Tensor.randn(Shape.of(2, 3), DType.FLOAT64, Device.getDefault()).requiresGrad(true);
 * GradcheckReport report =
 *     Gradcheck.gradcheck(
 *         in -> List.of(in.get(0).linear(in.get(1), null)),
 *         List.of(x, w),
 *         GradcheckOptions.DEFAULT.withRaiseException(false));
 * System.out.println(report);                                // gradcheck passed
 * }</pre>
 *
 * <p>The numerical derivative is a central difference, {@code (f(x + eps) - f(x - eps)) / 2 eps},
 * for every element of every differentiated input; the analytic one is a backward pass for every
 * element of every output. An element agrees if {@code |analytic - numerical| <= atol + rtol
 * |numerical|}. Every backward pass runs twice and has to give the same bits; gradients have to be
 * of their input's shape and dtype; an output without an upstream gradient has to count as one
 * whose upstream gradient is zero; an output that does not require gradients must not move.
 *
 * <p>Inputs have to be of float64, and differentiated for are those that require gradients, unless
 * {@link GradcheckOptions} say otherwise. The function gets copies of them, each time fresh ones,
 * so that the user's tensors stay as they are; it has to compute from these, to be a function (seed
 * it if it draws random numbers) and to be smooth at the point: at a kink, such as that of {@code
 * relu} at 0, and where two elements tie for a maximum, a difference is not the derivative.
 */
public final class Gradcheck {
  private static final long SEED = 0x5eed;

  private Gradcheck() {}

  /**
   * Checks first derivatives of a function of one tensor.
   *
   * @return a report that has passed
   * @throws GradcheckException if a gradient is wrong
   * @throws AutogradException if the input cannot be checked: it requires no gradients, or its
   *     elements share memory
   * @throws DTypeException if the input is not of float64
   */
  public static GradcheckReport gradcheck(UnaryOperator<Tensor> function, Tensor x) {
    return gradcheck(listed(function), List.of(x));
  }

  /**
   * Checks first derivatives of a function of two tensors.
   *
   * @return a report that has passed
   * @throws GradcheckException if a gradient is wrong
   * @throws AutogradException if the inputs cannot be checked: none requires gradients, or the
   *     elements of one share memory
   * @throws DTypeException if an input that requires gradients is not of float64
   */
  public static GradcheckReport gradcheck(BinaryOperator<Tensor> function, Tensor a, Tensor b) {
    return gradcheck(listed(function), List.of(a, b));
  }

  /**
   * Checks first derivatives of a function of tensors.
   *
   * @return a report that has passed
   * @throws GradcheckException if a gradient is wrong
   * @throws AutogradException if the inputs cannot be checked: none requires gradients, or the
   *     elements of one share memory
   * @throws DTypeException if an input that requires gradients is not of float64
   */
  public static GradcheckReport gradcheck(
      Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs) {
    return gradcheck(function, inputs, GradcheckOptions.DEFAULT);
  }

  /**
   * Checks first derivatives of a function of tensors, with options.
   *
   * @return the report; one that has passed unless {@code raiseException} is off
   * @throws GradcheckException if a gradient is wrong and {@code raiseException} is on
   * @throws AutogradException if the inputs cannot be checked: none is differentiated for, or the
   *     elements of one share memory
   * @throws DTypeException if a differentiated input is not of float64, and the options do not give
   *     an eps and a tolerance for its dtype
   */
  public static GradcheckReport gradcheck(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      GradcheckOptions options) {
    return finish(new GradcheckRun(GradcheckNames.first(), function, inputs, options), options);
  }

  /**
   * Checks second derivatives of a function of one tensor.
   *
   * @return a report that has passed
   * @throws GradcheckException if a second derivative is wrong
   * @throws AutogradException if the input cannot be checked, or an operation has no second
   *     derivative
   * @throws DTypeException if the input is not of float64
   */
  public static GradcheckReport gradgradcheck(UnaryOperator<Tensor> function, Tensor x) {
    return gradgradcheck(listed(function), List.of(x));
  }

  /**
   * Checks second derivatives of a function of two tensors.
   *
   * @return a report that has passed
   * @throws GradcheckException if a second derivative is wrong
   * @throws AutogradException if the inputs cannot be checked, or an operation has no second
   *     derivative
   * @throws DTypeException if an input that requires gradients is not of float64
   */
  public static GradcheckReport gradgradcheck(BinaryOperator<Tensor> function, Tensor a, Tensor b) {
    return gradgradcheck(listed(function), List.of(a, b));
  }

  /**
   * Checks second derivatives of a function of tensors.
   *
   * @return a report that has passed
   * @throws GradcheckException if a second derivative is wrong
   * @throws AutogradException if the inputs cannot be checked, or an operation has no second
   *     derivative
   * @throws DTypeException if an input that requires gradients is not of float64
   */
  public static GradcheckReport gradgradcheck(
      Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs) {
    return gradgradcheck(function, inputs, null, GradcheckOptions.DEFAULT);
  }

  /**
   * Checks second derivatives of a function of tensors: the gradients of its inputs, as a function
   * of these and of the upstream gradients of its outputs, are checked as by {@link #gradcheck}.
   *
   * @param gradOutputs the upstream gradients to check at, one for each floating-point output that
   *     requires gradients, all differentiated for; null for random ones between -1 and 1, the same
   *     in every call
   * @return the report; one that has passed unless {@code raiseException} is off
   * @throws GradcheckException if a second derivative is wrong and {@code raiseException} is on
   * @throws AutogradException if the inputs cannot be checked, or an operation has no second
   *     derivative
   * @throws DTypeException if a differentiated input is not of float64, and the options do not give
   *     an eps and a tolerance for its dtype
   */
  public static GradcheckReport gradgradcheck(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      @Nullable List<Tensor> gradOutputs,
      GradcheckOptions options) {
    GradcheckPoint point = new GradcheckPoint("gradgradcheck", inputs, options);
    List<Integer> places = point.differentiated();
    List<Tensor> outputs;
    try (Autograd.Mode on = Autograd.enableGrad()) {
      outputs = differentiable(function.apply(point.leaves()));
    }
    if (outputs.isEmpty()) {
      throw new AutogradException(
          "gradgradcheck: no output of the function requires gradients, so there is no gradient to differentiate");
    }
    List<Tensor> upstream = gradOutputs == null ? random(outputs) : gradOutputs;
    if (upstream.size() != outputs.size()) {
      throw new AutogradException(
          "gradgradcheck: "
              + outputs.size()
              + " outputs require gradients, and there are "
              + upstream.size()
              + " upstream gradients; give one for each");
    }
    List<Tensor> all = new ArrayList<>(inputs);
    all.addAll(upstream);
    List<Integer> differentiated = new ArrayList<>(places);
    for (int i = inputs.size(); i < all.size(); i++) {
      differentiated.add(i);
    }
    GradcheckOptions second =
        options.withInputs(differentiated.stream().mapToInt(Integer::intValue).toArray());
    int count = inputs.size();
    // The gradients that there are at the point; where one is missing, it stays so.
    List<Integer> reached = new ArrayList<>();
    Function<List<Tensor>, List<Tensor>> gradients =
        in -> {
          List<Tensor> given = in.subList(0, count);
          List<Tensor> wanted = places.stream().map(given::get).toList();
          List<@Nullable Tensor> found =
              Autograd.gradAllowingUnused(
                  differentiable(function.apply(given)),
                  wanted,
                  in.subList(count, in.size()),
                  true,
                  true);
          List<Tensor> present = new ArrayList<>();
          reached.clear();
          for (int i = 0; i < found.size(); i++) {
            Tensor gradient = found.get(i);
            if (gradient != null) {
              present.add(gradient);
              reached.add(places.get(i));
            }
          }
          if (present.isEmpty()) {
            throw GradcheckRun.unreached("gradgradcheck");
          }
          return present;
        };
    GradcheckNames names = GradcheckNames.second(count, reached);
    return finish(new GradcheckRun(names, gradients, all, second), options);
  }

  private static GradcheckReport finish(GradcheckRun run, GradcheckOptions options) {
    GradcheckReport report = run.run();
    if (options.raiseException()) {
      report.require();
    }
    return report;
  }

  private static List<Tensor> differentiable(List<Tensor> outputs) {
    return outputs.stream().filter(t -> t.requiresGrad() && t.dtype().isFloating()).toList();
  }

  private static List<Tensor> random(List<Tensor> outputs) {
    Random random = new Random(SEED);
    List<Tensor> result = new ArrayList<>();
    for (Tensor output : outputs) {
      float[] values = new float[(int) output.numel()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat() * 2 - 1;
      }
      result.add(Tensor.of(values, output.shape(), output.device()).to(output.dtype()));
    }
    return result;
  }

  private static Function<List<Tensor>, List<Tensor>> listed(UnaryOperator<Tensor> function) {
    return in -> List.of(function.apply(in.get(0)));
  }

  private static Function<List<Tensor>, List<Tensor>> listed(BinaryOperator<Tensor> function) {
    return in -> List.of(function.apply(in.get(0), in.get(1)));
  }
}
