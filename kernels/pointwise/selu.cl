// selu: y = scale x where x > 0, else scale alpha (e^x - 1);  dx = dy scale, or dy scale alpha e^x.  Backward reads x.
PURE real selu_forward(real x)           { return x > K(0) ? K(1.0507009873554805) * x : K(1.7580993408473766) * expm1(x); }
PURE real selu_backward(real dy, real x) {
  return x > K(0) ? dy * K(1.0507009873554805) : dy * (K(1.7580993408473766) * exp(x));
}
