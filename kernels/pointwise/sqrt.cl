// sqrt: y = sqrt(x);  dx = dy / (2 y).  Backward reads the saved y.
PURE real sqrt_forward(real x)           { return sqrt(x); }
PURE real sqrt_backward(real dy, real y) { return dy / (K(2) * y); }
