// softsign: y = x / (1 + |x|);  dx = dy / (1 + |x|)^2, NaN at infinities, as y is.  Backward reads x.
PURE real softsign_forward(real x) { return x / (K(1) + fabs(x)); }
PURE real softsign_backward(real dy, real x) {
  const real r = K(1) / (K(1) + fabs(x));
  return isinf(x) ? K(NAN) : dy * (r * r);
}
