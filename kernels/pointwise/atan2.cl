// atan2: y = the angle of the point (b, a), from -pi to pi;  da = dy b / (a a + b b), db = -dy a / (a a + b b).
// Backward reads a and b.
PURE real atan2_forward(real a, real b)             { return atan2(a, b); }
PURE real atan2_backward_a(real dy, real a, real b) { return dy * (b / (a * a + b * b)); }
PURE real atan2_backward_b(real dy, real a, real b) { return -dy * (a / (a * a + b * b)); }
