package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.DTypeException;
import dev.clgrad.Shape;
import dev.clgrad.ShapeException;
import dev.clgrad.schedule.Layout;
import dev.clgrad.tape.Gradient;
import dev.clgrad.tape.Node;
import dev.clgrad.tape.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * scaled_dot_product_attention: y = p v with p = softmax(scale q kᵀ + mask). With dp = dy vᵀ and ds
 * = p (dp - Σ dp p): dq = scale ds k, dk = scale dsᵀ q, dv = pᵀ dy.
 *
 * <p>The kernels never store a matrix of queries times keys; backward computes p again from the
 * largest score and the sum of exponentials of each row. Where they do not fit (rows of more than
 * 256 elements, empty sizes) and where the mask itself is to get a gradient, which is as large as
 * it, the operation is made of matrix products and a softmax.
 */
public final class ScaledDotProductAttention extends KernelOp {
  private static final ScaledDotProductAttention OP = new ScaledDotProductAttention();

  private ScaledDotProductAttention() {
    super("scaled_dot_product_attention", "attention/scaled_dot_product_attention.cl");
  }

  /**
   * How the scores are made of products.
   *
   * @param causal whether query i sees the keys up to i alone
   * @param scale what products are multiplied by
   */
  private record Settings(boolean causal, double scale) {}

  /**
   * Attention of queries over keys and their values.
   *
   * @param q of shape (…, queries, depth)
   * @param k of shape (…, keys, depth)
   * @param v of shape (…, keys, columns); the dimensions before the last two broadcast
   * @param mask broadcasts to (…, queries, keys): a bool one hides the keys where it is false, one
   *     of the dtype of q is added to the scores; null for none
   * @param causal whether query i sees the keys up to i alone
   * @param scale what the products are multiplied by; null for 1 / √depth
   * @throws ShapeException if the shapes do not fit
   * @throws DTypeException if the dtypes are not floating-point or differ
   */
  public static Variable of(
      Variable q,
      Variable k,
      Variable v,
      @Nullable Variable mask,
      boolean causal,
      @Nullable Double scale) {
    Shape batch = check(q, k, v, mask);
    if (Widened.isNeeded(q)) {
      Variable wideValues = Widened.in(v);
      @Nullable Variable wideMask =
          mask == null || mask.dtype() == DType.BOOL ? mask : Widened.in(mask);
      return Widened.through(q, k, (a, b) -> of(a, b, wideValues, wideMask, causal, scale));
    }
    double factor = scale == null ? 1 / Math.sqrt((double) q.shape().size(-1)) : scale;
    Settings settings = new Settings(causal, factor);
    Variable added = mask == null || mask.dtype() != DType.BOOL ? mask : additive(mask, q.dtype());
    Shape yShape = with(batch, q.shape().size(-2), v.shape().size(-1));
    boolean kernels = AttentionTasks.fit(q, k, v);
    Variable y =
        kernels && (added == null || !added.isDifferentiated())
            ? byKernels(q, k, v, added, batch, yShape, settings)
            : Matmul.of(OP.name(), weights(q, k, added, settings), v);
    if (added != null && mask != null && added != mask) {
      added.storage().close();
    }
    return y;
  }

  /** 0 where a bool mask is true, and -inf where it hides. */
  private static Variable additive(Variable mask, DType dtype) {
    Variable zero = Fill.of(mask.scheduler(), dtype, Shape.SCALAR, 0);
    return Where.of(mask, zero, Double.NEGATIVE_INFINITY);
  }

  private static Variable byKernels(
      Variable q,
      Variable k,
      Variable v,
      @Nullable Variable mask,
      Shape batch,
      Shape yShape,
      Settings settings) {
    Shape rows = Shape.of(Arrays.copyOf(yShape.toArray(), yShape.rank() - 1));
    Variable y = scratch(q, yShape);
    Variable top = scratch(q, rows);
    Variable sum = scratch(q, rows);
    AttentionTasks tasks =
        AttentionTasks.of(OP, q, k, v, mask, batch, settings.causal(), settings.scale());
    tasks.forward(y, top, sum);
    tasks.release();
    List<Variable> saved = new ArrayList<>(List.of(q, k, v, y, top, sum));
    if (mask != null) {
      saved.add(mask);
    }
    boolean masked = mask != null;
    Shape shapeQ = q.shape();
    Shape shapeK = k.shape();
    Shape shapeV = v.shape();
    Node.record(
        OP.nodeName(),
        List.of(q, k, v),
        List.of(y),
        saved,
        c -> {
          @Nullable Variable maskAgain = masked ? c.saved(6) : null;
          @Nullable Variable[] all =
              c.createGraph()
                  ? gradient(c, maskAgain, settings)
                  : backward(c, maskAgain, batch, settings);
          return new @Nullable Variable[] {
            reduced(all[0], shapeQ), reduced(all[1], shapeK), reduced(all[2], shapeV)
          };
        });
    // What backward reads has been saved, and so shared, above.
    top.storage().close();
    sum.storage().close();
    return y;
  }

  private static @Nullable Variable reduced(@Nullable Variable dx, Shape shape) {
    return dx == null ? null : Broadcast.reduceTo(dx, shape, dx.dtype());
  }

  /** dq, dk and dv by the kernels. The last two are made together. */
  private static @Nullable Variable[] backward(
      Gradient.Context c, @Nullable Variable mask, Shape batch, Settings settings) {
    Variable dy = c.dy().layout().isContiguous() ? c.dy() : Cast.copy(c.dy());
    Variable q = c.saved(0);
    Variable k = c.saved(1);
    Variable v = c.saved(2);
    Variable products = Mul.of(dy.detach(), c.saved(3).detach());
    Variable delta = Sum.of(products, new int[] {-1}, false);
    products.storage().close();
    AttentionTasks tasks =
        AttentionTasks.of(OP, q, k, v, mask, batch, settings.causal(), settings.scale());
    AttentionTasks.Rows rows =
        new AttentionTasks.Rows(dy.detach(), c.saved(4).detach(), c.saved(5).detach(), delta);
    @Nullable Variable dq = null;
    @Nullable Variable dk = null;
    @Nullable Variable dv = null;
    if (c.needs(0)) {
      dq = scratch(q, with(batch, q.shape().size(-2), q.shape().size(-1)));
      tasks.backwardQuery(rows, dq);
    }
    if (c.needs(1) || c.needs(2)) {
      dk = scratch(k, with(batch, k.shape().size(-2), k.shape().size(-1)));
      dv = scratch(v, with(batch, v.shape().size(-2), v.shape().size(-1)));
      tasks.backwardKey(rows, dk, dv);
    }
    tasks.release();
    delta.storage().close();
    Reduction.release(dy, c.dy());
    return new @Nullable Variable[] {dq, keep(dk, c.needs(1)), keep(dv, c.needs(2))};
  }

  private static @Nullable Variable keep(@Nullable Variable made, boolean needed) {
    if (made != null && !needed) {
      made.storage().close();
    }
    return needed ? made : null;
  }

  /** p in differentiable operations. */
  private static Variable weights(
      Variable q, Variable k, @Nullable Variable mask, Settings settings) {
    Variable scores =
        Mul.of(Matmul.of(OP.name(), q, Transpose.of(k, -2, -1)), (Number) settings.scale());
    if (mask != null) {
      scores = Add.of(scores, mask);
    }
    if (settings.causal()) {
      Variable i = places(q, q.shape().size(-2));
      Variable j = places(q, k.shape().size(-2));
      Variable seen = Ge.of(Unsqueeze.of(i, 1), j);
      scores = Where.of(seen, scores, (Number) Double.NEGATIVE_INFINITY);
    }
    return Softmax.of(scores, -1, null);
  }

  private static Variable places(Variable like, long count) {
    return Arange.of(like.scheduler(), DType.INT64, 0, count, 1);
  }

  /** dq, dk and dv in differentiable operations. */
  private static @Nullable Variable[] gradient(
      Gradient.Context c, @Nullable Variable mask, Settings settings) {
    Variable dy = c.dy();
    Variable q = c.saved(0);
    Variable k = c.saved(1);
    Variable v = c.saved(2);
    Variable p = weights(q, k, mask, settings);
    Variable dp = Matmul.of(OP.name(), dy, Transpose.of(v, -2, -1));
    Variable product = Mul.of(dp, p);
    Variable ds = Sub.of(product, Mul.of(p, Sum.of(product, new int[] {-1}, true)));
    ds = Mul.of(ds, (Number) settings.scale());
    return new @Nullable Variable[] {
      c.needs(0) ? Matmul.of(OP.name(), ds, k) : null,
      c.needs(1) ? Matmul.of(OP.name(), Transpose.of(ds, -2, -1), q) : null,
      c.needs(2) ? Matmul.of(OP.name(), Transpose.of(p, -2, -1), dy) : null
    };
  }

  private static Variable scratch(Variable like, Shape shape) {
    return new Variable(
        like.scheduler().newStorage(OP.name(), like.dtype(), shape), Layout.contiguous(shape));
  }

  private static Shape with(Shape batch, long rows, long columns) {
    long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    sizes[batch.rank()] = rows;
    sizes[batch.rank() + 1] = columns;
    return Shape.of(sizes);
  }

  /** What the dimensions before the last two broadcast to. */
  private static Shape check(Variable q, Variable k, Variable v, @Nullable Variable mask) {
    checkTypes(q, k, v, mask);
    String shapes = "a query, key and value of shapes " + q.shape() + ", " + k.shape() + " and ";
    shapes = OP.name() + ": " + shapes + v.shape();
    if (q.rank() < 2 || k.rank() < 2 || v.rank() < 2) {
      throw new ShapeException(
          shapes
              + " must have at least two dimensions: [..., queries, depth], [..., keys, depth] and"
              + " [..., keys, columns]");
    }
    if (q.shape().size(-1) != k.shape().size(-1)) {
      throw new ShapeException(
          shapes + ": the last sizes of query and key must be equal; project one of them");
    }
    if (k.shape().size(-2) != v.shape().size(-2)) {
      throw new ShapeException(
          shapes + ": there must be as many keys as values, in the last dimension but one");
    }
    Shape batch =
        Shape.broadcast(OP.name(), leading(q), Shape.broadcast(OP.name(), leading(k), leading(v)));
    Shape scores = with(batch, q.shape().size(-2), k.shape().size(-2));
    if (mask != null && !fits(mask.shape(), scores)) {
      throw new ShapeException(
          OP.name()
              + ": the mask of shape "
              + mask.shape()
              + " does not broadcast to the scores of shape "
              + scores
              + "; aligned at the last dimension, each of its sizes must be equal or 1");
    }
    return batch;
  }

  private static boolean fits(Shape shape, Shape target) {
    int lead = target.rank() - shape.rank();
    boolean fits = lead >= 0;
    for (int d = 0; fits && d < shape.rank(); d++) {
      fits = shape.size(d) == 1 || shape.size(d) == target.size(lead + d);
    }
    return fits;
  }

  private static Shape leading(Variable x) {
    return Shape.of(Arrays.copyOf(x.shape().toArray(), x.rank() - 2));
  }

  private static void checkTypes(Variable q, Variable k, Variable v, @Nullable Variable mask) {
    if (!q.dtype().isFloating() || k.dtype() != q.dtype() || v.dtype() != q.dtype()) {
      throw new DTypeException(
          OP.name()
              + ": a query, key and value of "
              + q.dtype()
              + ", "
              + k.dtype()
              + " and "
              + v.dtype()
              + "; expected float32 or float64, the same for all: convert with to(DType)");
    }
    if (mask != null && mask.dtype() != DType.BOOL && mask.dtype() != q.dtype()) {
      throw new DTypeException(
          OP.name()
              + ": the mask is of "
              + mask.dtype()
              + " and the query of "
              + q.dtype()
              + "; expected a bool mask, true where a key is seen, or one of the query's dtype that"
              + " is added");
    }
  }
}
