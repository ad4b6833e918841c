// celu: y = x where x > 0, else alpha (e^(x / alpha) - 1);  dx = dy, or dy e^(x / alpha).  Backward reads x.
PURE real celu_forward(real x, real alpha)           { return x > K(0) ? x : alpha * expm1(x / alpha); }
PURE real celu_backward(real dy, real x, real alpha) { return x > K(0) ? dy : dy * exp(x / alpha); }
