// log10: y = log10(x);  dx = dy / (x ln 10).  Backward reads x.
PURE real log10_forward(real x)           { return log10(x); }
PURE real log10_backward(real dy, real x) { return dy / (x * K(2.3025850929940457)); }
