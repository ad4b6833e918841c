// gelu_tanh: y = x s with s = (1 + tanh u) / 2 = 1 / (1 + e^-2u), u = sqrt(2/pi) (x + 0.044715 x^3), an approximation of gelu;
// dx = dy (s + 2 x s (1 - s) du/dx).  Backward reads x.
PURE real gelu_tanh_share(real x) { return K(1) / (K(1) + exp(K(-1.5957691216057308) * (x + K(0.044715) * (x * x * x)))); }
PURE real gelu_tanh_forward(real x) { return x * gelu_tanh_share(x); }
PURE real gelu_tanh_backward(real dy, real x) {
  const real s = gelu_tanh_share(x);
  // Beyond 100 and -100 nothing but s is left, and the square would overflow.
  const real near = fabs(x) < K(100) ? x : K(100);
  const real slope = K(1.5957691216057308) * (K(1) + K(0.134145) * (near * near));
  return dy * (s + x * (s * (K(1) - s)) * slope);
}
