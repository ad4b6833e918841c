// square: y = x^2;  dx = 2 dy x.  Backward reads x.
PURE real square_forward(real x)           { return x * x; }
PURE real square_backward(real dy, real x) { return dy * (K(2) * x); }
