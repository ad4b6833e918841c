package dev.clgrad.tape;

import dev.clgrad.AutogradException;
import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.schedule.Layout;
import dev.clgrad.schedule.Recording;
import dev.clgrad.schedule.Scheduler;
import dev.clgrad.schedule.Scope;
import dev.clgrad.schedule.Storage;
import dev.clgrad.schedule.Value;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a tensor is inside: a view of a storage, and its place on the tape. A variable without a
 * node is a leaf; one that requires gradients collects them in {@link #grad}.
 */
public final class Variable {
  private final Storage storage;
  private final Layout layout;
  private boolean requiresGrad;
  private final boolean inference;
  private @Nullable Node node;
  private int output;
  private boolean retainsGrad;

  /** The function that returned an input as it is, in whose graph changes would not be seen. */
  private @Nullable String aliasOf;

  private @Nullable Variable tangent;
  private @Nullable ForwardLevel tangentLevel;

  /** How it looks at another variable's memory; null for one that is no view. */
  private @Nullable ViewOf view;

  /** How often recorded in-place operations gave this, or a view of it, another node. */
  private int rebased;

  /** For a view, how often its base had been given another node when it got its own. */
  private int baseRebased;

  private @Nullable Node accumulator;
  private volatile @Nullable Variable grad;

  /** For a gradient, whether the program has seen it. */
  private volatile boolean shown;

  /** Whether a recorded step has read it. */
  private volatile boolean recorded;

  /** A leaf that requires no gradient. */
  public Variable(Storage storage, Layout layout) {
    this.storage = storage;
    this.layout = layout;
    this.inference = GradMode.isInference();
  }

  /** The memory, shared with views of it. */
  public Storage storage() {
    return storage;
  }

  /** Where the elements lie in the memory. */
  public Layout layout() {
    return layout;
  }

  /** The elements as they are now. */
  public Value value() {
    Recording recording = Recording.current();
    if (recording != null) {
      recording.reaches(storage);
      recorded = true;
    }
    return new Value(storage, layout);
  }

  /** The element type. */
  public DType dtype() {
    return storage.content().dtype();
  }

  /** The shape. */
  public Shape shape() {
    return layout.shape();
  }

  /** The number of dimensions. */
  public int rank() {
    return layout.rank();
  }

  /** The schedule of the device it lives on. */
  public Scheduler scheduler() {
    return storage.scheduler();
  }

  /** Whether gradients flow to it. */
  public boolean requiresGrad() {
    follow();
    return requiresGrad;
  }

  /** Whether a derivative is asked for with respect to it: backward or forward. */
  public boolean isDifferentiated() {
    return requiresGrad() || tangent() != null;
  }

  /** Forbids in-place operations to be recorded on this result of a function, which is an input. */
  public void keepAsItIs(String function) {
    aliasOf = function;
  }

  /** The function that forbade recorded in-place operations; null for none. */
  public @Nullable String aliasOf() {
    return aliasOf;
  }

  /** Whether forward mode is open and gave it a tangent. */
  public boolean hasTangent() {
    return tangent() != null;
  }

  /** Its tangent, while forward mode is open that gave it; null for none. */
  @Nullable Variable tangent() {
    return tangentLevel != null && tangentLevel == ForwardLevel.current() ? tangent : null;
  }

  void setTangent(@Nullable Variable tangent, ForwardLevel level) {
    this.tangent = tangent;
    this.tangentLevel = tangent == null ? null : level;
  }

  /** The same memory outside the graph, with the tangent that it has. */
  Variable detachReverse() {
    Variable detached = detach();
    detached.tangent = tangent;
    detached.tangentLevel = tangentLevel;
    return detached;
  }

  /** Whether it is a leaf: made by the user, not by a recorded operation. */
  public boolean isLeaf() {
    follow();
    return node == null;
  }

  /** The operation that made it; null for a leaf. */
  public @Nullable Node node() {
    follow();
    return node;
  }

  /** Which of its node's outputs it is. */
  public int output() {
    follow();
    return output;
  }

  /** Whether it was made in inference mode, and can never take part in a graph. */
  public boolean isInference() {
    return inference;
  }

  /** How it looks at another variable's memory; null for one that is no view. */
  public @Nullable ViewOf view() {
    return view;
  }

  /**
   * Makes this, which was just made, a view of another variable: it follows when a recorded
   * in-place operation changes that, and in-place operations on it change that.
   *
   * @param gradient the gradient of the other from this one's, in differentiable operations; it
   *     must not hold on to the other
   */
  public void lookAt(Variable other, UnaryOperator<Variable> gradient) {
    view = ViewOf.of(other, gradient);
    baseRebased = view.base().rebased;
  }

  /** Gets a node anew where a recorded in-place operation has changed what this looks at. */
  private void follow() {
    ViewOf v = view;
    if (v == null || !v.isRecorded() || v.base().rebased == baseRebased) {
      return;
    }
    synchronized (v.base()) {
      if (v.base().rebased != baseRebased) {
        if (v.base().requiresGrad()) {
          attach(v.record(this), 0);
        } else {
          node = null;
          requiresGrad = false;
        }
        baseRebased = v.base().rebased;
      }
    }
  }

  /**
   * Gives this the node of what a recorded in-place operation made of it; views of it follow.
   *
   * @param result of the same shape and dtype, recorded
   */
  public void rebase(Variable result) {
    synchronized (this) {
      attach(java.util.Objects.requireNonNull(result.node), result.output);
      rebased++;
    }
    Recording recording = Recording.current();
    if (recording != null && !recording.isMade(storage)) {
      recording.hinders("it changes in place, with gradients recorded, a tensor from outside");
    }
  }

  /**
   * Lets this, which is no leaf, have its gradient as leaves do. Nothing for a leaf.
   *
   * @throws AutogradException if it does not require gradients
   */
  public void retainGrad() {
    if (!requiresGrad()) {
      throw new AutogradException(
          "retainGrad: the tensor of shape "
              + shape()
              + " does not require gradients; call requiresGrad(true) on what it is computed from");
    }
    Node own = node();
    if (own != null && !retainsGrad) {
      Recording recording = Recording.current();
      if (recording != null) {
        recording.hinders(
            "it retains the gradient of a tensor that it makes, which a repetition would not set");
      }
      retainsGrad = true;
      own.hooks().retain(output, this);
    }
  }

  /** Whether it was asked to have its gradient though it is no leaf. */
  public boolean retainsGrad() {
    return retainsGrad;
  }

  /** A captured step that has read this runs without Java: it has to be recorded again. */
  void hooksChange() {
    if (recorded) {
      Recording.invalidate();
    }
  }

  /** The gradient accumulated so far; null if there is none. */
  public @Nullable Variable grad() {
    Recording recording = Recording.current();
    if (recording != null) {
      recording.touches(this, grad);
    }
    return grad;
  }

  /** Sets or clears the accumulated gradient. */
  public void setGrad(@Nullable Variable grad) {
    Recording recording = Recording.current();
    if (recording != null) {
      recording.touches(this, this.grad);
    }
    this.grad = grad;
  }

  /**
   * Clears the accumulated gradient, and gives its memory back: at once if the program has never
   * seen it, else at the end of the scope this thread is in, or when it is garbage.
   */
  public void dropGrad() {
    Variable dropped = grad();
    setGrad(null);
    if (dropped == null) {
      return;
    }
    if (!dropped.shown && dropped.isLeaf() && !dropped.requiresGrad) {
      dropped.storage.close();
    } else if (Recording.current() == null) {
      Scope.adopt(dropped.storage);
    }
  }

  /** Takes note that the program has a handle of this variable, which is a gradient. */
  public void show() {
    shown = true;
  }

  /**
   * Sets whether gradients are collected here.
   *
   * @throws DTypeException if the dtype is not floating-point
   * @throws AutogradException if it is not a leaf: what operations made requires gradients as their
   *     inputs do
   */
  public void setRequiresGrad(boolean requiresGrad) {
    if (requiresGrad && !dtype().isFloating()) {
      throw new DTypeException(
          "requiresGrad: a tensor of "
              + dtype()
              + " cannot require gradients, only floating-point ones can; convert it with to(DType.FLOAT32) first");
    }
    if (requiresGrad && inference && !GradMode.isInference()) {
      throw new AutogradException(
          "requiresGrad: a tensor made in inference mode cannot require gradients outside it; clone() it first");
    }
    if (!isLeaf() && !requiresGrad) {
      throw new AutogradException(
          "requiresGrad: only leaf tensors can stop requiring gradients, and this one was made by "
              + node
              + "; use detach() for a tensor outside the graph");
    }
    if (recorded && this.requiresGrad != requiresGrad) {
      Recording.invalidate();
    }
    this.requiresGrad = requiresGrad;
  }

  /** The same memory outside the graph. */
  public Variable detach() {
    return new Variable(storage, layout);
  }

  /** Makes this the given output of a node. Only for a variable that was just made. */
  void attach(Node node, int output) {
    Node before = this.node;
    if (retainsGrad && before != null) {
      before.hooks().release(this);
    }
    this.node = node;
    this.output = output;
    this.requiresGrad = true;
    if (retainsGrad) {
      node.hooks().retain(output, this);
    }
  }

  /**
   * Takes this out of the graph, as a leaf that requires no gradient.
   *
   * @throws AutogradException if it is a view, whose base would still be in it
   */
  public void detachInPlace() {
    if (view != null && requiresGrad()) {
      throw new AutogradException(
          "detach_: a view of shape "
              + shape()
              + " cannot leave the graph that its base is in; use detach()");
    }
    hooksChange();
    Node before = node;
    if (retainsGrad && before != null) {
      before.hooks().release(this);
    }
    node = null;
    output = 0;
    requiresGrad = false;
    retainsGrad = false;
  }

  /** The node that collects this leaf's gradient. */
  synchronized Node accumulator() {
    Node a = accumulator;
    if (a == null) {
      a = Node.accumulator(this);
      accumulator = a;
    }
    return a;
  }
}
