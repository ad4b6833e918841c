// cosh: y = cosh(x);  dx = dy sinh(x).  Backward reads x.
PURE real cosh_forward(real x)           { return cosh(x); }
PURE real cosh_backward(real dy, real x) { return dy * sinh(x); }
