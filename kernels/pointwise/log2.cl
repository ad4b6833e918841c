// log2: y = log2(x);  dx = dy / (x ln 2).  Backward reads x.
PURE real log2_forward(real x)           { return log2(x); }
PURE real log2_backward(real dy, real x) { return dy / (x * K(0.69314718055994531)); }
