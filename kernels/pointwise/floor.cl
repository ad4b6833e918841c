// floor: y = the largest integer not above x, itself for integers;  dx = 0.
#if IS_INTEGER
PURE real floor_forward(real x)   { return x; }
#else
PURE real floor_forward(real x)   { return floor(x); }
#endif
PURE real floor_backward(real dy) { return K(0); }
