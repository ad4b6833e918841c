package dev.clgrad.conformance;

import dev.clgrad.ClgradException;
import dev.clgrad.Tensor;
import dev.clgrad.conformance.Case.DoubleBackward;
import dev.clgrad.conformance.Outcome.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs one case: its values, gradients by both forms, second derivatives, or its error. */
final class CaseRunner {
  private static final Pattern WORD_AFTER_UNDERSCORE = Pattern.compile("_([a-z0-9])");

  private final Map<String, Op> table;

  CaseRunner(Map<String, Op> table) {
    this.table = table;
  }

  /** One call of the operation: what went in and what came out. */
  private record Run(Map<String, Tensor> inputs, List<Tensor> outputs) {}

  /** Runs a case; an exception that it does not ask for is a failure. */
  Outcome run(Case test) {
    try {
      Op op = table.get(test.op());
      if (op == null) {
        return new Outcome(test, Status.UNSUPPORTED, "op " + test.op());
      }
      op.check(test);
      String text = test.isError() ? error(test, op) : values(test, op);
      return new Outcome(test, text.isEmpty() ? Status.PASSED : Status.FAILED, text);
    } catch (Unsupported e) {
      return new Outcome(test, Status.UNSUPPORTED, String.valueOf(e.getMessage()));
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      return new Outcome(test, Status.FAILED, "threw " + describe(e));
    }
  }

  private static String describe(Throwable e) {
    StringBuilder text = new StringBuilder(e.toString());
    StackTraceElement[] trace = e.getStackTrace();
    for (int i = 0; i < Math.min(trace.length, 4); i++) {
      text.append(" < ").append(trace[i]);
    }
    return text.toString();
  }

  private static String values(Case test, Op op) {
    Comparison rule = test.comparison();
    Run run = call(test, op);
    List<@Nullable TensorData> expected = test.outputs();
    if (run.outputs().size() != expected.size()) {
      return "expected " + expected.size() + " outputs, actual " + run.outputs().size();
    }
    for (int i = 0; i < expected.size(); i++) {
      TensorData output = expected.get(i);
      if (output == null) {
        throw new IllegalArgumentException("output " + i + " is null");
      }
      String difference =
          rule.difference("output " + i, output, Tensors.read(run.outputs().get(i)));
      if (!difference.isEmpty()) {
        return difference;
      }
    }
    if (test.inputs().stream().noneMatch(TensorData::requiresGrad)) {
      return "";
    }
    Comparison gradientRule = new Comparison(rule.rtol(), rule.atol(), false);
    String difference = gradients(test, run, gradientRule, false);
    if (difference.isEmpty()) {
      difference = gradients(test, call(test, op), gradientRule, true);
    }
    if (difference.isEmpty() && test.doubleBackward() != null) {
      difference = secondDerivatives(test, call(test, op), gradientRule, test.doubleBackward());
    }
    return difference;
  }

  private static Run call(Case test, Op op) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (TensorData input : test.inputs()) {
      inputs.put(input.arg(), Tensors.leaf(input));
    }
    return new Run(inputs, op.call(new Call(inputs, test.attrs())));
  }

  /** First derivatives: of the kernel pair, or of the form in differentiable operations. */
  private static String gradients(Case test, Run run, Comparison rule, boolean differentiable) {
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> seeds = new ArrayList<>();
    roots(test, run, false, roots, seeds);
    List<TensorData> inputs = test.inputs();
    List<Tensor> wanted = wanted(inputs, run);
    String what = differentiable ? "differentiable gradient of " : "gradient of ";
    List<@Nullable Tensor> actual =
        roots.isEmpty()
            ? nothing(wanted.size())
            : differentiable
                ? Tensors.grad(roots, wanted, seeds, true)
                : Tensors.backward(roots, wanted, seeds);
    return compareGradients(what, inputs, test.grads(), actual, rule, false);
  }

  private static void roots(
      Case test, Run run, boolean requiresGrad, List<Tensor> roots, List<Tensor> seeds) {
    List<@Nullable TensorData> gradOutputs = test.gradOutputs();
    if (gradOutputs.size() != run.outputs().size()) {
      throw new IllegalArgumentException("the case has " + gradOutputs.size() + " gradOutputs");
    }
    for (int i = 0; i < gradOutputs.size(); i++) {
      TensorData seed = gradOutputs.get(i);
      // An output that depends on nothing differentiable has no gradient to give.
      if (seed != null && run.outputs().get(i).requiresGrad()) {
        roots.add(run.outputs().get(i));
        seeds.add(Tensors.of(seed).requiresGrad(requiresGrad));
      }
    }
  }

  private static List<Tensor> wanted(List<TensorData> inputs, Run run) {
    List<Tensor> wanted = new ArrayList<>();
    for (TensorData input : inputs) {
      if (input.requiresGrad()) {
        Tensor tensor = run.inputs().get(input.arg());
        if (tensor == null) {
          throw new IllegalArgumentException("no input " + input.arg());
        }
        wanted.add(tensor);
      }
    }
    return wanted;
  }

  private static List<@Nullable Tensor> nothing(int count) {
    List<@Nullable Tensor> none = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      none.add(null);
    }
    return none;
  }

  /**
   * Compares the gradients of the inputs that have one; {@code actual} has those alone.
   *
   * @param noneIsZero whether no dependence is right where a gradient of zeros is expected
   */
  private static String compareGradients(
      String what,
      List<TensorData> inputs,
      List<@Nullable TensorData> expected,
      List<@Nullable Tensor> actual,
      Comparison rule,
      boolean noneIsZero) {
    if (expected.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "the case has " + expected.size() + " grads for " + inputs.size() + " inputs");
    }
    Iterator<@Nullable Tensor> next = actual.iterator();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).requiresGrad()) {
        TensorData wanted = expected.get(i);
        Tensor found = next.next();
        if (noneIsZero && found == null && wanted != null && wanted.isZero()) {
          continue;
        }
        String difference = gradientDifference(what + inputs.get(i).arg(), wanted, found, rule);
        if (!difference.isEmpty()) {
          return difference;
        }
      }
    }
    return "";
  }

  private static String gradientDifference(
      String what, @Nullable TensorData expected, @Nullable Tensor actual, Comparison rule) {
    TensorData data = actual == null ? null : Tensors.read(actual);
    if (expected == null) {
      return data == null || data.isZero()
          ? ""
          : what + ": expected none or zero, actual " + actual;
    }
    if (data == null) {
      return what + ": expected " + expected.kind() + ", actual none";
    }
    return rule.difference(what, expected, data);
  }

  /** The derivatives of s = sum over inputs of sum(gradient * v). */
  private static String secondDerivatives(
      Case test, Run run, Comparison rule, DoubleBackward second) {
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> seeds = new ArrayList<>();
    roots(test, run, true, roots, seeds);
    List<TensorData> inputs = test.inputs();
    List<Tensor> wanted = wanted(inputs, run);
    List<@Nullable Tensor> gradients = Tensors.grad(roots, wanted, seeds, true);

    List<Tensor> secondRoots = new ArrayList<>();
    List<Tensor> secondSeeds = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).requiresGrad()) {
        Tensor gradient = gradients.get(at++);
        TensorData v = second.v().get(i);
        if (gradient != null && v != null && gradient.requiresGrad()) {
          secondRoots.add(gradient);
          secondSeeds.add(Tensors.of(v));
        }
      }
    }
    List<Tensor> variables = new ArrayList<>(wanted);
    variables.addAll(seeds);
    List<@Nullable Tensor> actual =
        secondRoots.isEmpty()
            ? nothing(variables.size())
            : Tensors.grad(secondRoots, variables, secondSeeds, false);
    String difference =
        compareGradients(
            "second derivative of ",
            inputs,
            second.grads(),
            actual.subList(0, wanted.size()),
            rule,
            // PyTorch records zeros for a loss that is linear in its input.
            true);
    Iterator<@Nullable Tensor> next = actual.subList(wanted.size(), actual.size()).iterator();
    List<@Nullable TensorData> gradOutputs = test.gradOutputs();
    for (int i = 0; i < gradOutputs.size() && difference.isEmpty(); i++) {
      if (gradOutputs.get(i) != null && run.outputs().get(i).requiresGrad()) {
        difference =
            gradientDifference(
                "second derivative of gradOutput " + i,
                second.gradOutputGrad().get(i),
                next.next(),
                rule);
      }
    }
    return difference;
  }

  /** A call that must throw, at once or when its result is read. */
  private static String error(Case test, Op op) {
    List<TensorData> data = test.inputs();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (TensorData input : data) {
      inputs.put(input.arg(), Tensors.leaf(input));
    }
    String message;
    try {
      List<Tensor> outputs = op.call(new Call(inputs, test.attrs()));
      outputs.forEach(Tensors::read);
      return "expected an error (" + test.error() + "), actual " + outputs;
    } catch (ClgradException e) {
      message = String.valueOf(e.getMessage());
    }
    if (!namesOp(message, op.named().isEmpty() ? test.op() : op.named())) {
      return "the error (" + test.error() + ") does not name the op: " + message;
    }
    Comparison exact = new Comparison(0, 0, true);
    for (TensorData input : data) {
      Tensor tensor = inputs.get(input.arg());
      if (tensor != null) {
        String difference =
            exact.difference(
                "input " + input.arg() + " after the error", input, Tensors.read(tensor));
        if (!difference.isEmpty()) {
          return difference;
        }
      }
    }
    return "";
  }

  /** Whether a message has the op's name as a word, in PyTorch's or in Java's spelling. */
  static boolean namesOp(String message, String op) {
    Matcher matcher = WORD_AFTER_UNDERSCORE.matcher(op);
    String camelCase = matcher.replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
    return Arrays.asList(op, camelCase).stream()
        .anyMatch(
            name -> Pattern.compile("\\b" + Pattern.quote(name) + "\\b").matcher(message).find());
  }
}
