// pow: y = a^b;  da = dy b a^(b-1), 0 where b = 0;  db = dy y ln a, 0 where a = 0 and b >= 0.  Backward reads a and b.
// Integers: a negative exponent gives 0, except for the bases 1 and -1.
#if IS_INTEGER
PURE real pow_forward(real a, real b) {
  real y = K(1);
  real square = a;
  real rest = b < K(0) ? K(0) : b;
  while (ANY(rest != K(0))) {
    y = (rest & K(1)) != K(0) ? y * square : y;
    square = square * square;
    rest = rest >> K(1);
  }
  const real of_minus_one = (b & K(1)) != K(0) ? K(-1) : K(1);
  return b >= K(0) ? y : a == K(1) ? K(1) : a == K(-1) ? of_minus_one : K(0);
}
#else
PURE real pow_forward(real a, real b)             { return POW(a, b); }
PURE real pow_backward_a(real dy, real a, real b) { return b == K(0) ? K(0) : dy * (b * POW(a, b - K(1))); }
PURE real pow_backward_b(real dy, real a, real b) { return a == K(0) && b >= K(0) ? K(0) : dy * (POW(a, b) * log(a)); }
#endif
