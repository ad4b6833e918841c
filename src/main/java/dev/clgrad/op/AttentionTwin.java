package dev.clgrad.op;

import dev.clgrad.DType;
import dev.clgrad.backend.TwinCall;

/**
 * The kernels of scaled_dot_product_attention in Java: blocks of queries times blocks of keys,
 * whose scores are matrix products in an array of their own.
 */
final class AttentionTwin {
  /** The queries (or for dk and dv, the keys) that one thread works on at a time. */
  static final int BLOCK = 64;

  /** The keys (or queries) that it takes at once. */
  static final int STEP = 128;

  /** Fewer multiplications than this are not worth another thread. */
  private static final long GRAIN = 65536;

  /** The position of the first size among the arguments. */
  private final int first;

  AttentionTwin(int first) {
    this.first = first;
  }

  /** The sizes and strides of a call. */
  record Problem(TwinCall call, int first) {
    private int at(int position) {
      return (int) call.integer(first + position);
    }

    int batches() {
      return at(0);
    }

    int queries() {
      return at(2);
    }

    int keys() {
      return at(3);
    }

    int depth() {
      return at(4);
    }

    int columns() {
      return at(5);
    }

    /** Where a batch of q (0), k (1) or v (2) begins. */
    int offset(int operand, int batch) {
      return call.offset(operand)
          + batch / at(1) * at(6 + 3 * operand)
          + batch % at(1) * at(7 + 3 * operand);
    }

    int row(int operand) {
      return at(8 + 3 * operand);
    }

    boolean masked() {
      return at(19) != 0;
    }

    int maskOffset(int batch) {
      return call.offset(3) + batch / at(1) * at(15) + batch % at(1) * at(16);
    }

    int maskRow() {
      return at(17);
    }

    int maskColumn() {
      return at(18);
    }

    boolean causal() {
      return at(20) != 0;
    }

    double scale() {
      return call.real(first + 21);
    }
  }

  /** The work on one block. */
  private interface Block {
    void run(int batch, int begin, int count);
  }

  private static void blocks(Problem p, int size, Block block) {
    int blocks = (size + BLOCK - 1) / BLOCK;
    long other = size == p.queries() ? p.keys() : p.queries();
    long cost = Math.min(size, BLOCK) * Math.max(other, 1) * (p.depth() + p.columns());
    p.call()
        .parallel(
            (long) p.batches() * blocks,
            Math.max(1, GRAIN / cost),
            (begin, end) -> {
              for (int at = (int) begin; at < end; at++) {
                int from = at % blocks * BLOCK;
                block.run(at / blocks, from, Math.min(BLOCK, size - from));
              }
            });
  }

  void forward(TwinCall call) {
    Problem p = new Problem(call, first);
    blocks(
        p,
        p.queries(),
        call.dtype(0) == DType.FLOAT32
            ? new AttentionFloats(p)::forward
            : new AttentionDoubles(p)::forward);
  }

  void backwardQuery(TwinCall call) {
    Problem p = new Problem(call, first);
    blocks(
        p,
        p.queries(),
        call.dtype(0) == DType.FLOAT32
            ? new AttentionFloats(p)::backwardQuery
            : new AttentionDoubles(p)::backwardQuery);
  }

  void backwardKey(TwinCall call) {
    Problem p = new Problem(call, first);
    blocks(
        p,
        p.keys(),
        call.dtype(0) == DType.FLOAT32
            ? new AttentionFloats(p)::backwardKey
            : new AttentionDoubles(p)::backwardKey);
  }
}
