// clamp_min: y = a, but b where a is below it or b is NaN;  dy goes to the one chosen, to a where they are equal.
// Backward reads a and b.
PURE real clamp_min_forward(real a, real b)             { return a < b || b != b ? b : a; }
PURE real clamp_min_backward_a(real dy, real a, real b) { return a >= b ? dy : K(0); }
PURE real clamp_min_backward_b(real dy, real a, real b) { return a < b ? dy : K(0); }
