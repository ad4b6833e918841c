// fmod: y = a - b trunc(a / b), exactly: the remainder with the sign of a;  da = dy, db = -dy trunc(a / b).
// Backward reads a and b. Integers: 0 where b is 0, which is flagged elsewhere.
#if IS_INTEGER
PURE real fmod_forward(real a, real b) {
  // Division by 0 traps; so does that of the least integer by -1.
  const mask special = b == K(0) || (b == K(-1) && b < K(0));
  return a % (special ? K(1) : b);
}
#else
PURE real fmod_forward(real a, real b)             { return FMOD(a, b); }
PURE real fmod_backward_a(real dy)                 { return dy; }
PURE real fmod_backward_b(real dy, real a, real b) {
  // As in trunc_divide: the residual makes the quotient the nearest one on every device.
  const real q = a / b;
  const real nearest = q + fma(-q, b, a) / b;
  return -dy * trunc(nearest - nearest == K(0) ? nearest : q);
}
#endif
