// abs: y = |x|;  dx = dy sign(x), 0 at 0 and at NaN.  Backward reads x.
PURE real abs_forward(real x)           { return x < K(0) ? -x : x == K(0) ? K(0) : x; }
PURE real abs_backward(real dy, real x) { return x > K(0) ? dy : x < K(0) ? -dy : K(0); }
