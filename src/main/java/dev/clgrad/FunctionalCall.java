package dev.clgrad;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@link Functional}: its name for errors, and how it was asked.
 *
 * @param name the method
 * @param createGraph whether results can be differentiated
 * @param strict whether it is an error that something depends on nothing
 */
record FunctionalCall(String name, boolean createGraph, boolean strict) {
  /**
   * What the function is to compute from: copies, so that it cannot change the user's tensors; in
   * the graph of those if results are to be.
   */
  List<Tensor> prepared(List<Tensor> inputs) {
    if (inputs.isEmpty()) {
      throw new AutogradException(name + ": there are no inputs; give at least one");
    }
    List<Tensor> result = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor input = inputs.get(i);
      if (!input.dtype().isFloating()) {
        throw new DTypeException(
            name
                + ": input "
                + i
                + " is of "
                + input.dtype()
                + ", which has no derivatives; use it inside of the function, or convert it with to(DType.FLOAT32)");
      }
      result.add(
          createGraph && input.requiresGrad()
              ? input.clone()
              : input.detach().clone().requiresGrad(true));
    }
    return result;
  }

  /** What the function gives for prepared inputs. */
  List<Tensor> outputs(Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs) {
    List<Tensor> outputs = function.apply(inputs);
    for (int i = 0; i < outputs.size(); i++) {
      requireGrad(outputs.get(i), "output " + i);
    }
    return outputs;
  }

  /** The one number that a function gives for prepared inputs. */
  Tensor scalar(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    Tensor output = function.apply(inputs);
    if (output.numel() != 1) {
      throw new ShapeException(
          name
              + ": the function gave a tensor of shape "
              + output.shape()
              + ", and second derivatives are of one number; reduce it with sum() or mean(), or take the jacobian of its"
              + " jacobian");
    }
    requireGrad(output, "the output");
    return output;
  }

  /** Whether something requires gradients; strictly, it has to. */
  boolean requireGrad(Tensor tensor, String what) {
    if (strict && !tensor.requiresGrad()) {
      throw new AutogradException(
          name
              + ": "
              + what
              + " does not require gradients, which strict forbids; compute it from the inputs by differentiable operations");
    }
    return tensor.requiresGrad();
  }

  /**
   * Checks vectors, or makes them.
   *
   * @param vectors what was given; null for ones where there is one tensor of one element
   * @param like what they multiply
   * @param what what that is called
   */
  List<Tensor> vectors(@Nullable List<Tensor> vectors, List<Tensor> like, String what) {
    if (vectors == null) {
      if (like.size() != 1 || like.get(0).numel() != 1) {
        throw new AutogradException(
            name
                + ": v may be left out only where there is one "
                + what
                + " of one element, and there "
                + (like.size() == 1
                    ? "is one of shape " + like.get(0).shape()
                    : "are " + like.size())
                + "; give a v of the same shapes");
      }
      return List.of(Tensor.onesLike(like.get(0)));
    }
    if (vectors.size() != like.size()) {
      throw new ShapeException(
          name
              + ": v has "
              + vectors.size()
              + " tensors and there are "
              + like.size()
              + " "
              + what
              + "s; give one for each");
    }
    List<Tensor> result = new ArrayList<>();
    for (int i = 0; i < like.size(); i++) {
      Tensor v = vectors.get(i);
      Tensor of = like.get(i);
      if (!v.shape().equals(of.shape())) {
        throw new ShapeException(
            name
                + ": v "
                + i
                + " has shape "
                + v.shape()
                + " and "
                + what
                + " "
                + i
                + " has "
                + of.shape()
                + "; they must be equal");
      }
      if (v.dtype() != of.dtype()) {
        throw new DTypeException(
            name
                + ": v "
                + i
                + " is of "
                + v.dtype()
                + " and "
                + what
                + " "
                + i
                + " of "
                + of.dtype()
                + "; convert it with to(DType)");
      }
      result.add(createGraph ? v : v.detach());
    }
    return result;
  }

  /**
   * The gradients of outputs with respect to inputs, zeros where there are none.
   *
   * @param what what the outputs are called where one has to depend on an input
   * @param input what an input is called
   */
  List<Tensor> gradients(
      List<Tensor> outputs,
      List<Tensor> inputs,
      List<Tensor> upstream,
      boolean createGraph,
      String what,
      String input) {
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> seeds = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i).requiresGrad()) {
        roots.add(outputs.get(i));
        seeds.add(upstream.get(i));
      }
    }
    List<Tensor> result = new ArrayList<>();
    List<@Nullable Tensor> found =
        roots.isEmpty() ? List.of() : pass(roots, inputs, seeds, createGraph, createGraph);
    for (int i = 0; i < inputs.size(); i++) {
      Tensor gradient = found.isEmpty() ? null : found.get(i);
      result.add(orZeros(gradient, inputs.get(i), what, input + " " + i));
    }
    return result;
  }

  /**
   * A backward pass. The last one over a graph gives back what that saved. It starts at views of
   * its own, for an output that depends on no input may be the root of a graph of the user's, which
   * must not count as used.
   *
   * @param retainGraph whether there are passes to come
   */
  static List<@Nullable Tensor> pass(
      List<Tensor> outputs,
      List<Tensor> inputs,
      List<Tensor> upstream,
      boolean retainGraph,
      boolean createGraph) {
    return Autograd.gradAllowingUnused(
        outputs.stream().map(output -> output.unsqueeze(0)).toList(),
        inputs,
        upstream.stream().map(v -> v.unsqueeze(0)).toList(),
        retainGraph,
        createGraph);
  }

  /** A derivative, or zeros where there is none; strictly, there has to be one. */
  Tensor orZeros(@Nullable Tensor gradient, Tensor like, String what, String input) {
    checkDependence(gradient, what, input);
    return gradient == null ? Tensor.zerosLike(like) : gradient;
  }

  /** Checks that there is a derivative, strictly. */
  void checkDependence(@Nullable Tensor gradient, String what, String input) {
    if (strict && gradient == null) {
      throw new AutogradException(
          name
              + ": "
              + what
              + " does not depend on "
              + input
              + ", which strict forbids; leave it out, or let strict be false for zeros");
    }
  }

  /**
   * J v by two backward passes: the gradients of the inputs are linear in the upstream gradients of
   * the outputs, and the derivative of that, applied to v, is the product. What the upstream
   * gradients are does not matter.
   *
   * @param what what the outputs are called
   */
  List<Tensor> forward(
      List<Tensor> outputs, List<Tensor> inputs, List<Tensor> vectors, String what) {
    List<Tensor> upstream = new ArrayList<>();
    outputs.forEach(output -> upstream.add(Tensor.zerosLike(output).requiresGrad(true)));
    List<Tensor> gradients = gradients(outputs, inputs, upstream, true, what, "input");
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> seeds = new ArrayList<>();
    for (int i = 0; i < gradients.size(); i++) {
      if (gradients.get(i).requiresGrad()) {
        roots.add(gradients.get(i));
        seeds.add(vectors.get(i));
      }
    }
    List<@Nullable Tensor> found =
        roots.isEmpty() ? List.of() : pass(roots, upstream, seeds, createGraph, createGraph);
    List<Tensor> products = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Tensor product = found.isEmpty() ? null : found.get(i);
      products.add(orZeros(product, outputs.get(i), what + " " + i, "an input"));
    }
    return products;
  }

  /** Results as they leave: in the graph if they are to be, else outside of it. */
  List<Tensor> results(List<Tensor> results, String what) {
    List<Tensor> finished = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      Tensor result = results.get(i);
      if (createGraph && strict && !result.requiresGrad()) {
        throw new AutogradException(
            name
                + ": "
                + what
                + " "
                + i
                + " depends on no input, so that it cannot be differentiated again, which strict with createGraph forbids");
      }
      finished.add(createGraph ? result : result.detach());
    }
    return finished;
  }
}
