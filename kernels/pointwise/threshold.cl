// threshold: y = value where x <= threshold, else x;  dx = 0 there, else dy.  Backward reads x.
PURE real threshold_forward(real x, real threshold, real value)           { return x <= threshold ? value : x; }
PURE real threshold_backward(real dy, real x, real threshold, real value) { return x <= threshold ? K(0) : dy; }
