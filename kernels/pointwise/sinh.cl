// sinh: y = sinh(x);  dx = dy cosh(x).  Backward reads x.
PURE real sinh_forward(real x)           { return sinh(x); }
PURE real sinh_backward(real dy, real x) { return dy * cosh(x); }
