// round: y = the integer next to x, the even one of two, x itself for integers;  dx = 0.
#if IS_INTEGER
PURE real round_forward(real x)   { return x; }
#else
PURE real round_forward(real x)   { return rint(x); }
#endif
PURE real round_backward(real dy) { return K(0); }
