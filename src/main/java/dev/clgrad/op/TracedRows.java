package dev.clgrad.op;

import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Storage;
import dev.clgrad.schedule.Trace;
import dev.clgrad.schedule.Value;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;

/**
 * How an operation that works on any number of lines, or of matrices, computes several rows of a
 * trace in one launch: with as many times more of them.
 */
final class TracedRows {
  private TracedRows() {}

  /** Computes rows of an operation, given its inputs and outputs with a dimension for the rows. */
  @FunctionalInterface
  interface Rule {
    void add(long rows, List<Variable> inputs, List<Variable> outputs);
  }

  /** As {@link Trace#defers}, for a rule that needs contiguous inputs. */
  static boolean defers(String op, List<Variable> inputs, List<Variable> outputs, Rule rule) {
    return defers(op, inputs, outputs, true, rule);
  }

  /** As {@link Trace#defers}, for a rule that reads inputs of any layout. */
  static boolean defersViews(String op, List<Variable> inputs, List<Variable> outputs, Rule rule) {
    return defers(op, inputs, outputs, false, rule);
  }

  private static boolean defers(
      String op, List<Variable> inputs, List<Variable> outputs, boolean contiguous, Rule rule) {
    if (!Trace.isActive()) {
      return false;
    }
    return Trace.defers(
        op,
        values(inputs),
        values(outputs),
        (ins, outs) -> {
          // What is pending holds what it reads and writes.
          try (Scope temporary = Scope.open(op)) {
            rule.add(
                outs.get(0).shape().size(0), variables(ins, contiguous), variables(outs, false));
          }
        });
  }

  private static List<Value> values(List<Variable> variables) {
    return variables.stream().map(Variable::value).toList();
  }

  private static List<Variable> variables(List<Value> values, boolean contiguous) {
    List<Variable> variables = new ArrayList<>();
    for (Value value : values) {
      Variable variable = new Variable(Storage.of(value.content()), value.layout());
      variables.add(contiguous && !value.layout().isContiguous() ? Cast.copy(variable) : variable);
    }
    return variables;
  }
}
