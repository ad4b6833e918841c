// trunc_divide: y = a / b rounded towards 0, what div does with that rounding;  da = db = 0.
// Integers: 0 where b is 0, which is flagged elsewhere.
#if IS_INTEGER
PURE real trunc_divide_forward(real a, real b) {
  // Division by 0 traps; so does that of the least integer by -1.
  const mask special = b == K(0) || (b == K(-1) && b < K(0));
  return b == K(0) ? K(0) : special ? K(0) - a : a / (special ? K(1) : b);
}
#else
PURE real trunc_divide_forward(real a, real b) {
  // A device may miss the nearest quotient, and so fall just below an integer: the residual, which is exact, mends that.
  const real q = a / b;
  const real nearest = q + fma(-q, b, a) / b;
  return trunc(nearest - nearest == K(0) ? nearest : q);
}
PURE real trunc_divide_backward_a(real dy) { return K(0); }
PURE real trunc_divide_backward_b(real dy) { return K(0); }
#endif
