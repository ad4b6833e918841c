package dev.clgrad;

import dev.clgrad.diagram.Diagram;
import dev.clgrad.diagram.Diagram.Look;
import dev.clgrad.schedule.Content;
import dev.clgrad.schedule.LaunchDescription;
import dev.clgrad.schedule.LaunchDescription.Fate;
import dev.clgrad.schedule.LaunchDescription.Operand;
import dev.clgrad.schedule.LaunchDescription.Step;
import dev.clgrad.schedule.LaunchReport;
import dev.clgrad.schedule.LaunchReport.State;
import dev.clgrad.schedule.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The launches that would compute a tensor's elements, as {@link Tensor#explain()} found them: as
 * text, as data, and as a picture in which each launch is a group around what it computes. It keeps
 * no memory of the tensor's.
 *
 * <p>Launches are those planned for what was pending at that moment; what is recorded later is
 * planned together with it, and may change them. A write in place to a part of a tensor takes one
 * launch more, a copy, where somebody else still needs the elements from before.
 */
public final class Explanation {
  private final String device;
  private final String value;
  private final LaunchReport report;

  private Explanation(String device, String value, LaunchReport report) {
    this.device = device;
    this.value = value;
    this.report = report;
  }

  static Explanation of(Tensor tensor, Map<String, Tensor> names) {
    Map<String, Content> contents = new LinkedHashMap<>();
    names.forEach(
        (name, named) -> {
          Storage storage = named.variable().storage();
          if (!storage.isClosed()) {
            contents.put(name, storage.content());
          }
        });
    return new Explanation(
        tensor.device().name(),
        "tensor(" + tensor.dtype() + ", " + tensor.shape() + ")",
        tensor.variable().scheduler().explain(tensor.variable().value(), contents));
  }

  /** The launches in order; none if the elements are in memory. */
  public List<LaunchDescription> launches() {
    return report.launches();
  }

  /** Whether the elements are in memory, so that nothing has to be launched to read them. */
  public boolean isInMemory() {
    return report.state() == State.IN_MEMORY;
  }

  /**
   * The launches as text, a few lines each:
   *
   * <pre>
   * 1 launch computes tensor(float32, [2, 3]) on cpu
   * 1  matmul+add+relu  kernel matmul_small, result over [2, 3]
   *    reads   m1 float32 [2, 4], m2 float32 [4, 3], m3 float32 [3]
   *    writes  v1 float32 [2, 3] by relu
   *    within  matmul, add
   *    bytes   92 read, 24 written
   * </pre>
   *
   * <p>{@code m1} and so on are in memory, {@code v1} and so on are made by launches; what is
   * computed within a launch is never stored.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(headline());
    for (LaunchDescription launch : launches()) {
      text.append('\n').append(text(launch));
    }
    if (report.others() > 0) {
      text.append("\n(").append(count(report.others(), "other launch", "other launches"));
      text.append(report.others() == 1 ? " is" : " are").append(" pending)");
    }
    return text.toString();
  }

  private String headline() {
    if (isInMemory()) {
      return value + " is in memory on " + device + "; nothing is pending for it";
    }
    int count = launches().size();
    String compute =
        count(count, "launch computes ", "launches compute ") + value + " on " + device;
    return report.state() == State.PENDING
        ? compute
        : compute + "; it is not stored where others use it: launch " + count + " is for it alone";
  }

  private static String count(int count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  private static String text(LaunchDescription launch) {
    String number = Integer.toString(launch.number());
    String indent = "\n" + " ".repeat(Math.max(3, number.length() + 1));
    StringBuilder text = new StringBuilder(number);
    text.append(" ".repeat(indent.length() - 1 - number.length()));
    text.append(launch.name()).append("  ").append(kind(launch));
    line(text, indent + "reads   ", launch.reads());
    List<String> writes = new ArrayList<>();
    for (int w = 0; w < launch.writes().size(); w++) {
      int write = w;
      launch.steps().stream()
          .filter(step -> step.writes().contains(write))
          .forEach(step -> writes.add(launch.writes().get(write) + " by " + step.op()));
    }
    line(text, indent + "writes  ", writes);
    Set<String> within = new LinkedHashSet<>();
    for (Step step : launch.steps()) {
      if (step.fate() == Fate.COMPUTED_WITHIN) {
        within.add(step.op());
      }
    }
    line(text, indent + "within  ", within);
    text.append(indent).append("bytes   ");
    text.append(
        String.format(
            Locale.ROOT, "%,d read, %,d written", launch.bytesRead(), launch.bytesWritten()));
    return text.toString();
  }

  private static void line(StringBuilder text, String title, Iterable<?> parts) {
    List<String> texts = new ArrayList<>();
    parts.forEach(p -> texts.add(p.toString()));
    if (!texts.isEmpty()) {
      text.append(title).append(String.join(", ", texts));
    }
  }

  /** Such as {@code pointwise over [2, 3]} or {@code kernel sum, with others over [2, 3]}. */
  private static String kind(LaunchDescription launch) {
    String spaces =
        launch.spaces().stream().map(Shape::toString).distinct().collect(Collectors.joining(", "));
    if (launch.kernel() == null) {
      return "pointwise over " + spaces;
    }
    return "kernel " + launch.kernel() + (spaces.isEmpty() ? "" : ", pointwise over " + spaces);
  }

  /**
   * The launches as a graph in the DOT language of Graphviz, for {@code dot -Tsvg}: what is in
   * memory, what each launch computes in a box of its own, and what it stores.
   */
  public String toDot() {
    return diagram().toDot();
  }

  /** The same picture as an SVG document. */
  public String toSvg() {
    return diagram().toSvg();
  }

  private Diagram diagram() {
    Diagram diagram = new Diagram();
    Map<String, Integer> stored = new HashMap<>();
    if (isInMemory()) {
      diagram.addNode(Look.RESULT, report.name(), value, "in memory");
    }
    for (LaunchDescription launch : launches()) {
      int group = diagram.addGroup(launch.number() + "  " + kind(launch));
      List<Integer> steps = new ArrayList<>();
      for (Step step : launch.steps()) {
        steps.add(diagram.addNode(group, Look.OPERATION, step.op()));
      }
      for (int i = 0; i < steps.size(); i++) {
        int node = steps.get(i);
        Step step = launch.steps().get(i);
        for (int read : step.reads()) {
          Operand operand = launch.reads().get(read);
          diagram.addEdge(stored.computeIfAbsent(operand.name(), n -> add(diagram, operand)), node);
        }
        step.steps().forEach(from -> diagram.addEdge(steps.get(from), node));
      }
      for (int i = 0; i < steps.size(); i++) {
        for (int write : launch.steps().get(i).writes()) {
          Operand operand = launch.writes().get(write);
          int made = add(diagram, operand);
          diagram.addEdge(steps.get(i), made);
          String replaces = operand.replaces();
          if (replaces != null && stored.containsKey(replaces)) {
            diagram.addEdge(stored.get(replaces), made);
          }
          stored.put(operand.name(), made);
        }
      }
    }
    return diagram;
  }

  private int add(Diagram diagram, Operand operand) {
    Look look =
        operand.name().equals(report.name())
            ? Look.RESULT
            : operand.launch() > 0 ? Look.VALUE : Look.LEAF;
    String replaces = operand.replaces();
    String type = operand.dtype() + " " + operand.shape();
    return replaces == null
        ? diagram.addNode(look, operand.name(), type)
        : diagram.addNode(look, operand.name(), type, "in place of " + replaces);
  }
}
