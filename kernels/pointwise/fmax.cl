// fmax: y = the larger of a and b, the other one where one is NaN;  dy goes to the one chosen, to a where they are equal.
// Backward reads a and b.
PURE real fmax_forward(real a, real b)             { return a >= b || b != b ? a : b; }
PURE real fmax_backward_a(real dy, real a, real b) { return a >= b || b != b ? dy : K(0); }
PURE real fmax_backward_b(real dy, real a, real b) { return a >= b || b != b ? K(0) : dy; }
