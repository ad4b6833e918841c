package dev.clgrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.conformance.Outcome.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the shipped cases of every op in the table on the device under test.
 *
 * <p>On the CPU backend these are all cases. Where kernels have to be compiled, a case takes
 * seconds, and there are {@value #SAMPLED} of each op and dtype, spread over all of them; {@code
 * -Dclgrad.conformance=all} runs the others too, as {@code ci/conformance} does.
 */
class ConformanceTest {
  private static final int SHIPPED_CASES = 3189;

  /** Cases of an op and a dtype on devices that compile kernels. */
  private static final int SAMPLED = 2;

  private static Map<String, List<Case>> byOp() {
    return CaseFiles.read(CaseFiles.shipped()).stream()
        .collect(Collectors.groupingBy(Case::op, TreeMap::new, Collectors.toList()));
  }

  @Test
  void everyCaseIsShipped() {
    Map<String, List<Case>> cases = byOp();
    assertEquals(SHIPPED_CASES, cases.values().stream().mapToInt(List::size).sum());
    for (String op : OpTable.OPS.keySet()) {
      assertTrue(cases.containsKey(op), "no case of " + op);
    }
  }

  @TestFactory
  Stream<DynamicTest> ops() {
    return byOp().entrySet().stream()
        .filter(entry -> OpTable.OPS.containsKey(entry.getKey()))
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(), () -> check(entry.getKey(), chosen(entry.getValue()))));
  }

  /** The cases to run: those that must be refused, and all others or a sample of them. */
  private static List<Case> chosen(List<Case> cases) {
    boolean all = "all".equals(System.getProperty("clgrad.conformance"));
    if (all || Tensors.device().equals("cpu")) {
      return cases;
    }
    List<Case> chosen = new ArrayList<>(cases.stream().filter(Case::isError).toList());
    cases.stream()
        .filter(c -> !c.isError())
        .collect(Collectors.groupingBy(c -> c.json().path("dtype").asText()))
        .values()
        .forEach(
            list -> {
              int count = Math.min(SAMPLED, list.size());
              for (int i = 0; i < count; i++) {
                // From the first to the last.
                chosen.add(list.get(i * (list.size() - 1) / Math.max(count - 1, 1)));
              }
            });
    return chosen;
  }

  private static void check(String op, List<Case> cases) {
    CaseRunner runner = new CaseRunner(OpTable.OPS);
    List<Outcome> outcomes = cases.stream().map(runner::run).toList();
    List<String> failures = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      if (outcome.status() == Status.FAILED) {
        failures.add(outcome.of().id() + ": " + outcome.text());
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    List<String> unsupported =
        outcomes.stream()
            .filter(o -> o.status() == Status.UNSUPPORTED)
            .map(o -> o.of().id() + ": " + o.text())
            .toList();
    assertEquals(
        OpTable.UNSUPPORTED_CASES.getOrDefault(op, 0),
        unsupported.size(),
        () -> "unsupported cases of " + op + ":\n" + String.join("\n", unsupported));
    assertFalse(outcomes.size() == unsupported.size(), "no case of " + op + " ran");
  }
}
