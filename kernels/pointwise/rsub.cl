// rsub: y = s - x for a scalar s;  dx = -dy.  Backward reads nothing else.
PURE real rsub_forward(real x, real s) { return s - x; }
PURE real rsub_backward(real dy)       { return -dy; }
