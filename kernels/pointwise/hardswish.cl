// hardswish: y = x hardsigmoid(x);  dx = 0 where x < -3, dy where x > 3, else dy (x/3 + 1/2).  Backward reads x.
PURE real hardswish_forward(real x)           { return x <= K(-3) ? x * K(0) : x >= K(3) ? x : x * ((x + K(3)) / K(6)); }
PURE real hardswish_backward(real dy, real x) { return x < K(-3) ? K(0) : x > K(3) ? dy : dy * (x / K(3) + K(0.5)); }
