// mul: y = a b;  da = dy b, db = dy a.  Backward reads b for da and a for db.
PURE real mul_forward(real a, real b)     { return a * b; }
PURE real mul_backward_a(real dy, real b) { return dy * b; }
PURE real mul_backward_b(real dy, real a) { return dy * a; }
