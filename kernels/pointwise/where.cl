// where: y = a where the condition holds, else b;  da = dy there and exactly 0 elsewhere; db the other way round.
// Backward reads the condition.
PURE real where_forward(mask condition, real a, real b)  { return condition ? a : b; }
PURE real where_backward_a(mask condition, real dy)      { return condition ? dy : K(0); }
PURE real where_backward_b(mask condition, real dy)      { return condition ? K(0) : dy; }
