package dev.clgrad.op;

import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/**
 * einsum: sums of products of operands with labelled dimensions. Operands are multiplied in pairs,
 * the pair first that leaves least in memory; a pair is a (batched) matrix product where something
 * is summed, else an elementwise one.
 */
public final class Einsum extends CompositeOp {
  private static final Einsum OP = new Einsum();

  private Einsum() {
    super("einsum");
  }

  /**
   * The sum of products that an equation says.
   *
   * @throws ShapeException if the equation is malformed or does not fit the operands
   * @throws DTypeException if the dtypes differ, or products of bool are to be summed
   */
  public static Variable of(String equation, List<Variable> operands) {
    if (operands.isEmpty()) {
      throw new ShapeException("einsum: no operand is given; expected at least one");
    }
    EinsumEquation parsed = EinsumEquation.parse(equation, operands);
    checkTypes(equation, operands);
    Map<Integer, Long> sizes = sizes(equation, parsed, operands);
    List<Contraction> factors = new ArrayList<>();
    for (int i = 0; i < operands.size(); i++) {
      factors.add(distinct(operands.get(i), parsed.operands().get(i), sizes));
    }
    int[] output = parsed.output();
    while (factors.size() > 1) {
      multiplyBest(factors, output);
    }
    Contraction result = factors.get(0).summed(l -> contains(output, l));
    return result.ordered(output).x();
  }

  private static void checkTypes(String equation, List<Variable> operands) {
    for (Variable operand : operands) {
      if (operand.dtype() != operands.get(0).dtype()) {
        throw new DTypeException(
            "einsum: equation \""
                + equation
                + "\" with operands of "
                + operands.get(0).dtype()
                + " and "
                + operand.dtype()
                + ": the dtypes must be equal; convert with to(DType)");
      }
    }
  }

  /** The size of each label: that of all its dimensions, but those of size 1 repeat. */
  private static Map<Integer, Long> sizes(
      String equation, EinsumEquation parsed, List<Variable> operands) {
    Map<Integer, Long> sizes = new HashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      int[] labels = parsed.operands().get(i);
      for (int d = 0; d < labels.length; d++) {
        long size = operands.get(i).shape().size(d);
        long known = sizes.getOrDefault(labels[d], 1L);
        if (known != 1 && size != 1 && known != size) {
          throw EinsumEquation.error(
              equation,
              operands,
              EinsumEquation.name(labels[d])
                  + " has sizes "
                  + known
                  + " and "
                  + size
                  + "; they must be equal, or one of them 1");
        }
        sizes.put(labels[d], known == 1 ? size : known);
      }
    }
    return sizes;
  }

  /** A view with each label once: diagonals of repeated ones, and none that is only repeated. */
  private static Contraction distinct(Variable x, int[] labels, Map<Integer, Long> sizes) {
    Variable view = x;
    List<Integer> left = new ArrayList<>();
    for (int d = 0; d < labels.length; d++) {
      int at = left.size();
      int label = labels[d];
      if (view.shape().size(at) == 1 && sizes.getOrDefault(label, 1L) != 1) {
        view = Squeeze.of(view, at);
      } else if (left.contains(label)) {
        view = Diagonal.of(view, left.indexOf(label), at);
      } else {
        left.add(label);
      }
    }
    return new Contraction(view, left.stream().mapToInt(l -> l).toArray());
  }

  /** Multiplies the two factors whose product adds least to what is in memory. */
  private static void multiplyBest(List<Contraction> factors, int[] output) {
    int first = 0;
    int second = 1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < factors.size(); i++) {
      for (int j = i + 1; j < factors.size(); j++) {
        Contraction a = factors.get(i);
        Contraction b = factors.get(j);
        double cost =
            (double) a.resultSize(b, wanted(factors, i, j, output))
                - a.numel(a.labels())
                - b.numel(b.labels());
        if (cost < least) {
          least = cost;
          first = i;
          second = j;
        }
      }
    }
    IntPredicate wanted = wanted(factors, first, second, output);
    Contraction b = factors.remove(second);
    Contraction a = factors.remove(first);
    factors.add(first, a.times(OP.name(), b, wanted));
  }

  /** Whether the result or a factor other than these two has a label. */
  private static IntPredicate wanted(
      List<Contraction> factors, int first, int second, int[] output) {
    List<Contraction> others = new ArrayList<>(factors);
    others.remove(second);
    others.remove(first);
    return l -> contains(output, l) || others.stream().anyMatch(f -> f.has(l));
  }

  private static boolean contains(int[] labels, int label) {
    return Arrays.stream(labels).anyMatch(l -> l == label);
  }

  /** The view where two dimensions have the same index; the second disappears. */
  private static final class Diagonal extends ViewOp {
    private static final Diagonal VIEW = new Diagonal();

    private Diagonal() {
      super("diagonal");
    }

    static Variable of(Variable x, int first, int second) {
      Layout layout = x.layout();
      long[] sizes = new long[x.rank() - 1];
      long[] strides = new long[sizes.length];
      for (int d = 0; d < sizes.length; d++) {
        int from = d < second ? d : d + 1;
        sizes[d] = layout.size(from);
        strides[d] = layout.stride(from);
      }
      strides[first] += layout.stride(second);
      Shape shape = x.shape();
      UnaryOperator<Variable> part = v -> of(v, first, second);
      return VIEW.view(
          x,
          Layout.of(Shape.of(sizes), strides, layout.offset()),
          dy -> Embed.of(dy, shape, "DiagonalBackward0Backward", part));
    }
  }
}
