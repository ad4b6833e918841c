// silu: y = x s with s = sigmoid(x);  dx = dy s (1 + x (1 - s)).  Backward reads x.
// For negative x, s is h h / (1 + h h) with h = e^(-|x|/2), which does not vanish before x s does.
PURE real silu_forward(real x) {
  const real h = exp(K(-0.5) * fabs(x));
  return x < K(0) ? x * h * h / (K(1) + h * h) : x / (K(1) + h * h);
}
PURE real silu_backward(real dy, real x) {
  const real h = exp(K(-0.5) * fabs(x));
  const real r = K(1) / (K(1) + h * h);
  return dy * (x < K(0) ? (K(1) + x * r) * r * h * h : r * (K(1) + x * (h * h * r)));
}
