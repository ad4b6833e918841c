// exp: y = e^x;  dx = dy y.  Backward reads the saved y.
PURE real exp_forward(real x)           { return exp(x); }
PURE real exp_backward(real dy, real y) { return dy * y; }
