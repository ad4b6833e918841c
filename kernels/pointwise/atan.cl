// atan: y = atan(x);  dx = dy / (1 + x^2).  Backward reads x.
PURE real atan_forward(real x)           { return atan(x); }
PURE real atan_backward(real dy, real x) { return dy / (K(1) + x * x); }
