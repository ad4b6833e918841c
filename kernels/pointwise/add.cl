// add: y = a + b;  da = dy, db = dy.  Backward reads nothing else.
PURE real add_forward(real a, real b)    { return a + b; }
PURE real add_backward_a(real dy)        { return dy; }
PURE real add_backward_b(real dy)        { return dy; }
