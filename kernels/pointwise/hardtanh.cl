// hardtanh: y = x, at least low and at most high, NaN at NaN;  dx = dy where low < x < high, else 0.  Backward reads x.
PURE real hardtanh_forward(real x, real low, real high) {
  const real y = x < low ? low : x;
  return y > high ? high : y;
}
PURE real hardtanh_backward(real dy, real x, real low, real high) { return x <= low || x >= high ? K(0) : dy; }
