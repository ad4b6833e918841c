// gelu_tanh: y = x s with s = (1 + tanh u) / 2 = 1 / (1 + e^-2u), u = sqrt(2/pi) (x + 0.044715 x^3), an approximation of gelu;
// dx = dy (s + 2 x s (1 - s) du/dx).  Backward reads x.
// With h = e^-|u|, s is 1 / (1 + h h), or h h / (1 + h h) for negative x, which does not vanish before x s does.
PURE real gelu_tanh_root(real x) { return exp(-fabs(K(0.79788456080286541) * (x + K(0.044715) * (x * x * x)))); }
PURE real gelu_tanh_forward(real x) {
  const real h = gelu_tanh_root(x);
  return x < K(0) ? x * h * h / (K(1) + h * h) : x / (K(1) + h * h);
}
PURE real gelu_tanh_backward(real dy, real x) {
  const real h = gelu_tanh_root(x);
  const real r = K(1) / (K(1) + h * h);
  // Beyond 100 and -100 nothing but s is left, and the square would overflow.
  const real near = fabs(x) < K(100) ? x : K(100);
  const real slope = K(1.5957691216057308) * (K(1) + K(0.134145) * (near * near)) * r * r;
  return dy * ((x < K(0) ? h * r * h : r) + x * h * slope * h);
}
