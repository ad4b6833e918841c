package dev.clgrad.op;

import dev.clgrad.backend.Lanes;
import dev.clgrad.backend.TwinCall;
import java.util.Arrays;

/** The work of {@link AttentionTwin} on one block, in float. */
final class AttentionFloats {
  private final AttentionTwin.Problem p;
  private final TwinCall call;
  private final Lanes lanes;
  private final int depth;
  private final int columns;
  private final float scale;

  AttentionFloats(AttentionTwin.Problem p) {
    this.p = p;
    this.call = p.call();
    this.lanes = call.lanes();
    this.depth = p.depth();
    this.columns = p.columns();
    this.scale = (float) p.scale();
  }

  /** y, the largest score and the sum of exponentials of {@code rows} queries from i on. */
  void forward(int batch, int i, int rows) {
    float[] acc = new float[rows * columns];
    float[] s = new float[rows * AttentionTwin.STEP];
    float[] top = new float[rows];
    float[] sum = new float[rows];
    float[] factor = new float[rows];
    float[] shift = new float[rows];
    Arrays.fill(top, Float.NEGATIVE_INFINITY);
    int end = p.causal() ? Math.min(p.keys(), i + rows) : p.keys();
    for (int j = 0; j < end; j += AttentionTwin.STEP) {
      int n = Math.min(AttentionTwin.STEP, end - j);
      scores(batch, i, rows, j, n, s);
      for (int r = 0; r < rows; r++) {
        float best = Math.max(top[r], lanes.max(s, r * n, n));
        shift[r] = best == Float.NEGATIVE_INFINITY ? 0 : best;
        factor[r] = top[r] - shift[r];
        top[r] = best;
      }
      lanes.exp(factor, factor, rows);
      for (int r = 0; r < rows; r++) {
        sum[r] = sum[r] * factor[r] + lanes.expShifted(s, r * n, shift[r], s, r * n, n);
        multiply(acc, r * columns, columns, factor[r]);
      }
      int v = p.offset(2, batch) + j * p.row(2);
      product(rows, columns, n, s, 0, n, 1, call.floats(2), v, p.row(2), 1, acc, true);
    }
    int at = batch * p.queries() + i;
    for (int r = 0; r < rows; r++) {
      for (int c = r * columns; c < (r + 1) * columns; c++) {
        acc[c] /= sum[r];
      }
    }
    store(acc, 4, at * columns);
    store(shift, 5, at);
    store(sum, 6, at);
  }

  /** dq of {@code rows} queries from i on. */
  void backwardQuery(int batch, int i, int rows) {
    float[] acc = new float[rows * depth];
    float[] s = new float[rows * AttentionTwin.STEP];
    float[] d = new float[rows * AttentionTwin.STEP];
    int end = p.causal() ? Math.min(p.keys(), i + rows) : p.keys();
    for (int j = 0; j < end; j += AttentionTwin.STEP) {
      int n = Math.min(AttentionTwin.STEP, end - j);
      weights(batch, i, rows, j, n, s, d);
      int k = p.offset(1, batch) + j * p.row(1);
      product(rows, depth, n, d, 0, n, 1, call.floats(1), k, p.row(1), 1, acc, true);
    }
    multiply(acc, 0, acc.length, scale);
    store(acc, 8, (batch * p.queries() + i) * depth);
  }

  /** dk and dv of {@code rows} keys from j on. */
  void backwardKey(int batch, int j, int rows) {
    float[] ofK = new float[rows * depth];
    float[] ofV = new float[rows * columns];
    float[] s = new float[rows * AttentionTwin.STEP];
    float[] d = new float[rows * AttentionTwin.STEP];
    for (int i = p.causal() ? j : 0; i < p.queries(); i += AttentionTwin.STEP) {
      int n = Math.min(AttentionTwin.STEP, p.queries() - i);
      weights(batch, i, n, j, rows, s, d);
      int dy = dy(batch, i);
      product(rows, columns, n, s, 0, 1, rows, call.floats(4), dy, columns, 1, ofV, true);
      int q = p.offset(0, batch) + i * p.row(0);
      product(rows, depth, n, d, 0, 1, rows, call.floats(0), q, p.row(0), 1, ofK, true);
    }
    multiply(ofK, 0, ofK.length, scale);
    store(ofK, 8, (batch * p.keys() + j) * depth);
    store(ofV, 9, (batch * p.keys() + j) * columns);
  }

  private int dy(int batch, int i) {
    return call.offset(4) + (batch * p.queries() + i) * columns;
  }

  /** The scores of {@code rows} queries and n keys, -inf for those that must not be seen. */
  private void scores(int batch, int i, int rows, int j, int n, float[] s) {
    int q = p.offset(0, batch) + i * p.row(0);
    int k = p.offset(1, batch) + j * p.row(1);
    product(
        rows, n, depth, call.floats(0), q, p.row(0), 1, call.floats(1), k, 1, p.row(1), s, false);
    multiply(s, 0, rows * n, scale);
    if (p.masked()) {
      float[] mask = call.floats(3);
      for (int r = 0; r < rows; r++) {
        int from = p.maskOffset(batch) + (i + r) * p.maskRow() + j * p.maskColumn();
        for (int l = 0; l < n; l++) {
          s[r * n + l] += mask[from + l * p.maskColumn()];
        }
      }
    }
    if (p.causal()) {
      for (int r = 0; r < rows; r++) {
        int seen = Math.max(0, Math.min(n, i + r + 1 - j));
        Arrays.fill(s, r * n + seen, (r + 1) * n, Float.NEGATIVE_INFINITY);
      }
    }
  }

  /** p in s and ds in d, of {@code rows} queries and n keys. */
  private void weights(int batch, int i, int rows, int j, int n, float[] s, float[] d) {
    scores(batch, i, rows, j, n, s);
    int v = p.offset(2, batch) + j * p.row(2);
    int dy = dy(batch, i);
    product(
        rows, n, columns, call.floats(4), dy, columns, 1, call.floats(2), v, 1, p.row(2), d, false);
    int at = batch * p.queries() + i;
    for (int r = 0; r < rows; r++) {
      lanes.expShifted(s, r * n, call.floats(5)[call.offset(5) + at + r], s, r * n, n);
      float sum = call.floats(6)[call.offset(6) + at + r];
      float delta = call.floats(7)[call.offset(7) + at + r];
      for (int l = r * n; l < (r + 1) * n; l++) {
        s[l] /= sum;
        d[l] = s[l] * (d[l] - delta);
      }
    }
  }

  private static void multiply(float[] x, int from, int n, float factor) {
    for (int l = from; l < from + n; l++) {
      x[l] *= factor;
    }
  }

  private void store(float[] x, int arg, int at) {
    System.arraycopy(x, 0, call.floats(arg), call.offset(arg) + at, x.length);
  }

  /** c = a b, or c += a b; the rows of c lie side by side. */
  private void product(
      int rows,
      int cols,
      int inner,
      float[] a,
      int aAt,
      int aRow,
      int aCol,
      float[] b,
      int bAt,
      int bRow,
      int bCol,
      float[] c,
      boolean accumulate) {
    lanes.gemm(rows, cols, inner, a, aAt, aRow, aCol, b, bAt, bRow, bCol, c, 0, cols, accumulate);
  }
}
