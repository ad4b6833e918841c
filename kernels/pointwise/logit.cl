// logit: y = ln(z / (1 - z)), where z is x held between eps and 1 - eps, or x itself where eps < 0;
// dx = dy / (x (1 - x)), or where x is not between, 0, or NaN without eps.  Backward reads x.
// Near 1/2 the quotient is near 1 and loses digits; there 2 z - 1 is exact.
PURE real logit_forward(real x, real eps) {
  const real z = eps < K(0) ? x : x < eps ? eps : x > K(1) - eps ? K(1) - eps : x;
  const real near = (K(2) * z - K(1)) / (K(1) - z);
  return fabs(near) < K(0.5) ? log1p(near) : log(z / (K(1) - z));
}
PURE real logit_backward(real dy, real x, real eps) {
  const real low = eps < K(0) ? K(0) : eps;
  const real outside = eps < K(0) ? K(NAN) : K(0);
  return x < low || x > K(1) - low ? outside : dy / fabs(x * (K(1) - x));
}
