// prelu: y = a where a is positive, else b a;  da = dy or b dy, db = 0 or a dy.  Backward reads both for da, and a for db.
PURE real prelu_forward(real a, real b)             { return a > K(0) ? a : b * a; }
PURE real prelu_backward_a(real dy, real a, real b) { return a > K(0) ? dy : b * dy; }
PURE real prelu_backward_b(real dy, real a)         { return a > K(0) ? K(0) : a * dy; }
