package dev.clgrad.op;

import dev.clgrad.ShapeException;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An equation of einsum, read against its operands. Labels are numbers: a letter is its character,
 * and the dimensions an ellipsis stands for are -1, -2, … from the right.
 *
 * @param operands the label of each dimension of each operand
 * @param output the label of each dimension of the result
 */
record EinsumEquation(List<int[]> operands, int[] output) {
  private static final String ELLIPSIS = "...";

  /**
   * Reads an equation.
   *
   * @throws ShapeException if it is malformed or does not fit the operands
   */
  static EinsumEquation parse(String equation, List<Variable> operands) {
    String text = equation.replace(" ", "");
    int arrow = text.indexOf("->");
    String left = arrow < 0 ? text : text.substring(0, arrow);
    String[] terms = left.split(",", -1);
    if (terms.length != operands.size()) {
      throw error(
          equation,
          operands,
          "it names " + terms.length + " operands and " + operands.size() + " are given");
    }
    List<int[]> labels = new ArrayList<>();
    int ellipsis = 0;
    for (int i = 0; i < terms.length; i++) {
      int[] term = term(equation, terms[i], operands, i);
      labels.add(term);
      ellipsis = Math.max(ellipsis, (int) Arrays.stream(term).filter(l -> l < 0).count());
    }
    int[] output =
        arrow < 0
            ? implicit(labels, ellipsis)
            : explicit(equation, text.substring(arrow + 2), operands, labels, ellipsis);
    return new EinsumEquation(labels, output);
  }

  private static int[] term(String equation, String term, List<Variable> operands, int operand) {
    int rank = operands.get(operand).rank();
    int dots = term.indexOf(ELLIPSIS);
    String letters = dots < 0 ? term : term.substring(0, dots) + term.substring(dots + 3);
    checkLetters(equation, letters, operands);
    int hidden = rank - letters.length();
    if (hidden < 0 || (dots < 0 && hidden > 0)) {
      throw error(
          equation,
          operands,
          "\""
              + term
              + "\" labels "
              + letters.length()
              + " dimensions and operand "
              + operand
              + " has "
              + rank
              + (dots < 0 ? "; label each once, or write an ellipsis" : ""));
    }
    int[] labels = new int[rank];
    int before = dots < 0 ? rank : dots;
    for (int d = 0; d < rank; d++) {
      if (d < before) {
        labels[d] = letters.charAt(d);
      } else {
        labels[d] = d < before + hidden ? d - before - hidden : letters.charAt(d - hidden);
      }
    }
    return labels;
  }

  private static void checkLetters(String equation, String letters, List<Variable> operands) {
    for (int i = 0; i < letters.length(); i++) {
      char c = letters.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z')) {
        throw error(
            equation,
            operands,
            "'" + c + "' is no label; labels are letters, and one ellipsis a term is \"...\"");
      }
    }
  }

  /** The ellipsis' dimensions, then the labels that occur once, in the order of the alphabet. */
  private static int[] implicit(List<int[]> labels, int ellipsis) {
    int[] counts = new int[128];
    labels.forEach(term -> Arrays.stream(term).filter(l -> l >= 0).forEach(l -> counts[l]++));
    List<Integer> output = new ArrayList<>();
    for (int d = -ellipsis; d < 0; d++) {
      output.add(d);
    }
    for (int label = 0; label < counts.length; label++) {
      if (counts[label] == 1) {
        output.add(label);
      }
    }
    return output.stream().mapToInt(l -> l).toArray();
  }

  private static int[] explicit(
      String equation, String term, List<Variable> operands, List<int[]> labels, int ellipsis) {
    int dots = term.indexOf(ELLIPSIS);
    String letters = dots < 0 ? term : term.substring(0, dots) + term.substring(dots + 3);
    checkLetters(equation, letters, operands);
    List<Integer> output = new ArrayList<>();
    for (int i = 0; i <= letters.length(); i++) {
      if (i == dots) {
        for (int d = -ellipsis; d < 0; d++) {
          output.add(d);
        }
      }
      if (i < letters.length()) {
        int label = letters.charAt(i);
        if (output.contains(label)) {
          throw error(equation, operands, "label " + letters.charAt(i) + " is twice in the result");
        }
        if (labels.stream().noneMatch(t -> Arrays.stream(t).anyMatch(l -> l == label))) {
          throw error(
              equation, operands, "label " + letters.charAt(i) + " of the result is in no operand");
        }
        output.add(label);
      }
    }
    return output.stream().mapToInt(l -> l).toArray();
  }

  /** An error that names the equation and the operands' shapes. */
  static ShapeException error(String equation, List<Variable> operands, String what) {
    return new ShapeException(
        "einsum: equation \""
            + equation
            + "\" with shapes "
            + operands.stream().map(Variable::shape).toList()
            + ": "
            + what);
  }

  /** A label as users write it. */
  static String name(int label) {
    return label < 0 ? "dimension " + label + " of the ellipsis" : "label " + (char) label;
  }
}
