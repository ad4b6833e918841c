// trunc: y = x without its fraction, itself for integers;  dx = 0.
#if IS_INTEGER
PURE real trunc_forward(real x)   { return x; }
#else
PURE real trunc_forward(real x)   { return trunc(x); }
#endif
PURE real trunc_backward(real dy) { return K(0); }
