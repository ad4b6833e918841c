// acosh: y = acosh(x);  dx = dy / sqrt(x^2 - 1).  Backward reads x.
PURE real acosh_forward(real x)           { return acosh(x); }
PURE real acosh_backward(real dy, real x) { return dy / (sqrt(x - K(1)) * sqrt(x + K(1))); }
