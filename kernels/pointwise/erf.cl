// erf: y = erf(x);  dx = dy 2/sqrt(pi) e^(-x^2).  Backward reads x.
PURE real erf_forward(real x)           { return erf(x); }
PURE real erf_backward(real dy, real x) { return dy * (K(1.1283791670955126) * exp(-x * x)); }
