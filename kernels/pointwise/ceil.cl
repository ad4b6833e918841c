// ceil: y = the smallest integer not below x, itself for integers;  dx = 0.
#if IS_INTEGER
PURE real ceil_forward(real x)   { return x; }
#else
PURE real ceil_forward(real x)   { return ceil(x); }
#endif
PURE real ceil_backward(real dy) { return K(0); }
