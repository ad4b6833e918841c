#define ONE K(1)
// x times the logistic function of beta x
PURE real logistic(real t) { return ONE / (ONE + exp(-t)); }
PURE real swish_forward(real x, real beta) { return x * logistic(beta * x); }
PURE real swish_backward(real dy, real x, real beta) {
  const real s = logistic(beta * x);
  return dy * s * (ONE + beta * x * (ONE - s));
}
