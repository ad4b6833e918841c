package dev.clgrad;

import dev.clgrad.schedule.Recording;
import dev.clgrad.schedule.Scope;
import dev.clgrad.tape.Anomaly;
import dev.clgrad.tape.ForwardLevel;
import dev.clgrad.tape.GradMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step of training or evaluation that is captured when it first runs, and then runs from what was
 * captured: the same launches with prepared arguments and planned memory, without the Java code in
 * between.
 *
 * <pre>{@code
 * CapturedStep step = CapturedStep.of((images, labels) -> {
 *   optimizer.zeroGrad();
 *   Tensor loss = model.forward(images).crossEntropy(labels);
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * for (Batch batch : data) {
 *   Tensor loss = step.run(batch.images(), batch.labels());
 * }
 * }</pre>
 *
 * <p>Results are those of the function itself. It runs, and is recorded, until it has done the same
 * twice in a row; from then on the launches are repeated. They are recorded again when what they
 * depend on has changed: shapes, dtypes or strides of the inputs, whether they require gradients,
 * whether a leaf has a gradient, the grad mode, the default device, a module's mode or parameters,
 * what requires gradients.
 *
 * <p>What the function may do:
 *
 * <ul>
 *   <li>Everything that changes from call to call is an input, a tensor that is changed in place,
 *       or kept by clgrad: parameters, gradients, an optimizer's state and learning rate, random
 *       numbers. An input is given as one, and not reached by another way as well.
 *   <li>A Java number that differs between the two first recordings is an error, which names the
 *       operation; a Java variable that changes later is not seen.
 *   <li>It does not read numbers on the host ({@code item}, printing): that is an error.
 *   <li>What it computes and does not return is closed at its end. What it returns is detached from
 *       the graph, and in memory of its own.
 * </ul>
 *
 * <p>For one thread at a time: others wait.
 */
public final class CapturedStep {
  private static final Logger LOG = LoggerFactory.getLogger(CapturedStep.class);

  /** So many captures are kept: of shapes that take turns, say. */
  private static final int MAX_CAPTURES = 8;

  /** After so many recordings that differ, the log says so. */
  private static final int PATIENCE = 6;

  private final Function<List<Tensor>, List<Tensor>> function;
  private final List<Capture> captures = new ArrayList<>();

  /** What was recorded once, and is captured if the next recording of its kind does the same. */
  private final List<Capture> candidates = new ArrayList<>();

  private long traces;
  private long replays;
  private int unconfirmed;

  private CapturedStep(Function<List<Tensor>, List<Tensor>> function) {
    this.function = function;
  }

  /** A step of one input and one result. */
  public static CapturedStep of(UnaryOperator<Tensor> function) {
    return ofLists(in -> List.of(function.apply(single(in, 1).get(0))));
  }

  /** A step of two inputs, such as data and labels, and one result, such as the loss. */
  public static CapturedStep of(BinaryOperator<Tensor> function) {
    return ofLists(in -> List.of(function.apply(single(in, 2).get(0), in.get(1))));
  }

  /** A step of any number of inputs and results. */
  public static CapturedStep ofLists(Function<List<Tensor>, List<Tensor>> function) {
    return new CapturedStep(function);
  }

  private static List<Tensor> single(List<Tensor> inputs, int count) {
    if (inputs.size() != count) {
      throw new ClgradException(
          "captured step: its function takes " + count + " tensors and was given " + inputs.size());
    }
    return inputs;
  }

  /**
   * Runs the step and gives its first result.
   *
   * @throws ClgradException if the function gives none, reads numbers on the host, or uses a Java
   *     number that changes; and whatever the function throws
   */
  public Tensor run(Tensor... inputs) {
    List<Tensor> results = runAll(inputs);
    if (results.isEmpty()) {
      throw new ClgradException("captured step: its function returns nothing; use runAll");
    }
    return results.get(0);
  }

  /**
   * Runs the step and gives all its results.
   *
   * @throws ClgradException if the function reads numbers on the host, or uses a Java number that
   *     changes; and whatever the function throws
   */
  public synchronized List<Tensor> runAll(Tensor... inputs) {
    List<Tensor> given = List.of(inputs);
    if (Recording.isActive() || Anomaly.isCheckingFinite() || ForwardLevel.isOpen()) {
      // A step within a step is a part of it; and what looks at every number cannot be repeated
      // without Java.
      return function.apply(given);
    }
    Signature signature = Signature.of(given);
    for (int i = 0; i < captures.size(); i++) {
      Capture capture = captures.get(i);
      if (capture.fits(signature, given)) {
        if (i > 0) {
          captures.add(0, captures.remove(i));
        }
        replays++;
        return capture.run(given);
      }
    }
    return trace(signature, given);
  }

  private List<Tensor> trace(Signature signature, List<Tensor> given) {
    Device device = given.isEmpty() ? Device.getDefault() : given.get(0).device();
    List<Tensor> results = new ArrayList<>();
    Capture found;
    traces++;
    try (Scope scope = Scope.open("captured step");
        Recording recording = Recording.begin(device.scheduler())) {
      for (Tensor result : function.apply(given)) {
        Tensor detached = result.detach();
        if (!scope.keep(result.variable().storage())) {
          // It was there before, and may be changed in the next step.
          try (GradMode off = GradMode.set(false)) {
            detached = detached.clone();
          }
          scope.keep(detached.variable().storage());
        }
        results.add(detached);
      }
      found = Capture.of(signature, recording, given, results);
    }
    settle(found);
    return results;
  }

  /** Decides whether what was recorded will be repeated. */
  private void settle(Capture found) {
    if (found.obstacle() == null) {
      for (Capture capture : captures) {
        if (capture.isLike(found) && capture.difference(found) == null) {
          capture.renew(found);
          return;
        }
      }
      for (Capture before : candidates) {
        if (before.isLike(found)) {
          confirm(before, found);
          return;
        }
      }
    }
    addFirst(candidates, found);
    if (++unconfirmed == PATIENCE) {
      String reason = found.obstacle();
      LOG.warn(
          "a captured step was recorded {} times in a row and not repeated: {}",
          PATIENCE,
          reason == null ? "it does something else each time" : reason);
    }
  }

  private void confirm(Capture before, Capture found) {
    String difference = before.difference(found);
    candidates.remove(before);
    if (difference == null) {
      addFirst(captures, found);
      unconfirmed = 0;
    } else if (before.isOfSameState(found)) {
      throw new ClgradException(
          "captured step: "
              + difference
              + ", and would stay what it is from now on; give it to the step as a tensor among its inputs");
    } else {
      addFirst(candidates, found);
    }
  }

  private static void addFirst(List<Capture> list, Capture capture) {
    list.add(0, capture);
    if (list.size() > MAX_CAPTURES) {
      list.remove(MAX_CAPTURES);
    }
  }

  /** How often the function itself has run. */
  public synchronized long traces() {
    return traces;
  }

  /** How often the step has run from what was captured. */
  public synchronized long replays() {
    return replays;
  }
}
