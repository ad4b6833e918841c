package dev.clgrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.ForwardMode;
import dev.clgrad.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Forward mode of every op against PyTorch's gradients: with tangents v, the tangents J v of the
 * outputs and the recorded gradients Jᵀ dy of the inputs give the same number, ⟨dy, J v⟩ = ⟨Jᵀ dy,
 * v⟩. All shipped float64 cases that have gradients; on devices that compile kernels a sample of
 * ops.
 */
class ForwardModeOfOpsTest {
  /** Of the sum of all that is added up on both sides. */
  private static final double TOLERANCE = 1e-9;

  /** Directions tried for each case. */
  private static final int DIRECTIONS = 2;

  /** Where PyTorch's gradient is none of its function, by definition. */
  private static final Map<String, String> LEFT_OUT = Map.of();

  private static final Set<String> SAMPLE =
      Set.of("conv2d", "gather", "layer_norm", "logsumexp", "matmul", "mul", "softmax", "tanh");

  private static Map<String, List<Case>> cases() {
    return CaseFiles.read(CaseFiles.shipped()).stream()
        .filter(c -> !c.isError() && OpTable.OPS.containsKey(c.op()))
        .filter(c -> c.json().path("dtype").asText().equals("float64"))
        .filter(c -> c.grads().stream().anyMatch(g -> g != null))
        .collect(Collectors.groupingBy(Case::op, TreeMap::new, Collectors.toList()));
  }

  @Test
  void everyDifferentiableOpHasACase() {
    assertTrue(cases().size() >= 191, cases().size() + " ops");
    Set<String> unknown = new TreeSet<>(LEFT_OUT.keySet());
    cases().values().forEach(list -> list.forEach(c -> unknown.remove(c.id())));
    assertEquals(Set.of(), unknown);
  }

  @TestFactory
  Stream<DynamicTest> ops() {
    boolean all = Tensors.device().equals("cpu");
    return cases().entrySet().stream()
        .filter(e -> all || SAMPLE.contains(e.getKey()))
        .map(
            e ->
                DynamicTest.dynamicTest(
                    e.getKey(),
                    () -> {
                      List<String> failures = new ArrayList<>();
                      for (Case test : all ? e.getValue() : e.getValue().subList(0, 1)) {
                        if (!LEFT_OUT.containsKey(test.id())) {
                          check(test, failures);
                        }
                      }
                      assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
                    }));
  }

  private static void check(Case test, List<String> failures) {
    Random random = new Random(5);
    for (int direction = 0; direction < DIRECTIONS; direction++) {
      double forward = 0;
      double backward = 0;
      double size = 0;
      try (ForwardMode level = ForwardMode.open()) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        List<TensorData> inputs = test.inputs();
        for (int i = 0; i < inputs.size(); i++) {
          TensorData data = inputs.get(i);
          Tensor x = Tensors.leaf(data).detach();
          TensorData gradient = test.grads().get(i);
          if (data.requiresGrad()) {
            double[] v = random.doubles(data.reals().length, -1, 1).toArray();
            Tensor tangent = Tensor.of(v).reshape(x.shape().toArray());
            x = level.dual(x, tangent);
            for (int k = 0; gradient != null && k < v.length; k++) {
              backward += gradient.reals()[k] * v[k];
              size += Math.abs(gradient.reals()[k] * v[k]);
            }
          }
          named.put(data.arg(), x);
        }
        List<Tensor> outputs = OpTable.OPS.get(test.op()).call(new Call(named, test.attrs()));
        for (int i = 0; i < outputs.size(); i++) {
          TensorData dy = i < test.gradOutputs().size() ? test.gradOutputs().get(i) : null;
          Tensor tangent = level.tangent(outputs.get(i));
          if (dy != null && tangent != null) {
            double[] t = tangent.toDoubleArray();
            assertEquals(outputs.get(i).shape(), tangent.shape());
            for (int k = 0; k < t.length; k++) {
              forward += dy.reals()[k] * t[k];
              size += Math.abs(dy.reals()[k] * t[k]);
            }
          }
        }
      }
      boolean finite = Double.isFinite(backward);
      if (finite
          ? !(Math.abs(forward - backward) <= TOLERANCE * (1 + size))
          : Double.isFinite(forward)) {
        failures.add(test.id() + ": forward " + forward + ", backward " + backward);
        return;
      }
    }
  }
}
