// tanh: y = tanh(x);  dx = dy (1 - y)(1 + y).  Backward reads the saved y.
PURE real tanh_forward(real x)           { return tanh(x); }
PURE real tanh_backward(real dy, real y) { return dy * (K(1) - y) * (K(1) + y); }
