// binary_cross_entropy: y = -b ln a - (1 - b) ln(1 - a), each logarithm at least -100, for probabilities a and targets b;
// da = dy (a - b) / max(a (1 - a), 1e-12), db = dy (ln(1 - a) - ln a).  Backward reads both for da, and a for db.
PURE real binary_cross_entropy_forward(real a, real b) {
  const real p = log(a), q = log1p(-a);
  return (b - K(1)) * (q < K(-100) ? K(-100) : q) - b * (p < K(-100) ? K(-100) : p);
}
PURE real binary_cross_entropy_backward_a(real dy, real a, real b) {
  const real scale = (K(1) - a) * a;
  return dy * ((a - b) / (scale < K(1e-12) ? K(1e-12) : scale));
}
PURE real binary_cross_entropy_backward_b(real dy, real a) { return dy * (log1p(-a) - log(a)); }
