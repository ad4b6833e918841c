package dev.clgrad.diagram;

import static dev.clgrad.diagram.Diagram.Look.LEAF;
import static dev.clgrad.diagram.Diagram.Look.NOTE;
import static dev.clgrad.diagram.Diagram.Look.OPERATION;
import static dev.clgrad.diagram.Diagram.Look.RESULT;
import static dev.clgrad.diagram.Diagram.Look.VALUE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Diagrams as DOT and as SVG. */
class DiagramTest {
  private static Diagram sample() {
    Diagram diagram = new Diagram();
    int group = diagram.addGroup("1 mul+add");
    int x = diagram.addNode(LEAF, "x", "float32 [3]");
    int mul = diagram.addNode(group, OPERATION, "mul");
    int add = diagram.addNode(group, OPERATION, "add");
    int y = diagram.addNode(RESULT, "y");
    int note = diagram.addNode(NOTE, "…");
    diagram.addEdge(x, mul);
    diagram.addEdge(mul, add);
    diagram.addEdge(x, add);
    diagram.addEdge(x, add);
    diagram.addEdge(add, y);
    diagram.addEdge(note, y);
    return diagram;
  }

  @Test
  void writesDot() {
    String dot = sample().toDot();
    assertEquals(
        """
        digraph {
          node [shape=box, fontname="monospace", fontsize=11];
          graph [fontname="monospace", fontsize=11];
          n0 [label="x\\nfloat32 [3]", style="rounded,filled", fillcolor="#d5e8d4"];
          n3 [label="y", style=rounded, penwidth=2];
          n4 [label="…", style=dashed];
          subgraph cluster_0 {
            label="1 mul+add";
            n1 [label="mul"];
            n2 [label="add"];
          }
          n0 -> n1;
          n1 -> n2;
          n0 -> n2;
          n2 -> n3;
          n4 -> n3;
        }
        """,
        dot);
    assertEquals(5, Pictures.assertDot(dot));
  }

  @Test
  void drawsEachBoxAndArrowOnce() {
    String svg = sample().toSvg();
    assertEquals(5, Pictures.assertTidy(svg));
    assertEquals(
        List.of("1 mul+add", "x", "float32 [3]", "mul", "add", "y", "…"), Pictures.texts(svg));
    assertEquals(5 + 1, Pictures.count(svg, "path"), "arrows and the arrow head");
    assertEquals(svg, sample().toSvg());
  }

  @Test
  void escapesWhatTheFormatsReserve() {
    Diagram diagram = new Diagram();
    String text = "a<b> & \"c\" \\N 'd' ü 漢 😀";
    int from = diagram.addNode(VALUE, text, "second\u0000\u001b");
    diagram.addEdge(from, diagram.addNode(diagram.addGroup("}<g>\"\\"), OPERATION, ""));
    String dot = diagram.toDot();
    assertEquals(2, Pictures.assertDot(dot));
    assertTrue(dot.contains("a<b> & \\\"c\\\" \\\\N 'd' ü 漢 😀"), dot);
    assertEquals(
        List.of("}<g>\"\\", text, "second\uFFFD\uFFFD", ""), Pictures.texts(diagram.toSvg()));
    Diagram broken = new Diagram();
    broken.addNode(VALUE, "half a pair \ud83d");
    assertEquals(List.of("half a pair \uFFFD"), Pictures.texts(broken.toSvg()));
  }

  @Test
  void emptyDiagramsAndGroupsAreDrawn() {
    assertEquals(0, Pictures.assertTidy(new Diagram().toSvg()));
    Diagram diagram = new Diagram();
    diagram.addGroup("nothing in it");
    diagram.addNode(VALUE);
    assertEquals(1, Pictures.assertTidy(diagram.toSvg()));
  }

  @Test
  void randomDiagramsAreTidy() {
    int drawn = 0;
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Diagram diagram = new Diagram();
      int groups = random.nextInt(6);
      int count = 5 + random.nextInt(40);
      for (int g = 0; g < groups; g++) {
        diagram.addGroup("group " + g);
      }
      for (int v = 0; v < count; v++) {
        // Groups follow one another, so that they do not form a cycle.
        int group = groups == 0 ? -1 : v * groups / count;
        boolean free = groups == 0 || random.nextInt(3) == 0;
        String[] lines = new String[1 + random.nextInt(3)];
        java.util.Arrays.fill(lines, "x".repeat(1 + random.nextInt(20)));
        diagram.addNode(free ? -1 : group, OPERATION, lines);
        for (int k = random.nextInt(4); k > 0 && v > 0; k--) {
          diagram.addEdge(random.nextInt(v), v);
        }
      }
      Pictures.assertDot(diagram.toDot());
      if (groupsAreOrdered(diagram)) {
        assertEquals(count, Pictures.assertTidy(diagram.toSvg()), "seed " + seed);
        drawn++;
      }
    }
    assertTrue(drawn >= 30, drawn + " diagrams had no cycle of groups");
  }

  /** Whether no way leads out of a group and back into it. */
  private static boolean groupsAreOrdered(Diagram diagram) {
    try {
      return !diagram.toSvg().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void arrowsPassBetweenBoxes() {
    // x leads to every box of a chain: its arrows must go round the chain's boxes.
    Diagram diagram = new Diagram();
    int x = diagram.addNode(LEAF, "x");
    int last = x;
    for (int i = 0; i < 10; i++) {
      int next = diagram.addNode(OPERATION, "operation " + i);
      diagram.addEdge(last, next);
      diagram.addEdge(x, next);
      last = next;
    }
    DiagramLayout layout = new DiagramLayout(diagram);
    for (int e = 0; e < diagram.edges().size(); e++) {
      double[] path = layout.path(e);
      for (int v = 0; v < diagram.nodes().size(); v++) {
        DiagramLayout.Rectangle box = layout.node(v);
        for (int i = 0; i + 3 < path.length; i += 2) {
          for (int t = 0; t <= 20; t++) {
            double at = t / 20.0;
            double px = path[i] + at * (path[i + 2] - path[i]);
            double py = path[i + 1] + at * (path[i + 3] - path[i + 1]);
            boolean within =
                px > box.x() + 0.1
                    && px < box.x() + box.width() - 0.1
                    && py > box.y() + 0.1
                    && py < box.y() + box.height() - 0.1;
            assertTrue(!within, "arrow " + e + " crosses box " + v);
          }
        }
      }
    }
  }

  @Test
  void refusesCyclesAndUnknownNumbers() {
    Diagram diagram = new Diagram();
    int a = diagram.addNode(OPERATION, "a");
    int b = diagram.addNode(OPERATION, "b");
    diagram.addEdge(a, b);
    diagram.addEdge(b, a);
    assertThrows(IllegalArgumentException.class, diagram::toSvg);
    assertThrows(IndexOutOfBoundsException.class, () -> diagram.addEdge(a, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> diagram.addNode(0, OPERATION, "c"));
  }
}
