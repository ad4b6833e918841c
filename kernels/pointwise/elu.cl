// elu: y = x where x > 0, else alpha (e^x - 1);  dx = dy, or dy alpha e^x.  Backward reads x.
PURE real elu_forward(real x, real alpha)           { return x > K(0) ? x : alpha * expm1(x); }
PURE real elu_backward(real dy, real x, real alpha) { return x > K(0) ? dy : dy * (alpha * exp(x)); }
