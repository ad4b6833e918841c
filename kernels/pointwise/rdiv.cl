// rdiv: y = s / x for a scalar s;  dx = -dy y / x.  Backward reads x, and s as a scalar again.
PURE real rdiv_forward(real x, real s)           { return s / x; }
PURE real rdiv_backward(real dy, real x, real s) { return -dy * ((s / x) / x); }
