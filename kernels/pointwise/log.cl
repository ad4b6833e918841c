// log: y = ln x;  dx = dy / x.  Backward reads x.
PURE real log_forward(real x)           { return log(x); }
PURE real log_backward(real dy, real x) { return dy / x; }
