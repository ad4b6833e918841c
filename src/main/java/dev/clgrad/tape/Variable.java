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
import org.jspecify.annotations.Nullable;

/**
 * What a tensor is inside: a view of a storage, and its place on the tape. A variable without a
 * node is a leaf; one that requires gradients collects them in {@link #grad}.
 */
public final class Variable {
  private final Storage storage;
  private final Layout layout;
  private boolean requiresGrad;
  private @Nullable Node node;
  private int output;
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
    return requiresGrad;
  }

  /** Whether it is a leaf: made by the user, not by a recorded operation. */
  public boolean isLeaf() {
    return node == null;
  }

  /** The operation that made it; null for a leaf. */
  public @Nullable Node node() {
    return node;
  }

  /** Which of its node's outputs it is. */
  public int output() {
    return output;
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
              + " cannot require gradients, only float32 and float64 can; convert it with to(DType.FLOAT32) first");
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
    this.node = node;
    this.output = output;
    this.requiresGrad = true;
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
