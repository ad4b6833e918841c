package dev.clgrad;

import dev.clgrad.diagram.Diagram;
import dev.clgrad.diagram.Diagram.Look;
import dev.clgrad.tape.RecordedGraph;
import dev.clgrad.tape.RecordedGraph.Kept;
import dev.clgrad.tape.RecordedGraph.Recorded;
import dev.clgrad.tape.Variable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was recorded to compute some tensors: the operations with the names PyTorch gives their
 * gradients, each once, and the leaves, where gradients are collected. Arrows and lines follow the
 * computation, from leaves to outputs; backward goes the other way. What it shows is how the graph
 * was when it was made, and it keeps neither the graph nor what that saved.
 */
public final class AutogradGraph {
  /** So many nodes are drawn: more than anybody can look at. DOT and text have no limit. */
  static final int MAX_DRAWN = 400;

  private final RecordedGraph graph;
  private final List<String> outputs;

  /** What stands in the box of each node. */
  private final List<List<String>> labels;

  private final boolean saved;

  private AutogradGraph(
      RecordedGraph graph, List<String> outputs, List<List<String>> labels, boolean saved) {
    this.graph = graph;
    this.outputs = outputs;
    this.labels = labels;
    this.saved = saved;
  }

  static AutogradGraph of(List<Tensor> outputs, Map<String, Tensor> names) {
    if (outputs.isEmpty()) {
      throw new AutogradException("graph: no tensor was given; pass the one to look behind");
    }
    List<Variable> variables = new ArrayList<>();
    List<String> shapes = new ArrayList<>();
    for (Tensor output : outputs) {
      if (!output.requiresGrad()) {
        throw new AutogradException(
            "graph: the tensor of shape "
                + output.shape()
                + " does not require gradients, so nothing was recorded for it; call requiresGrad(true) on a leaf"
                + " before computing with it");
      }
      variables.add(output.variable());
      shapes.add(type(output.dtype(), output.shape()));
    }
    IdentityHashMap<Variable, String> given = new IdentityHashMap<>();
    names.forEach((name, tensor) -> given.putIfAbsent(tensor.variable(), name));
    RecordedGraph graph = RecordedGraph.of(variables);
    // Labels are made now: leaves are not kept, and may change or be closed.
    List<List<String>> labels = new ArrayList<>();
    for (Recorded node : graph.nodes()) {
      labels.add(label(node, given));
    }
    return new AutogradGraph(withoutLeaves(graph), shapes, labels, false);
  }

  private static RecordedGraph withoutLeaves(RecordedGraph graph) {
    List<Recorded> nodes = new ArrayList<>();
    for (Recorded node : graph.nodes()) {
      nodes.add(new Recorded(node.name(), null, node.inputs(), node.saved()));
    }
    return new RecordedGraph(nodes, graph.outputs());
  }

  private static List<String> label(Recorded node, IdentityHashMap<Variable, String> names) {
    Variable leaf = node.leaf();
    if (leaf == null) {
      return List.of(node.name());
    }
    String type =
        leaf.storage().isClosed() ? leaf.shape() + ", closed" : type(leaf.dtype(), leaf.shape());
    String name = names.get(leaf);
    return name == null ? List.of(node.name(), type) : List.of(node.name(), name, type);
  }

  private static String type(DType dtype, Shape shape) {
    return dtype + " " + shape;
  }

  /** The same graph, with what each operation keeps for backward. */
  public AutogradGraph withSaved() {
    return new AutogradGraph(graph, outputs, labels, true);
  }

  /** The number of nodes: operations and leaves. */
  public int size() {
    return graph.nodes().size();
  }

  /**
   * A line for each node, inputs before what is made of them, with the numbers of its inputs
   * ({@code -} where an input needs no gradient):
   *
   * <pre>
   * 1  AccumulateGrad  w  float32 [3]
   * 2  MulBackward0    from 1, -
   * 3  SumBackward0    from 2
   * output float32 [] from 3
   * </pre>
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    int widest = 0;
    for (Recorded node : graph.nodes()) {
      widest = Math.max(widest, node.name().length());
    }
    int digits = Integer.toString(size()).length();
    for (int i = 0; i < size(); i++) {
      Recorded node = graph.nodes().get(i);
      String number = Integer.toString(i + 1);
      List<String> label = labels.get(i);
      text.append(number).append(" ".repeat(digits - number.length() + 2)).append(node.name());
      text.append(" ".repeat(widest - node.name().length() + 2));
      if (label.size() > 1) {
        text.append(String.join("  ", label.subList(1, label.size())));
      } else {
        List<String> from = new ArrayList<>();
        node.inputs().forEach(n -> from.add(n < 0 ? "-" : Integer.toString(n + 1)));
        text.append("from ").append(String.join(", ", from));
      }
      if (saved && !node.saved().isEmpty()) {
        List<String> kept = new ArrayList<>();
        node.saved().forEach(k -> kept.add(text(k)));
        text.append("; saved ").append(String.join(", ", kept));
      }
      text.append('\n');
    }
    for (int i = 0; i < outputs.size(); i++) {
      text.append(i == 0 ? "" : "\n").append("output ").append(outputs.get(i));
      text.append(" from ").append(graph.outputs().get(i) + 1);
    }
    return text.toString();
  }

  private static String text(Kept kept) {
    return (kept.isOutput() ? "result " : "input ") + type(kept.dtype(), kept.shape());
  }

  /** The graph in the DOT language of Graphviz, for {@code dot -Tsvg}. */
  public String toDot() {
    BitSet all = new BitSet();
    all.set(0, size());
    return diagram(all).toDot();
  }

  /**
   * The graph as an SVG document. Of graphs of more than {@value #MAX_DRAWN} nodes it shows those
   * next to the outputs, and says how many it leaves out.
   */
  public String toSvg() {
    return diagram(nearest()).toSvg();
  }

  /** The nodes to be drawn: those that the fewest arrows lead from to an output. */
  private BitSet nearest() {
    BitSet chosen = new BitSet();
    BitSet seen = new BitSet();
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    for (int output : graph.outputs()) {
      if (!seen.get(output)) {
        seen.set(output);
        queue.add(output);
      }
    }
    while (!queue.isEmpty() && chosen.cardinality() < MAX_DRAWN) {
      int node = queue.remove();
      chosen.set(node);
      for (int input : graph.nodes().get(node).inputs()) {
        if (input >= 0 && !seen.get(input)) {
          seen.set(input);
          queue.add(input);
        }
      }
    }
    return chosen;
  }

  private Diagram diagram(BitSet shown) {
    Diagram diagram = new Diagram();
    int missing = size() - shown.cardinality();
    int rest = missing == 0 ? -1 : diagram.addNode(Look.NOTE, "… " + missing + " more");
    Map<Integer, Integer> boxes = new HashMap<>();
    shown.stream()
        .forEach(
            i -> {
              Recorded node = graph.nodes().get(i);
              List<String> label = labels.get(i);
              Look look = label.size() > 1 ? Look.LEAF : Look.OPERATION;
              int box = diagram.addNode(look, label.toArray(new String[0]));
              boxes.put(i, box);
              for (int input : node.inputs()) {
                if (input >= 0) {
                  diagram.addEdge(boxes.getOrDefault(input, rest), box);
                }
              }
              for (Kept kept : saved ? node.saved() : List.<Kept>of()) {
                diagram.addEdge(
                    diagram.addNode(
                        Look.NOTE,
                        kept.isOutput() ? "saved result" : "saved input",
                        type(kept.dtype(), kept.shape())),
                    box);
              }
            });
    for (int i = 0; i < outputs.size(); i++) {
      int box = diagram.addNode(Look.RESULT, outputs.get(i));
      diagram.addEdge(boxes.getOrDefault(graph.outputs().get(i), rest), box);
    }
    return diagram;
  }
}
