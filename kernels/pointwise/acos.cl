// acos: y = acos(x);  dx = -dy / sqrt(1 - x^2).  Backward reads x.
PURE real acos_forward(real x)           { return acos(x); }
PURE real acos_backward(real dy, real x) { return -dy / sqrt((K(1) - x) * (K(1) + x)); }
