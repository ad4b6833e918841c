// floor_divide: y = a / b rounded down, as if the quotient were exact;  da = db = 0.
// Integers: 0 where b is 0, which is flagged elsewhere.
#if IS_INTEGER
PURE real floor_divide_forward(real a, real b) {
  // Division by 0 traps; so does that of the least integer by -1.
  const mask special = b == K(0) || (b == K(-1) && b < K(0));
  const real divisor = special ? K(1) : b;
  const real r = a % divisor;
  const real q = a / divisor;
  const real down = r != K(0) && (r < K(0)) != (b < K(0)) ? q - K(1) : q;
  return b == K(0) ? K(0) : special ? K(0) - a : down;
}
#else
PURE real floor_divide_forward(real a, real b) {
  const real r = FMOD(a, b);
  const real q = (a - r) / b;   // an integer, but for rounding
  const real down = r != K(0) && (r < K(0)) != (b < K(0)) ? q - K(1) : q;
  return b == K(0) ? a / b : rint(down) + K(0);   // no -0
}
PURE real floor_divide_backward_a(real dy) { return K(0); }
PURE real floor_divide_backward_b(real dy) { return K(0); }
#endif
