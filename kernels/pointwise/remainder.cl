// remainder: y = a - b floor(a / b): the remainder with the sign of b;  da = dy, db = -dy floor(a / b).
// Backward reads a and b. Integers: 0 where b is 0, which is flagged elsewhere.
#if IS_INTEGER
PURE real remainder_forward(real a, real b) {
  // Division by 0 traps; so does that of the least integer by -1.
  const mask special = b == K(0) || (b == K(-1) && b < K(0));
  const real r = a % (special ? K(1) : b);
  return r != K(0) && (r < K(0)) != (b < K(0)) ? r + b : r;
}
#else
PURE real remainder_forward(real a, real b) {
  const real r = FMOD(a, b);
  return r != K(0) && (r < K(0)) != (b < K(0)) ? r + b : r;
}
PURE real remainder_backward_a(real dy) { return dy; }
PURE real remainder_backward_b(real dy, real a, real b) {
  const real r = FMOD(a, b);
  const real q = (a - r) / b;
  const real down = r != K(0) && (r < K(0)) != (b < K(0)) ? q - K(1) : q;
  return -dy * (b == K(0) ? a / b : rint(down));
}
#endif
