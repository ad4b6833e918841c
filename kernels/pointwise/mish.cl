// mish: y = x tanh(ln(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2);
// dx = dy (n (n + 2) + 4 x e^x (1 + e^x)) / (n + 2)^2.  Backward reads x.
// Above 22, y is x, in double too; a little further on (n + 2)^2 overflows in float.
PURE real mish_forward(real x) {
  const real e = exp(x);
  const real n = e * (e + K(2));
  return x > K(22) ? x : x * (n / (n + K(2)));
}
PURE real mish_backward(real dy, real x) {
  const real e = exp(x);
  const real n = e * (e + K(2));
  const real slope = (n * (n + K(2)) + K(4) * x * (e * (K(1) + e))) / ((n + K(2)) * (n + K(2)));
  return x > K(22) ? dy : dy * slope;
}
