// erfc: y = 1 - erf(x);  dx = -dy 2/sqrt(pi) e^(-x^2).  Backward reads x.
PURE real erfc_forward(real x)           { return erfc(x); }
PURE real erfc_backward(real dy, real x) { return -dy * (K(1.1283791670955126) * exp(-x * x)); }
