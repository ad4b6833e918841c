// logaddexp: y = ln(e^a + e^b) without overflow;  da = dy / (1 + e^(b - a)), db = dy / (1 + e^(a - b)).
// Backward reads a and b.
PURE real logaddexp_forward(real a, real b) {
  const real apart = a == b ? K(0) : fabs(a - b);   // also of equal infinities
  return (a > b ? a : b) + log1p(exp(-apart));
}
PURE real logaddexp_backward_a(real dy, real a, real b) { return dy / (K(1) + exp(b - a)); }
PURE real logaddexp_backward_b(real dy, real a, real b) { return dy / (K(1) + exp(a - b)); }
