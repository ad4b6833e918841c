package dev.clgrad.schedule;

import dev.clgrad.DType;
import dev.clgrad.backend.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Pointwise tasks over one index space that become one kernel: the values read from memory, the
 * instructions in order and the values written. An operand that an earlier instruction made is
 * taken from it, not from memory.
 *
 * @param op the operations' names, for errors and counters
 * @param inputs what is read, each once
 * @param instructions what is computed, in order
 * @param outputs what is written
 * @param space the index space and how each input and output moves through it
 */
record Group(
    String op,
    List<Value> inputs,
    List<Instruction> instructions,
    List<Output> outputs,
    IndexSpace space) {

  /**
   * One function applied.
   *
   * @param operands for each input of the function: an index into the group's inputs, or {@code -1
   *     - i} for the result of instruction i
   */
  record Instruction(
      PointwiseFunction function, DType dtype, List<Integer> operands, List<Number> scalars) {
    DType resultType() {
      return function.result() == PointwiseFunction.Kind.MASK ? DType.BOOL : dtype;
    }
  }

  /** A value written and the instruction that makes it. */
  record Output(Value value, int instruction) {}

  static Group of(List<PointwiseTask> tasks) {
    List<Value> inputs = new ArrayList<>();
    List<Instruction> instructions = new ArrayList<>();
    List<Output> outputs = new ArrayList<>();
    StringBuilder op = new StringBuilder();
    for (PointwiseTask task : tasks) {
      List<Integer> operands = new ArrayList<>();
      for (Value input : task.inputs()) {
        operands.add(operand(input, inputs, outputs));
      }
      op.append(op.length() == 0 ? "" : "+").append(task.op());
      outputs.add(new Output(task.output(), instructions.size()));
      instructions.add(
          new Instruction(task.function(), task.dtype(), List.copyOf(operands), task.scalars()));
    }
    List<Layout> layouts = new ArrayList<>();
    inputs.forEach(v -> layouts.add(v.layout()));
    outputs.forEach(o -> layouts.add(o.value().layout()));
    return new Group(op.toString(), inputs, instructions, outputs, IndexSpace.of(layouts));
  }

  private static int operand(Value value, List<Value> inputs, List<Output> outputs) {
    // The last one that wrote it.
    for (int i = outputs.size() - 1; i >= 0; i--) {
      if (outputs.get(i).value().equals(value)) {
        return -1 - outputs.get(i).instruction();
      }
    }
    int known = inputs.indexOf(value);
    if (known < 0) {
      known = inputs.size();
      inputs.add(value);
    }
    return known;
  }

  /**
   * Whether an output lies in a buffer that is also read: then the kernel must not promise {@code
   * restrict}.
   */
  boolean writesWhatItReads() {
    for (Output output : outputs) {
      Buffer written = output.value().content().buffer();
      for (Value input : inputs) {
        if (input.content().buffer() == written) {
          return true;
        }
      }
    }
    return false;
  }

  /** The operand layouts' position of output {@code i}. */
  int outputOperand(int i) {
    return inputs.size() + i;
  }
}
