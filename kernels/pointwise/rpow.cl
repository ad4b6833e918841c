// rpow: y = s^x for a scalar s;  dx = dy y ln s, 0 where s = 0 and x >= 0.  Backward reads x, and s as a scalar again.
// Integers are raised by pow's function, with a tensor for s.
#if !IS_INTEGER
PURE real rpow_forward(real x, real s)           { return POW(s, x); }
PURE real rpow_backward(real dy, real x, real s) { return s == K(0) && x >= K(0) ? K(0) : dy * (POW(s, x) * log(s)); }
#endif
