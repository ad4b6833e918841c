// asinh: y = asinh(x);  dx = dy / sqrt(x^2 + 1).  Backward reads x.
// The square of a large x would overflow, and 1 is nothing beside it.
PURE real asinh_forward(real x)           { return asinh(x); }
PURE real asinh_backward(real dy, real x) { return fabs(x) > K(1125899906842624.0) ? dy / fabs(x) : dy / sqrt(x * x + K(1)); }
