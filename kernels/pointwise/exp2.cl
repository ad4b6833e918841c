// exp2: y = 2^x;  dx = dy y ln 2.  Backward reads the saved y.
PURE real exp2_forward(real x)           { return exp2(x); }
PURE real exp2_backward(real dy, real y) { return dy * (y * K(0.69314718055994531)); }
