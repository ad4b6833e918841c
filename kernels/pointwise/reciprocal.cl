// reciprocal: y = 1 / x;  dx = -dy y^2.  Backward reads the saved y.
PURE real reciprocal_forward(real x)           { return K(1) / x; }
PURE real reciprocal_backward(real dy, real y) { return -dy * (y * y); }
