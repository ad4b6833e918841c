// atanh: y = atanh(x);  dx = dy / (1 - x^2).  Backward reads x.
PURE real atanh_forward(real x)           { return atanh(x); }
PURE real atanh_backward(real dy, real x) { return dy / ((K(1) - x) * (K(1) + x)); }
