// sub: y = a - b;  da = dy, db = -dy.  Backward reads nothing else.
PURE real sub_forward(real a, real b)    { return a - b; }
PURE real sub_backward_a(real dy)        { return dy; }
PURE real sub_backward_b(real dy)        { return -dy; }
