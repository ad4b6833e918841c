// clamp_max: y = a, but b where a is above it or b is NaN;  dy goes to the one chosen, to a where they are equal.
// Backward reads a and b.
PURE real clamp_max_forward(real a, real b)             { return a > b || b != b ? b : a; }
PURE real clamp_max_backward_a(real dy, real a, real b) { return a <= b ? dy : K(0); }
PURE real clamp_max_backward_b(real dy, real a, real b) { return a > b ? dy : K(0); }
