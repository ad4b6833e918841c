// frac: y = x - trunc(x), NaN at infinities;  dx = dy.
PURE real frac_forward(real x)   { return x - trunc(x); }
PURE real frac_backward(real dy) { return dy; }
