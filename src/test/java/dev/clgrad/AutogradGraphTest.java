package dev.clgrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clgrad.diagram.Pictures;
import dev.clgrad.nn.Activation;
import dev.clgrad.nn.Linear;
import dev.clgrad.nn.Sequential;
import dev.clgrad.schedule.Counters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@link Autograd#graph} shows. */
class AutogradGraphTest {
  private static String text(AutogradGraph graph) {
    Pictures.assertDot(graph.toDot());
    Pictures.assertTidy(graph.toSvg());
    return graph + "\n";
  }

  @Test
  void aModelsGraphNamesItsParameters() {
    Sequential model = new Sequential(new Linear(4, 8), Activation.relu(), new Linear(8, 3));
    Tensor y = model.forward(Tensor.ones(5, 4));
    AutogradGraph graph = Autograd.graph(List.of(y), model.namedParameters());
    assertEquals(
        """
        1   AccumulateGrad      0.weight  float32 [8, 4]
        2   TransposeBackward0  from 1
        3   MmBackward0         from -, 2
        4   AccumulateGrad      0.bias  float32 [8]
        5   AddBackward0        from 3, 4
        6   ReluBackward0       from 5
        7   AccumulateGrad      2.weight  float32 [3, 8]
        8   TransposeBackward0  from 7
        9   MmBackward0         from 6, 8
        10  AccumulateGrad      2.bias  float32 [3]
        11  AddBackward0        from 9, 10
        output float32 [5, 3] from 11
        """,
        text(graph));
    assertEquals(11 + 1, Pictures.assertDot(graph.toDot()));
    assertEquals(11 + 1, Pictures.assertTidy(graph.toSvg()));
  }

  @Test
  void whatIsSharedIsDrawnOnce() {
    Tensor x = Tensor.scalar(3f).requiresGrad(true);
    Tensor y = x.exp();
    Tensor z = y.mul(y).add(y);
    AutogradGraph graph = Autograd.graph(z);
    assertEquals(
        """
        1  AccumulateGrad  float32 []
        2  ExpBackward0    from 1
        3  MulBackward0    from 2, 2
        4  AddBackward0    from 3, 2
        output float32 [] from 4
        """,
        text(graph));
    assertEquals(
        """
        digraph {
          node [shape=box, fontname="monospace", fontsize=11];
          graph [fontname="monospace", fontsize=11];
          n0 [label="AccumulateGrad\\nfloat32 []", style="rounded,filled", fillcolor="#d5e8d4"];
          n1 [label="ExpBackward0"];
          n2 [label="MulBackward0"];
          n3 [label="AddBackward0"];
          n4 [label="float32 []", style=rounded, penwidth=2];
          n0 -> n1;
          n1 -> n2;
          n2 -> n3;
          n1 -> n3;
          n3 -> n4;
        }
        """,
        graph.toDot());
  }

  @Test
  void gradientsWithAGraphOfTheirOwnAreOfTheSameGraph() {
    Tensor x = Tensor.scalar(3f).requiresGrad(true);
    Tensor y = x.exp().mul(4);
    Tensor dx = Autograd.grad(List.of(y), List.of(x), null, true, true).get(0);
    AutogradGraph graph = Autograd.graph(List.of(y, dx), Map.of("x", x));
    assertEquals(
        """
        1  AccumulateGrad  x  float32 []
        2  ExpBackward0    from 1
        3  MulBackward0    from 2
        4  MulBackward0    from -, 2
        output float32 [] from 3
        output float32 [] from 4
        """,
        text(graph));
  }

  @Test
  void savedValuesAreShownOnDemandUntilTheyAreGivenBack() {
    Tensor w = Tensor.of(1f, 2f).requiresGrad(true);
    Tensor y = w.mul(Tensor.of(3f, 4f)).tanh();
    AutogradGraph saved = Autograd.graph(y).withSaved();
    assertEquals(
        """
        1  AccumulateGrad  float32 [2]
        2  MulBackward0    from 1, -; saved input float32 [2]
        3  TanhBackward0   from 2; saved result float32 [2]
        output float32 [2] from 3
        """,
        text(saved));
    y.sum().backward();
    String later = text(Autograd.graph(y).withSaved());
    assertFalse(later.contains("saved"), later);
    assertTrue(saved.toString().contains("saved"), "it shows what was");
  }

  @Test
  void leavesHaveGraphsAndOtherTensorsNone() {
    Tensor leaf = Tensor.ones(2, 3).requiresGrad(true);
    assertEquals(
        """
        1  AccumulateGrad  a "leaf"  float32 [2, 3]
        output float32 [2, 3] from 1
        """,
        text(Autograd.graph(List.of(leaf), Map.of("a \"leaf\"", leaf))));
    AutogradException error =
        assertThrows(AutogradException.class, () -> Autograd.graph(Tensor.ones(2)));
    assertTrue(String.valueOf(error.getMessage()).contains("shape [2]"), error.getMessage());
    assertThrows(AutogradException.class, Autograd::graph);
  }

  @Test
  void looksWithoutLaunching() {
    Tensor x = Tensor.ones(3).requiresGrad(true);
    Tensor y = x.exp().sum();
    Device device = Device.getDefault();
    Counters before = device.counters();
    int pending = device.scheduler().pendingTasks();
    String unused = text(Autograd.graph(y).withSaved());
    assertEquals(before, device.counters());
    assertEquals(pending, device.scheduler().pendingTasks());
    y.backward();
    assertEquals(Math.exp(1), x.grad().toFloatArray()[0], 1e-6);
  }

  @Test
  void deepGraphsAreShownInPart() {
    Tensor x = Tensor.scalar(1f).requiresGrad(true);
    Tensor y = x;
    for (int i = 0; i < 10_000; i++) {
      y = y.mul(x);
    }
    AutogradGraph graph = Autograd.graph(y);
    assertEquals(10_001, graph.size());
    assertEquals(10_001 + 1, Pictures.assertDot(graph.toDot()));
    assertEquals(10_002, graph.toString().lines().count());
    String svg = graph.toSvg();
    // The nodes drawn, the output, and the box for the others.
    assertEquals(AutogradGraph.MAX_DRAWN + 2, Pictures.assertTidy(svg));
    assertTrue(Pictures.texts(svg).contains("… 9601 more"));
  }
}
