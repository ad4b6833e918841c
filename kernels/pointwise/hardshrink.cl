// hardshrink: y = 0 where -lambd <= x <= lambd, else x;  dx = 0 there, else dy.  Backward reads x.
PURE real hardshrink_forward(real x, real lambd)           { return x >= -lambd && x <= lambd ? K(0) : x; }
PURE real hardshrink_backward(real dy, real x, real lambd) { return x >= -lambd && x <= lambd ? K(0) : dy; }
