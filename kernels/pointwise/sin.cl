// sin: y = sin(x);  dx = dy cos(x).  Backward reads x.
PURE real sin_forward(real x)           { return SIN(x); }
PURE real sin_backward(real dy, real x) { return dy * COS(x); }
