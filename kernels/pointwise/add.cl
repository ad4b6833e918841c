// add: y = a + b, or a + alpha b for a scalar alpha;  da = dy, db = dy, or alpha dy (which is mul).
// Backward reads nothing else.
PURE real add_forward(real a, real b)                    { return a + b; }
PURE real add_backward_a(real dy)                        { return dy; }
PURE real add_backward_b(real dy)                        { return dy; }
PURE real add_scaled_forward(real a, real b, real alpha) { return a + alpha * b; }
