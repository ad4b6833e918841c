// sigmoid: y = 1 / (1 + e^-x);  dx = dy (1 - y) y.  Backward reads the saved y.
PURE real sigmoid_forward(real x)           { return K(1) / (K(1) + exp(-x)); }
PURE real sigmoid_backward(real dy, real y) { return dy * (K(1) - y) * y; }
