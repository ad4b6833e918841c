// mish: y = x tanh(ln(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2);
// dx = dy (n (n + 2) + 4 x e^x (1 + e^x)) / (n + 2)^2.  Backward reads x.
// e^x is h h with h = e^(x/2), which does not vanish before y does.
// Above 22, y is x, in double too; a little further on (n + 2)^2 overflows in float.
PURE real mish_forward(real x) {
  const real h = exp(K(0.5) * x);
  const real e = h * h;
  return x > K(22) ? x : x * h * (h * ((e + K(2)) / (e * (e + K(2)) + K(2))));
}
PURE real mish_backward(real dy, real x) {
  const real h = exp(K(0.5) * x);
  const real e = h * h;
  const real m = e * (e + K(2)) + K(2);
  const real slope = h * (((e + K(2)) * m + K(4) * x * (K(1) + e)) / (m * m)) * h;
  return x > K(22) ? dy : dy * slope;
}
