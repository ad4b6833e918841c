// polygamma: y = the derivative of digamma of order n: factor zeta(s, x), s = n + 1, factor = (-1)^s n!;
// dx = dy polygamma(n + 1, x), by the functions of mul and polygamma.
// Below 0 all terms (x + k)^-s of both directions are added up from the integer next to x, less those below x.

// Order 1, to the precision of PyTorch, 5e-10: six steps of recurrence, and the asymptotic series (Abramowitz and Stegun
// 6.4.12) as far as PyTorch takes it. All terms of both directions are (pi / sin(pi x))^2.
PURE real polygamma_first(real x) {
  const mask reflected = x < K(0.5);
  real t = reflected ? K(1) - x : x;
  real sum = K(0);
  for (int k = 0; k < 6; k++) {
    sum = sum + K(1) / (t * t);
    t = t + K(1);
  }
  const real z = K(1) / (t * t);
  const real series = z * (K(1) / K(6) - z * (K(1) / K(30) - z / K(42)));
  const real y = sum + (K(1) + K(0.5) / t + series) / t;
#if IS_DOUBLE
  const mask whole = x <= K(-4503599627370496.0);
#else
  const mask whole = x <= K(-8388608.0);
#endif
  // Where no fraction is left, x stands for any number near it; PyTorch takes the sine of the rounded product.
  const real angle = K(3.1415926535897931) * (whole ? x : x - rint(x));
  const real quotient = K(3.1415926535897931) / SIN(angle);
  return reflected ? quotient * quotient - y : y;
}

PURE real polygamma_power(real x, real s, real sign) {
  const real p = POW(fabs(x), -s);
  return x < K(0) ? sign * p : p;
}

// Hurwitz' zeta(s, x), the sum of (x + k)^-s over k from 0 on, by the Euler-Maclaurin formula (Abramowitz and Stegun 23.1.30).
PURE real polygamma_zeta(real x, real s) {
  real sum = K(0);
  for (int k = 0; k < 10; k++) sum = sum + POW(x + K(k), -s);
  const real a = x + K(10);
  const real first = POW(a, -s);
  const real z = K(1) / (a * a);
  // The corrections, of which each takes in those after it: B(2j) / (2j)! s (s + 1) ... (s + 2j - 2) / a^(2j - 1).
  real c = K(-3617.0 / 10670622842880000.0);
  c = K(1.0 / 74724249600.0) + c * ((s + K(13)) * (s + K(14)) * z);
  c = K(-691.0 / 1307674368000.0) + c * ((s + K(11)) * (s + K(12)) * z);
  c = K(1.0 / 47900160.0) + c * ((s + K(9)) * (s + K(10)) * z);
  c = K(-1.0 / 1209600.0) + c * ((s + K(7)) * (s + K(8)) * z);
  c = K(1.0 / 30240.0) + c * ((s + K(5)) * (s + K(6)) * z);
  c = K(-1.0 / 720.0) + c * ((s + K(3)) * (s + K(4)) * z);
  c = K(1.0 / 12.0) + c * ((s + K(1)) * (s + K(2)) * z);
  const real rest = first * (a / (s - K(1)) + K(0.5) + c * s / a);
  return isinf(x) ? K(0) : sum + rest;
}

PURE real polygamma_forward(real x, real s, real factor) {
  if (!ANY(s != K(2))) return polygamma_first(x);
  const real sign = factor < K(0) ? K(-1) : K(1);
  const mask negative = x < K(0);
  real zeta = polygamma_zeta(negative ? K(1) - x : x, s);
  if (ANY(negative)) {
    const real f = x - rint(x);
    const real both = polygamma_power(f, s, sign) + polygamma_zeta(K(1) + f, s) + sign * polygamma_zeta(K(1) - f, s);
    zeta = negative ? both - sign * zeta : zeta;
  }
  return factor * zeta;
}
