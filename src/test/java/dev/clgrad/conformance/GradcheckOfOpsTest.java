package dev.clgrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.Gradcheck;
import dev.clgrad.GradcheckOptions;
import dev.clgrad.GradcheckReport;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Derivatives of every op against differences of its values, which owe nothing to PyTorch's
 * numbers: by backward kernels, by differentiable operations, and of second order. The calls are
 * those of shipped float64 cases; on devices that compile kernels there is a sample of ops.
 */
class GradcheckOfOpsTest {
  /** Cases of an op; of more, those spread over all of them. */
  private static final int CASES = 4;

  /** The most elements of differentiated inputs, and of outputs, where a case has no fewer. */
  private static final int ELEMENTS = 24;

  /** Where values tie, a difference is of another choice; these get elements that lie apart. */
  private static final Set<String> CHOOSES =
      Set.of(
          "adaptive_max_pool2d",
          "amax",
          "amin",
          "fmax",
          "fmin",
          "max",
          "max_pool1d",
          "max_pool2d",
          "maximum",
          "min",
          "minimum",
          "sort",
          "topk");

  /** Cases at a point without a derivative, or where it is another by definition. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "normalize-f64-002", "a row of zeros: its norm has a kink there",
          "pairwise_distance-f64-003", "equal points: their distance has a kink there",
          "embedding-f64-001", "the row of padding_idx gets no gradient, by definition",
          "embedding-f64-005", "the row of padding_idx gets no gradient, by definition",
          "pow-f64-008", "third derivatives near base 0 are too steep for a step of 1e-6");

  /** Ops whose later outputs are running statistics, which are updated and not differentiated. */
  private static final Set<String> STATISTICS = Set.of("batch_norm", "instance_norm");

  /** The ops that a device which compiles kernels is asked for: one of each kind. */
  private static final Set<String> SAMPLE =
      Set.of("conv2d", "gather", "layer_norm", "logsumexp", "matmul", "mul", "softmax", "tanh");

  private static Map<String, List<Case>> cases() {
    return CaseFiles.read(CaseFiles.shipped()).stream()
        .filter(c -> !c.isError() && OpTable.OPS.containsKey(c.op()))
        .filter(c -> c.json().path("dtype").asText().equals("float64"))
        .filter(c -> c.inputs().stream().anyMatch(TensorData::requiresGrad))
        .collect(Collectors.groupingBy(Case::op, TreeMap::new, Collectors.toList()));
  }

  /** Small cases at points where everything is finite. */
  private static List<Case> chosen(List<Case> cases) {
    List<Case> finite =
        cases.stream()
            .filter(c -> !LEFT_OUT.containsKey(c.id()) && isFinite(c) && elements(c) > 0)
            .toList();
    List<Case> small = finite.stream().filter(c -> elements(c) <= ELEMENTS).toList();
    if (small.isEmpty()) {
      return finite.stream()
          .sorted(Comparator.comparingInt(GradcheckOfOpsTest::elements))
          .limit(1)
          .toList();
    }
    int count = Math.min(CASES, small.size());
    return IntStream.range(0, count)
        .mapToObj(i -> small.get(i * (small.size() - 1) / Math.max(count - 1, 1)))
        .toList();
  }

  private static boolean isFinite(Case test) {
    return Stream.of(test.inputs(), test.outputs(), test.grads())
        .flatMap(List::stream)
        .allMatch(data -> data == null || Arrays.stream(data.reals()).allMatch(Double::isFinite));
  }

  /** The elements of differentiated inputs, or of outputs if these are more. */
  private static int elements(Case test) {
    int in =
        test.inputs().stream()
            .filter(TensorData::requiresGrad)
            .mapToInt(data -> data.reals().length)
            .sum();
    int out =
        test.outputs().stream().mapToInt(data -> data == null ? 0 : data.reals().length).sum();
    return in == 0 ? 0 : Math.max(in, out);
  }

  @Test
  void everyDifferentiableOpHasACase() {
    Map<String, List<Case>> cases = cases();
    Set<String> without = new TreeSet<>();
    cases.forEach(
        (op, list) -> {
          if (chosen(list).isEmpty()) {
            without.add(op);
          }
        });
    assertEquals(Set.of(), without);
    assertTrue(cases.size() >= 191, cases.size() + " ops");
    Set<String> ids =
        cases.values().stream().flatMap(List::stream).map(Case::id).collect(Collectors.toSet());
    assertTrue(ids.containsAll(LEFT_OUT.keySet()), "a case that is left out is there no more");
  }

  @TestFactory
  Stream<DynamicTest> ops() {
    return cases().entrySet().stream()
        .filter(e -> Tensors.device().equals("cpu") || SAMPLE.contains(e.getKey()))
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(chosen(e.getValue()))));
  }

  @Test
  void powersOfZeroHaveNoInfiniteSecondDerivatives() {
    Tensor zero = Tensor.of(0.0, 0.0, 2.0);
    Tensor exponent = Tensor.of(1.0, 2.0, 3.0).requiresGrad(true);
    assertTrue(Gradcheck.gradgradcheck(zero::pow, exponent).passed());
    assertTrue(Gradcheck.gradgradcheck(b -> b.rpow(0), exponent).passed());
  }

  private static void check(List<Case> cases) {
    List<String> failures = new ArrayList<>();
    GradcheckOptions options = GradcheckOptions.DEFAULT.withRaiseException(false);
    for (Case test : Tensors.device().equals("cpu") ? cases : cases.subList(0, 1)) {
      Function<List<Tensor>, List<Tensor>> function = function(test);
      List<Tensor> inputs = inputs(test);
      for (GradcheckReport report :
          List.of(
              Gradcheck.gradcheck(function, inputs, options),
              Gradcheck.gradcheck(function, inputs, options.withCreateGraph(true)),
              Gradcheck.gradgradcheck(function, inputs, null, options))) {
        if (!report.passed()) {
          failures.add(test.id() + ": " + report);
        }
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
  }

  private static List<Tensor> inputs(Case test) {
    Random random = new Random(11);
    int count =
        test.inputs().stream()
            .filter(TensorData::requiresGrad)
            .mapToInt(data -> data.reals().length)
            .sum();
    // Numbers that lie a tenth apart, and that far from 0, in an order without order.
    List<Integer> places = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    Collections.shuffle(places, random);
    List<Tensor> inputs = new ArrayList<>();
    int next = 0;
    for (TensorData data : test.inputs()) {
      if (data.requiresGrad() && CHOOSES.contains(test.op())) {
        int from = next;
        next += data.reals().length;
        double[] apart =
            places.subList(from, next).stream()
                .mapToDouble(place -> (place - count / 2 + 0.5) / 10)
                .toArray();
        inputs.add(Tensors.leaf(with(data, apart)));
      } else {
        inputs.add(Tensors.leaf(data));
      }
    }
    return inputs;
  }

  private static TensorData with(TensorData data, double[] reals) {
    return new TensorData(
        data.arg(),
        data.dtype(),
        data.shape(),
        data.strides(),
        reals,
        data.integers(),
        data.requiresGrad());
  }

  private static Function<List<Tensor>, List<Tensor>> function(Case test) {
    Op op = OpTable.OPS.get(test.op());
    List<String> names = test.inputs().stream().map(TensorData::arg).toList();
    return in -> {
      Map<String, Tensor> named = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        named.put(names.get(i), in.get(i));
      }
      if (test.op().equals("cholesky")) {
        // It is a function of symmetric matrices, in which no element moves alone.
        named.computeIfPresent("input", (name, a) -> a.add(a.transpose(-1, -2)).mul(0.5));
      }
      List<Tensor> outputs = op.call(new Call(named, test.attrs()));
      return STATISTICS.contains(test.op()) ? outputs.subList(0, 1) : outputs;
    };
  }
}
