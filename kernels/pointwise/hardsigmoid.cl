// hardsigmoid: y = (x + 3) / 6, at least 0 and at most 1;  dx = dy / 6 where -3 < x < 3, else 0.  Backward reads x.
// PyTorch's slope is the float next to 1/6, for doubles too.
PURE real hardsigmoid_forward(real x)           { return x <= K(-3) ? K(0) : x >= K(3) ? K(1) : (x + K(3)) / K(6); }
PURE real hardsigmoid_backward(real dy, real x) { return x > K(-3) && x < K(3) ? dy * K(0.16666667163372040) : K(0); }
