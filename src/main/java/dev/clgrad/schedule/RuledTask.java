package dev.clgrad.schedule;

import java.util.List;
import java.util.function.UnaryOperator;

/** What an operation computes, in a trace: a rule adds the tasks of it. It never runs itself. */
final class RuledTask extends Task {
  private final Trace.Rule rule;

  RuledTask(String op, List<Value> inputs, List<Value> outputs, Trace.Rule rule) {
    super(op, inputs, outputs);
    this.rule = rule;
  }

  Trace.Rule rule() {
    return rule;
  }

  @Override
  Task rebuilt(UnaryOperator<Value> replace) {
    List<Value> in = inputs().stream().map(replace).toList();
    return new RuledTask(op(), in, outputs().stream().map(replace).toList(), rule);
  }

  @Override
  List<Object> scalarArguments() {
    return List.of();
  }

  @Override
  void describe(Key key) {
    throw new IllegalStateException(op() + ": what was traced is not planned");
  }
}
