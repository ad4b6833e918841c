// cube: y = x^3, what pow(x, 3) is computed as;  dx = 3 dy x^2.  Backward reads x.
PURE real cube_forward(real x)           { return x * x * x; }
PURE real cube_backward(real dy, real x) { return dy * (K(3) * (x * x)); }
