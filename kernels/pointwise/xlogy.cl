// xlogy: y = a ln b, 0 where a is 0 and b is no NaN;  da = dy ln b, 0 where a is 0 and b is not positive;  db = dy a / b.
// Backward reads a and b.
PURE real xlogy_forward(real a, real b)             { return a == K(0) && b == b ? K(0) : a * log(b); }
PURE real xlogy_backward_a(real dy, real a, real b) { return a == K(0) && b <= K(0) ? K(0) : xlogy_forward(dy, b); }
PURE real xlogy_backward_b(real dy, real a, real b) { return dy * (a / b); }
