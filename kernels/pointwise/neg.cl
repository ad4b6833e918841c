// neg: y = -x;  dx = -dy.  Backward reads nothing else.
PURE real neg_forward(real x)   { return -x; }
PURE real neg_backward(real dy) { return -dy; }
