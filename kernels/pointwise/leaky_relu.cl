// leaky_relu: y = x where x > 0, else slope x;  dx = dy, or dy slope.  Backward reads x.
PURE real leaky_relu_forward(real x, real slope)           { return x > K(0) ? x : x * slope; }
PURE real leaky_relu_backward(real dy, real x, real slope) { return x > K(0) ? dy : dy * slope; }
