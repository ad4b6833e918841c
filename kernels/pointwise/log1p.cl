// log1p: y = ln(1 + x);  dx = dy / (1 + x).  Backward reads x.
PURE real log1p_forward(real x)           { return log1p(x); }
PURE real log1p_backward(real dy, real x) { return dy / (K(1) + x); }
