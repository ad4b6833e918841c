package dev.clgrad;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives of functions, as of {@code torch.autograd.functional}: products with Jacobians and
 * Hessians, and these themselves.
 *
 * <pre>{@code
 * Tensor x = Tensor.of(1.0, 2.0, 3.0);
 * Functional.jacobian(t -> t.pow(2), x);                    // [3, 3]: 2, 4 and 6 on the diagonal
 * Functional.hessian(t -> t.pow(3).sum(), x);               // [3, 3]: 6, 12 and 18 on the diagonal
 * Functional.jvp(t -> t.pow(2), x, v).product();            // J v, of the output's shape
 * Functional.vjp(t -> t.pow(2), x, v).product();            // v^T J, of the input's shape
 *
 * List<List<Tensor>> blocks =
 *     Functional.jacobian(in -> List.of(in.get(0).matmul(in.get(1))), List.of(a, b));
 * blocks.get(0).get(1);                                     // output 0 by input 1: [.., ..] + b's shape
 * }</pre>
 *
 * <p>The function is called with copies of the inputs that require gradients, also within {@link
 * Autograd#noGrad}; the user's tensors stay as they are, and need not require gradients. Each
 * method has a form for a function of one tensor and one for functions of a list. Common to all:
 *
 * <ul>
 *   <li>{@code createGraph}: whether results can be differentiated, with respect to the inputs that
 *       require gradients, to v and to what else the function reads; this is how they nest.
 *       Otherwise results are outside of any graph.
 *   <li>{@code strict}: whether it is an error that an output does not depend on an input;
 *       otherwise its derivatives are zeros. With {@code createGraph}, results have to depend on
 *       inputs too.
 * </ul>
 *
 * <p>All throw {@link DTypeException} for inputs of integers and for a v of another dtype than what
 * it multiplies, {@link ShapeException} for a v of another shape and for a function that should
 * give one number and does not, and {@link AutogradException} for what {@code strict} forbids.
 */
public final class Functional {
  private Functional() {}

  /**
   * The function's value and v^T J, by one backward pass.
   *
   * @param v of the output's shape and dtype; null for 1 where it has one element
   * @return the output, and the product of the input's shape
   */
  public static OutputAndProduct<Tensor, Tensor> vjp(
      UnaryOperator<Tensor> function, Tensor input, @Nullable Tensor v) {
    return vjp(function, input, v, false, false);
  }

  /** As {@link #vjp(UnaryOperator, Tensor, Tensor)}, with options. */
  public static OutputAndProduct<Tensor, Tensor> vjp(
      UnaryOperator<Tensor> function,
      Tensor input,
      @Nullable Tensor v,
      boolean createGraph,
      boolean strict) {
    return single(vjp(listed(function), List.of(input), listed(v), createGraph, strict));
  }

  /**
   * The values of a function of several tensors, and v^T J, by one backward pass.
   *
   * @param v one for each output, of its shape and dtype; null for 1 where there is one output of
   *     one element
   * @return the outputs, and a product for each input, of its shape
   */
  public static OutputAndProduct<List<Tensor>, List<Tensor>> vjp(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      @Nullable List<Tensor> v) {
    return vjp(function, inputs, v, false, false);
  }

  /** As {@link #vjp(Function, List, List)}, with options. */
  public static OutputAndProduct<List<Tensor>, List<Tensor>> vjp(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      @Nullable List<Tensor> v,
      boolean createGraph,
      boolean strict) {
    FunctionalCall call = new FunctionalCall("vjp", createGraph, strict);
    try (Autograd.Mode on = Autograd.enableGrad()) {
      List<Tensor> xs = call.prepared(inputs);
      List<Tensor> outputs = call.outputs(function, xs);
      List<Tensor> vs = call.vectors(v, outputs, "output");
      List<Tensor> products = call.gradients(outputs, xs, vs, createGraph, OUTPUT, "input");
      return finish(call, outputs, products);
    }
  }

  /**
   * The function's value and J v: how the output moves when the input moves along v.
   *
   * @param v of the input's shape and dtype; null for 1 where it has one element
   * @return the output, and the product of the output's shape
   */
  public static OutputAndProduct<Tensor, Tensor> jvp(
      UnaryOperator<Tensor> function, Tensor input, @Nullable Tensor v) {
    return jvp(function, input, v, false, false);
  }

  /** As {@link #jvp(UnaryOperator, Tensor, Tensor)}, with options. */
  public static OutputAndProduct<Tensor, Tensor> jvp(
      UnaryOperator<Tensor> function,
      Tensor input,
      @Nullable Tensor v,
      boolean createGraph,
      boolean strict) {
    return single(jvp(listed(function), List.of(input), listed(v), createGraph, strict));
  }

  /**
   * The values of a function of several tensors, and J v.
   *
   * @param v one for each input, of its shape and dtype; null for 1 where there is one input of one
   *     element
   * @return the outputs, and a product for each, of its shape
   */
  public static OutputAndProduct<List<Tensor>, List<Tensor>> jvp(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      @Nullable List<Tensor> v) {
    return jvp(function, inputs, v, false, false);
  }

  /** As {@link #jvp(Function, List, List)}, with options. */
  public static OutputAndProduct<List<Tensor>, List<Tensor>> jvp(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      @Nullable List<Tensor> v,
      boolean createGraph,
      boolean strict) {
    FunctionalCall call = new FunctionalCall("jvp", createGraph, strict);
    try (Autograd.Mode on = Autograd.enableGrad()) {
      List<Tensor> vs = call.vectors(v, inputs, "input");
      List<Tensor> xs = call.prepared(inputs);
      List<Tensor> outputs = call.outputs(function, xs);
      return finish(call, outputs, call.forward(outputs, xs, vs, "output"));
    }
  }

  /**
   * All derivatives of the output. Without {@code createGraph}, one backward pass gives all rows at
   * once, or all columns where inputs are few; with hooks, or an {@link AutogradFunction} that
   * reads numbers, there is a pass for each row.
   *
   * @return of the output's shape followed by the input's: element [i.., j..] is the derivative of
   *     output [i..] with respect to input [j..]
   */
  public static Tensor jacobian(UnaryOperator<Tensor> function, Tensor input) {
    return jacobian(function, input, false, false);
  }

  /** As {@link #jacobian(UnaryOperator, Tensor)}, with options. */
  public static Tensor jacobian(
      UnaryOperator<Tensor> function, Tensor input, boolean createGraph, boolean strict) {
    return jacobian(listed(function), List.of(input), createGraph, strict).get(0).get(0);
  }

  /**
   * All derivatives of several outputs with respect to several inputs.
   *
   * @return for each output, for each input, a tensor of the output's shape followed by the input's
   */
  public static List<List<Tensor>> jacobian(
      Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs) {
    return jacobian(function, inputs, false, false);
  }

  /** As {@link #jacobian(Function, List)}, with options. */
  public static List<List<Tensor>> jacobian(
      Function<List<Tensor>, List<Tensor>> function,
      List<Tensor> inputs,
      boolean createGraph,
      boolean strict) {
    FunctionalCall call = new FunctionalCall("jacobian", createGraph, strict);
    try (Autograd.Mode on = Autograd.enableGrad()) {
      List<Tensor> xs = call.prepared(inputs);
      return blocks(call, call.outputs(function, xs), "output", xs);
    }
  }

  /**
   * All second derivatives of a function that gives one number.
   *
   * @return of the input's shape, twice
   */
  public static Tensor hessian(UnaryOperator<Tensor> function, Tensor input) {
    return hessian(function, input, false, false);
  }

  /** As {@link #hessian(UnaryOperator, Tensor)}, with options. */
  public static Tensor hessian(
      UnaryOperator<Tensor> function, Tensor input, boolean createGraph, boolean strict) {
    return hessian(first(function), List.of(input), createGraph, strict).get(0).get(0);
  }

  /**
   * All second derivatives of a function of several tensors that gives one number.
   *
   * @return for each pair of inputs, a tensor of the first one's shape followed by the second's
   */
  public static List<List<Tensor>> hessian(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    return hessian(function, inputs, false, false);
  }

  /** As {@link #hessian(Function, List)}, with options. */
  public static List<List<Tensor>> hessian(
      Function<List<Tensor>, Tensor> function,
      List<Tensor> inputs,
      boolean createGraph,
      boolean strict) {
    FunctionalCall call = new FunctionalCall("hessian", createGraph, strict);
    try (Autograd.Mode on = Autograd.enableGrad()) {
      List<Tensor> xs = call.prepared(inputs);
      return blocks(call, gradient(call, call.scalar(function, xs), xs), GRADIENT_OF, xs);
    }
  }

  /**
   * The function's value and v^T H, by two backward passes. Where second derivatives are
   * continuous, this is H v, for less than {@link #hvp(UnaryOperator, Tensor, Tensor)}.
   *
   * @param function gives one number
   * @param v of the input's shape and dtype; null for 1 where it has one element
   * @return the output, and the product of the input's shape
   */
  public static OutputAndProduct<Tensor, Tensor> vhp(
      UnaryOperator<Tensor> function, Tensor input, @Nullable Tensor v) {
    return vhp(function, input, v, false, false);
  }

  /** As {@link #vhp(UnaryOperator, Tensor, Tensor)}, with options. */
  public static OutputAndProduct<Tensor, Tensor> vhp(
      UnaryOperator<Tensor> function,
      Tensor input,
      @Nullable Tensor v,
      boolean createGraph,
      boolean strict) {
    return one(vhp(first(function), List.of(input), listed(v), createGraph, strict));
  }

  /**
   * The value of a function of several tensors that gives one number, and v^T H.
   *
   * @param v one for each input, of its shape and dtype; null for 1 where there is one input of one
   *     element
   * @return the output, and a product for each input, of its shape
   */
  public static OutputAndProduct<Tensor, List<Tensor>> vhp(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs, @Nullable List<Tensor> v) {
    return vhp(function, inputs, v, false, false);
  }

  /** As {@link #vhp(Function, List, List)}, with options. */
  public static OutputAndProduct<Tensor, List<Tensor>> vhp(
      Function<List<Tensor>, Tensor> function,
      List<Tensor> inputs,
      @Nullable List<Tensor> v,
      boolean createGraph,
      boolean strict) {
    FunctionalCall call = new FunctionalCall("vhp", createGraph, strict);
    try (Autograd.Mode on = Autograd.enableGrad()) {
      List<Tensor> vs = call.vectors(v, inputs, "input");
      List<Tensor> xs = call.prepared(inputs);
      Tensor output = call.scalar(function, xs);
      List<Tensor> gradient = gradient(call, output, xs);
      return finish(call, output, call.gradients(gradient, xs, vs, createGraph, GRADIENT, "input"));
    }
  }

  /**
   * The function's value and H v: how its gradient moves when the input moves along v.
   *
   * @param function gives one number
   * @param v of the input's shape and dtype; null for 1 where it has one element
   * @return the output, and the product of the input's shape
   */
  public static OutputAndProduct<Tensor, Tensor> hvp(
      UnaryOperator<Tensor> function, Tensor input, @Nullable Tensor v) {
    return hvp(function, input, v, false, false);
  }

  /** As {@link #hvp(UnaryOperator, Tensor, Tensor)}, with options. */
  public static OutputAndProduct<Tensor, Tensor> hvp(
      UnaryOperator<Tensor> function,
      Tensor input,
      @Nullable Tensor v,
      boolean createGraph,
      boolean strict) {
    return one(hvp(first(function), List.of(input), listed(v), createGraph, strict));
  }

  /**
   * The value of a function of several tensors that gives one number, and H v.
   *
   * @param v one for each input, of its shape and dtype; null for 1 where there is one input of one
   *     element
   * @return the output, and a product for each input, of its shape
   */
  public static OutputAndProduct<Tensor, List<Tensor>> hvp(
      Function<List<Tensor>, Tensor> function, List<Tensor> inputs, @Nullable List<Tensor> v) {
    return hvp(function, inputs, v, false, false);
  }

  /** As {@link #hvp(Function, List, List)}, with options. */
  public static OutputAndProduct<Tensor, List<Tensor>> hvp(
      Function<List<Tensor>, Tensor> function,
      List<Tensor> inputs,
      @Nullable List<Tensor> v,
      boolean createGraph,
      boolean strict) {
    FunctionalCall call = new FunctionalCall("hvp", createGraph, strict);
    try (Autograd.Mode on = Autograd.enableGrad()) {
      List<Tensor> vs = call.vectors(v, inputs, "input");
      List<Tensor> xs = call.prepared(inputs);
      Tensor output = call.scalar(function, xs);
      List<Tensor> gradient = gradient(call, output, xs);
      return finish(call, output, call.forward(gradient, xs, vs, GRADIENT_OF));
    }
  }

  private static final String OUTPUT = "the output";
  private static final String GRADIENT = "the gradient";
  private static final String GRADIENT_OF = "the gradient of input";

  /** The gradients of one number, as functions of the inputs. */
  private static List<Tensor> gradient(FunctionalCall call, Tensor output, List<Tensor> inputs) {
    List<Tensor> ones = List.of(Tensor.onesLike(output));
    return call.gradients(List.of(output), inputs, ones, true, OUTPUT, "input");
  }

  private static List<List<Tensor>> blocks(
      FunctionalCall call, List<Tensor> outputs, String what, List<Tensor> inputs) {
    List<List<Tensor>> blocks = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      blocks.add(
          call.results(
              JacobianRows.of(
                  outputs.get(i), what + " " + i, inputs, call, i == outputs.size() - 1),
              "the derivative of " + what + " " + i + " by input"));
    }
    return blocks;
  }

  private static OutputAndProduct<List<Tensor>, List<Tensor>> finish(
      FunctionalCall call, List<Tensor> outputs, List<Tensor> products) {
    return new OutputAndProduct<>(
        call.results(outputs, "output"), call.results(products, "product"));
  }

  private static OutputAndProduct<Tensor, List<Tensor>> finish(
      FunctionalCall call, Tensor output, List<Tensor> products) {
    OutputAndProduct<List<Tensor>, List<Tensor>> both = finish(call, List.of(output), products);
    return new OutputAndProduct<>(both.output().get(0), both.product());
  }

  private static Function<List<Tensor>, List<Tensor>> listed(UnaryOperator<Tensor> function) {
    return in -> List.of(function.apply(in.get(0)));
  }

  private static Function<List<Tensor>, Tensor> first(UnaryOperator<Tensor> function) {
    return in -> function.apply(in.get(0));
  }

  private static @Nullable List<Tensor> listed(@Nullable Tensor v) {
    return v == null ? null : List.of(v);
  }

  private static OutputAndProduct<Tensor, Tensor> single(
      OutputAndProduct<List<Tensor>, List<Tensor>> lists) {
    return new OutputAndProduct<>(lists.output().get(0), lists.product().get(0));
  }

  private static OutputAndProduct<Tensor, Tensor> one(OutputAndProduct<Tensor, List<Tensor>> list) {
    return new OutputAndProduct<>(list.output(), list.product().get(0));
  }
}
