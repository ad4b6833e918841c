// softplus: y = ln(1 + e^(beta x)) / beta, x itself where beta x > threshold;  dx = dy sigmoid(beta x), dy there.
// Backward reads x.
PURE real softplus_forward(real x, real beta, real threshold) {
  const real t = x * beta;
  return t > threshold ? x : ((t > K(0) ? t : K(0)) + log1p(exp(-fabs(t)))) / beta;
}
PURE real softplus_backward(real dy, real x, real beta, real threshold) {
  const real t = x * beta;
  return t > threshold ? dy : dy / (K(1) + exp(-t));
}
