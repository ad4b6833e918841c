package dev.clgrad.bench;

import java.util.List;

/**
 * A block of GPT-2: layer norm, causal attention and its projection, layer norm, and a perceptron
 * with GELU (by tanh), each half added to what it read.
 *
 * @param <M> a system's array
 */
abstract class GptBlock<M> {
  static final int BATCH = 4;
  static final int TOKENS = 256;
  static final int FEATURES = 256;
  static final int HEADS = 8;
  static final int DEPTH = FEATURES / HEADS;

  private static final int HIDDEN = 4 * FEATURES;

  static final Parameter X = new Parameter(80, 1, BATCH, TOKENS, FEATURES);
  static final Parameter DY = new Parameter(81, 1, BATCH, TOKENS, FEATURES);

  /** Weight and bias of: norm, queries with keys and values, projection, norm, two layers. */
  static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter(82, 1, FEATURES),
          new Parameter(83, 1, FEATURES),
          Parameter.weight(84, FEATURES, 3 * FEATURES, FEATURES),
          Parameter.weight(85, FEATURES, 3 * FEATURES),
          Parameter.weight(86, FEATURES, FEATURES, FEATURES),
          Parameter.weight(87, FEATURES, FEATURES),
          new Parameter(88, 1, FEATURES),
          new Parameter(89, 1, FEATURES),
          Parameter.weight(90, FEATURES, HIDDEN, FEATURES),
          Parameter.weight(91, FEATURES, HIDDEN),
          Parameter.weight(92, HIDDEN, FEATURES, HIDDEN),
          Parameter.weight(93, HIDDEN, FEATURES));

  abstract M layerNorm(M x, M weight, M bias);

  abstract M linear(M x, M weight, M bias);

  /** Causal attention of (batch, tokens, three times the features), queries first, values last. */
  abstract M attention(M queriesKeysValues);

  /** GELU in its approximation by tanh. */
  abstract M gelu(M x);

  abstract M add(M a, M b);

  final M forward(M x, List<M> p) {
    M normed = layerNorm(x, p.get(0), p.get(1));
    M attended = attention(linear(normed, p.get(2), p.get(3)));
    M middle = add(x, linear(attended, p.get(4), p.get(5)));
    M hidden = linear(layerNorm(middle, p.get(6), p.get(7)), p.get(8), p.get(9));
    return add(middle, linear(gelu(hidden), p.get(10), p.get(11)));
  }

  /** Of the products, forward and backward; half of the scores, since the others are masked. */
  static long flops() {
    long layers = 2L * BATCH * TOKENS * (3 + 1 + 4 + 4) * FEATURES * FEATURES;
    long attention = 2L * BATCH * TOKENS * TOKENS * FEATURES;
    return 3 * (layers + attention);
  }
}
