// asin: y = asin(x);  dx = dy / sqrt(1 - x^2).  Backward reads x.
PURE real asin_forward(real x)           { return asin(x); }
PURE real asin_backward(real dy, real x) { return dy / sqrt((K(1) - x) * (K(1) + x)); }
