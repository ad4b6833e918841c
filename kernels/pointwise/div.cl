// div: y = a / b;  da = dy / b, db = -dy (a / b) / b.  Backward reads b for da, and both for db.
PURE real div_forward(real a, real b)             { return a / b; }
PURE real div_backward_a(real dy, real b)         { return dy / b; }
PURE real div_backward_b(real dy, real a, real b) { return -dy * ((a / b) / b); }
