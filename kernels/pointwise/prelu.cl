// prelu: y = a where a > 0, else b a;  da = dy, or dy b;  db = 0, or dy a.  Backward reads a, and b for da.
PURE real prelu_forward(real a, real b)             { return a > K(0) ? a : a * b; }
PURE real prelu_backward_a(real dy, real a, real b) { return a > K(0) ? dy : dy * b; }
PURE real prelu_backward_b(real dy, real a)         { return a > K(0) ? K(0) : dy * a; }
