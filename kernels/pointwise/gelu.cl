// gelu: y = x N(x), with the normal distribution's N(x) = erfc(-x/sqrt(2)) / 2 and its density n(x) = e^(-x^2/2) / sqrt(2 pi);
// dx = dy (N(x) + x n(x)).  Backward reads x.
// For large z, erfc is so steep that the rounding of z = -x/sqrt(2) would show: it is undone to first order, with
// -erfc'(z) / erfc(z), which is z + sqrt(z^2 + 4/pi) to within a few percent.
PURE real gelu_normal(real x) {
#if IS_DOUBLE
  const real low = K(-4.8336466567264567e-17);
#else
  const real low = K(1.21016175e-08);
#endif
  const real c = K(0.70710678118654757);
  const real z = -x * c;
  const real rounded = fma(-x, c, -z) - x * low;
  const real y = K(0.5) * erfc(z);
  const mask steep = z > K(1) && z < K(30);
  const real slope = z + sqrt(z * z + K(1.2732395447351628));
  return steep ? y - y * (rounded * slope) : y;
}
PURE real gelu_forward(real x)           { return x * gelu_normal(x); }
PURE real gelu_backward(real dy, real x) {
  return dy * (gelu_normal(x) + x * (K(0.3989422804014327) * exp(K(-0.5) * (x * x))));
}
