// rsqrt: y = 1 / sqrt(x);  dx = -dy y^3 / 2.  Backward reads the saved y.
PURE real rsqrt_forward(real x)           { return rsqrt(x); }
PURE real rsqrt_backward(real dy, real y) { return dy * (K(-0.5) * (y * y * y)); }
