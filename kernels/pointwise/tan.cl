// tan: y = tan(x);  dx = dy (1 + y^2).  Backward reads the saved y.
PURE real tan_forward(real x)           { return TAN(x); }
PURE real tan_backward(real dy, real y) { return dy * (K(1) + y * y); }
