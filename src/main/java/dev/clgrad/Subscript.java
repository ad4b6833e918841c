package dev.clgrad;

import dev.clgrad.op.Add;
import dev.clgrad.op.AdvancedIndex;
import dev.clgrad.op.Cast;
import dev.clgrad.op.Embed;
import dev.clgrad.op.Expand;
import dev.clgrad.op.Flatten;
import dev.clgrad.op.Reshape;
import dev.clgrad.op.Select;
import dev.clgrad.op.Slice;
import dev.clgrad.op.Unsqueeze;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A list of indices, understood for one shape: views first, which leave the dimensions that index
 * tensors stand for, then those tensors.
 */
final class Subscript {
  private final String op;

  /** The views, in turn. */
  private final List<UnaryOperator<Variable>> views = new ArrayList<>();

  private final List<Advanced> advanced = new ArrayList<>();

  /** An index tensor, and the first dimension of the view that it stands for. */
  private record Advanced(int dim, Variable tensor, boolean isMask) {}

  private Subscript(String op) {
    this.op = op;
  }

  static Subscript of(String op, Variable x, List<Index> indices) {
    Subscript subscript = new Subscript(op);
    int rest = x.rank() - named(op, x, indices);
    Variable view = x.detach();
    int d = 0;
    for (Index index : indices) {
      int before = subscript.views.size();
      d = subscript.add(view, index, d, rest);
      if (subscript.views.size() > before) {
        view = subscript.views.get(before).apply(view);
      }
    }
    return subscript;
  }

  /** How many dimensions the indices name, an ellipsis apart. */
  private static int named(String op, Variable x, List<Index> indices) {
    int named = 0;
    int ellipses = 0;
    for (Index index : indices) {
      Tensor tensor = index.tensor();
      named +=
          switch (index.kind()) {
            case ALL, AT, RANGE -> 1;
            case NEW_AXIS, ELLIPSIS -> 0;
            case TENSOR -> tensor != null && tensor.dtype() == DType.BOOL ? tensor.dim() : 1;
          };
      ellipses += index.kind() == Index.Kind.ELLIPSIS ? 1 : 0;
    }
    if (named > x.rank() || ellipses > 1) {
      throw new ShapeException(
          op
              + ": the indices "
              + indices
              + " do not fit shape "
              + x.shape()
              + (ellipses > 1
                  ? "; only one can be an ellipsis"
                  : ", as they stand for " + named + " dimensions; give fewer"));
    }
    return named;
  }

  /** Takes up an index of dimension d of the view so far; where the next one stands. */
  private int add(Variable view, Index index, int d, int rest) {
    switch (index.kind()) {
      case AT -> views.add(v -> Select.of(v, d, index.start()));
      case RANGE -> views.add(v -> Slice.of(v, d, index.start(), index.end(), index.step()));
      case NEW_AXIS -> views.add(v -> Unsqueeze.of(v, d));
      default -> {}
    }
    Tensor tensor = index.tensor();
    return switch (index.kind()) {
      case AT -> d;
      case ELLIPSIS -> d + rest;
      case ALL, RANGE, NEW_AXIS -> d + 1;
      case TENSOR -> tensor == null ? d : add(view, tensor.variable(), d);
    };
  }

  private int add(Variable view, Variable tensor, int d) {
    if (tensor.dtype() != DType.BOOL) {
      if (tensor.dtype() != DType.INT32 && tensor.dtype() != DType.INT64) {
        throw new DTypeException(
            op
                + ": an index is of "
                + tensor.dtype()
                + "; convert it with to(DType.INT64), or with to(DType.BOOL) if it is a mask");
      }
      advanced.add(new Advanced(d, tensor, false));
      return d + 1;
    }
    boolean fits = tensor.rank() > 0;
    for (int i = 0; i < tensor.rank(); i++) {
      fits &= tensor.shape().size(i) == view.shape().size(d + i);
    }
    if (!fits) {
      throw new ShapeException(
          op
              + ": a mask of shape "
              + tensor.shape()
              + " does not fit dimension "
              + d
              + " and on of shape "
              + view.shape()
              + "; it needs a dimension at least and the same sizes, expand it, or use where");
    }
    advanced.add(new Advanced(d, tensor, true));
    return d + tensor.rank();
  }

  private Variable view(Variable x) {
    Variable view = x;
    for (UnaryOperator<Variable> next : views) {
      view = next.apply(view);
    }
    return view;
  }

  /** The view with the dimensions of each mask made one. */
  private Variable flattened(Variable view) {
    Variable flat = view;
    for (int i = advanced.size() - 1; i >= 0; i--) {
      Advanced one = advanced.get(i);
      if (one.isMask() && one.tensor().rank() > 1) {
        flat = Flatten.of(flat, one.dim(), one.dim() + one.tensor().rank() - 1);
      }
    }
    return flat;
  }

  /** The index tensor of each dimension of the flattened view. */
  private List<@Nullable Variable> indices(Variable flat) {
    List<@Nullable Variable> indices = new ArrayList<>();
    int gone = 0;
    for (Advanced one : advanced) {
      while (indices.size() < one.dim() - gone) {
        indices.add(null);
      }
      indices.add(one.isMask() ? AdvancedIndex.places(op, one.tensor()) : one.tensor());
      gone += one.isMask() ? one.tensor().rank() - 1 : 0;
    }
    while (indices.size() < flat.rank()) {
      indices.add(null);
    }
    return indices;
  }

  /** What the indices name of x. */
  Variable get(Variable x) {
    Variable view = view(x);
    if (advanced.isEmpty()) {
      return view;
    }
    Variable flat = flattened(view);
    return AdvancedIndex.get(op, flat, indices(flat));
  }

  /** x with values there. */
  Variable put(Variable x, Variable values, boolean accumulate) {
    Variable changed = changed(view(x), values, accumulate);
    return views.isEmpty() ? changed : Embed.replace(x, changed, this::view);
  }

  /** Overwrites x with values there. */
  void putInto(Variable x, Variable values, boolean accumulate) {
    Variable view = view(x);
    Cast.into(view, changed(view, values, accumulate));
  }

  /** The view with values in it. */
  private Variable changed(Variable view, Variable values, boolean accumulate) {
    if (!advanced.isEmpty()) {
      Variable flat = flattened(view);
      Variable put = AdvancedIndex.put(op, flat, indices(flat), values, accumulate);
      return Reshape.of(put, view.shape());
    }
    if (values.dtype() != view.dtype()
        || !Shape.broadcast(op, view.shape(), values.shape()).equals(view.shape())) {
      throw new ShapeException(
          op
              + ": values of "
              + values.dtype()
              + " and shape "
              + values.shape()
              + " do not go into a part of "
              + view.dtype()
              + " and shape "
              + view.shape()
              + "; they must be of its dtype and broadcast to its shape");
    }
    Variable spread = Expand.of(values, view.shape());
    return accumulate ? Add.of(view, spread) : spread;
  }
}
