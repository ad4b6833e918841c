package dev.clgrad.tape;

import dev.clgrad.schedule.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a variable looks at the memory of another, its base, which is no view itself: through one
 * view after another.
 *
 * <p>A recorded in-place operation is a function like any other, and what it changed gets the node
 * of the function's result. Views of that get another node when they are next asked for it: that of
 * a view of the new result.
 *
 * @param base what is looked at
 * @param gradients the gradient of each view, from the base on
 * @param isRecorded whether operations were recorded when the views were made
 */
public record ViewOf(Variable base, List<UnaryOperator<Variable>> gradients, boolean isRecorded) {

  static ViewOf of(Variable other, UnaryOperator<Variable> gradient) {
    ViewOf outer = other.view();
    if (outer == null) {
      return new ViewOf(other, List.of(gradient), GradMode.isEnabled());
    }
    List<UnaryOperator<Variable>> gradients = new ArrayList<>(outer.gradients);
    gradients.add(gradient);
    return new ViewOf(outer.base, gradients, outer.isRecorded && GradMode.isEnabled());
  }

  /**
   * The gradient of the base from that of the view: zeros where the view does not look. Without the
   * base, so that a node may hold it.
   */
  public UnaryOperator<Variable> gradient() {
    List<UnaryOperator<Variable>> all = gradients;
    return dy -> gradient(all, dy);
  }

  private static Variable gradient(List<UnaryOperator<Variable>> gradients, Variable dy) {
    Variable d = dy;
    for (int i = gradients.size() - 1; i >= 0; i--) {
      d = gradients.get(i).apply(d);
    }
    return d;
  }

  /** The node of the view as its base is now. */
  Node record(Variable view) {
    UnaryOperator<Variable> gradient = gradient();
    return Node.of(
        "AsStridedBackward0",
        List.of(base),
        List.of(view),
        c -> new @Nullable Variable[] {gradient.apply(c.dy())});
  }

  /**
   * Where the elements of the view lie in a contiguous copy of the base; null if that is unknown.
   */
  public static @Nullable Layout within(Variable base, Variable view) {
    Layout layout = base.layout();
    return layout.isContiguous() && layout.offset() == 0 ? view.layout() : null;
  }
}
