// lerp: y = a + w (b - a), from the nearer end;  da = (1 - w) dy, db = w dy, dw = dy (b - a), made of other operations.
PURE real lerp_forward(real a, real b, real w) {
  const real apart = b - a;
  return fabs(w) < K(0.5) ? a + w * apart : b - apart * (K(1) - w);
}
