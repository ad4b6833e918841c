// hypot: y = sqrt(a a + b b) without overflow;  da = dy a / y, db = dy b / y.  Backward reads a and b.
PURE real hypot_forward(real a, real b) {
  const real p = fabs(a), q = fabs(b);
  const real large = p > q ? p : q, small = p > q ? q : p;
  const real r = small / large;
  const real y = large == K(0) ? small : large * sqrt(K(1) + r * r);
  return p == K(INFINITY) || q == K(INFINITY) ? K(INFINITY) : y;
}
PURE real hypot_backward_a(real dy, real a, real b) { return dy * (a / hypot_forward(a, b)); }
PURE real hypot_backward_b(real dy, real a, real b) { return dy * (b / hypot_forward(a, b)); }
