package dev.clgrad.op;

import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An operation that only looks at the same memory in another way. */
public abstract class ViewOp extends Op {
  /** A view operation of this name. */
  protected ViewOp(String name) {
    super(name);
  }

  @Override
  public final @Nullable String kernelFile() {
    return null;
  }

  /**
   * Records another look at x.
   *
   * @param layout where the elements lie in the memory of x
   * @param gradient dx from dy, in differentiable operations; it must not hold on to x
   */
  final Variable view(Variable x, Layout layout, UnaryOperator<Variable> gradient) {
    return view(nodeName(), x, layout, gradient);
  }

  /** The same, by the name of a node. */
  static Variable view(
      String nodeName, Variable x, Layout layout, UnaryOperator<Variable> gradient) {
    Variable y = new Variable(x.storage(), layout);
    y.lookAt(x, gradient);
    Node.record(
        nodeName,
        List.of(x),
        List.of(y),
        List.of(),
        c -> new @Nullable Variable[] {gradient.apply(c.dy())});
    return y;
  }
}
