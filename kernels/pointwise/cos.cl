// cos: y = cos(x);  dx = -dy sin(x).  Backward reads x.
PURE real cos_forward(real x)           { return COS(x); }
PURE real cos_backward(real dy, real x) { return -dy * SIN(x); }
