// expm1: y = e^x - 1;  dx = dy (y + 1).  Backward reads the saved y.
PURE real expm1_forward(real x)           { return expm1(x); }
PURE real expm1_backward(real dy, real y) { return dy * (y + K(1)); }
