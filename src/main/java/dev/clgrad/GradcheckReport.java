package dev.clgrad;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@link Gradcheck} found: nothing, or where a gradient is not the derivative. As text:
 *
 * <pre>
 * gradcheck failed
 * output 0 [3], input 0 [3]: 3 of 9 derivatives differ by more than 1.0e-05 + 1.0e-03 |numerical|; the largest differences:
 *   output  input      analytic     numerical  abs. error  rel. error
 *   [2]     [2]       9.0000000     6.0000000     3.0e+00     5.0e-01
 *   [1]     [1]       4.0000000     ...
 * hint: …
 * </pre>
 */
public final class GradcheckReport {
  /**
   * One derivative.
   *
   * @param input which input
   * @param inputElement the element of it that moves, an index for each dimension
   * @param output which output
   * @param outputElement the element of it that follows
   * @param analytic the derivative that backward computes
   * @param numerical the difference of values
   */
  public record Difference(
      int input,
      List<Long> inputElement,
      int output,
      List<Long> outputElement,
      double analytic,
      double numerical) {
    /** How far the two are apart; NaN where one of them is no number. */
    public double absoluteError() {
      return Math.abs(analytic - numerical);
    }

    /** How far the two are apart, as a part of the numerical one. */
    public double relativeError() {
      return absoluteError() / Math.abs(numerical);
    }
  }

  /**
   * The derivatives of an output with respect to an input, where some differ.
   *
   * @param input which input
   * @param inputShape its shape
   * @param output which output
   * @param outputShape its shape
   * @param differing how many derivatives differ by more than the tolerance
   * @param elements how many there are
   * @param largest those that differ most, at most {@value #SHOWN}, the largest first
   */
  public record Mismatch(
      int input,
      Shape inputShape,
      int output,
      Shape outputShape,
      long differing,
      long elements,
      List<Difference> largest) {}

  /** So many differences of a mismatch are kept. */
  static final int SHOWN = 6;

  private final GradcheckNames names;
  private final GradcheckOptions options;
  private final List<Mismatch> mismatches;
  private final List<String> problems;
  private final List<String> hints;

  GradcheckReport(
      GradcheckNames names,
      GradcheckOptions options,
      List<Mismatch> mismatches,
      List<String> problems,
      List<String> hints) {
    this.names = names;
    this.options = options;
    this.mismatches = List.copyOf(mismatches);
    this.problems = List.copyOf(problems);
    this.hints = List.copyOf(hints);
  }

  /** Whether every derivative agrees and nothing else is wrong. */
  public boolean passed() {
    return mismatches.isEmpty() && problems.isEmpty();
  }

  /**
   * The pairs of an output and an input where derivatives differ. Of {@code gradgradcheck}, the
   * inputs are those of the function and then the upstream gradients of its outputs, and the
   * outputs are the gradients of the inputs.
   */
  public List<Mismatch> mismatches() {
    return mismatches;
  }

  /** What else is wrong, a sentence each: two backward passes that differ, a gradient's dtype. */
  public List<String> problems() {
    return problems;
  }

  /** What may be the reason, a sentence each. */
  public List<String> hints() {
    return hints;
  }

  /** Throws if the check has not passed. */
  void require() {
    if (!passed()) {
      throw new GradcheckException(toString());
    }
  }

  @Override
  public String toString() {
    if (passed()) {
      return names.check() + " passed";
    }
    StringBuilder text = new StringBuilder(names.check()).append(" failed");
    problems.forEach(problem -> text.append('\n').append(problem));
    for (Mismatch m : mismatches) {
      text.append('\n').append(names.output(m.output())).append(' ').append(m.outputShape());
      text.append(", ").append(names.input(m.input())).append(' ').append(m.inputShape());
      text.append(
          String.format(
              Locale.ROOT,
              ": %d of %d derivatives differ by more than %.1e + %.1e |numerical|; the largest differences:",
              m.differing(),
              m.elements(),
              options.atol(),
              options.rtol()));
      table(text, m.largest());
    }
    hints.forEach(hint -> text.append("\nhint: ").append(hint));
    return text.toString();
  }

  private static void table(StringBuilder text, List<Difference> rows) {
    List<String[]> cells = new ArrayList<>();
    cells.add(
        new String[] {"output", "input", "analytic", "numerical", "abs. error", "rel. error"});
    for (Difference d : rows) {
      cells.add(
          new String[] {
            d.outputElement().toString(),
            d.inputElement().toString(),
            String.format(Locale.ROOT, "%.8g", d.analytic()),
            String.format(Locale.ROOT, "%.8g", d.numerical()),
            String.format(Locale.ROOT, "%.1e", d.absoluteError()),
            String.format(Locale.ROOT, "%.1e", d.relativeError())
          });
    }
    int[] widths = new int[6];
    for (String[] row : cells) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    for (String[] row : cells) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String gap = " ".repeat(widths[i] - row[i].length());
        // Places stand to the left, numbers to the right.
        line.append("  ").append(i < 2 ? row[i] + gap : gap + row[i]);
      }
      text.append('\n').append(line.toString().stripTrailing());
    }
  }
}
