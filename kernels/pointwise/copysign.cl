// copysign: y = a with the sign of b, that of a NaN being taken for +;  da = dy y / a, 0 at 0;  db = 0.
// Backward reads a and b.
PURE real copysign_forward(real a, real b)             { return copysign(a, b != b ? K(1) : b); }
PURE real copysign_backward_a(real dy, real a, real b) { return a == K(0) ? K(0) : dy * (copysign_forward(a, b) / a); }
PURE real copysign_backward_b(real dy)                 { return K(0); }
