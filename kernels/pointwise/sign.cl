// sign: y = 1 where x > 0, -1 where x < 0, else 0, at NaN too;  dx = 0.
PURE real sign_forward(real x)   { return x > K(0) ? K(1) : x < K(0) ? K(-1) : K(0); }
PURE real sign_backward(real dy) { return K(0); }
