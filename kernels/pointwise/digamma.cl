// digamma: y = Gamma'(x) / Gamma(x);  dx = dy polygamma(1, x), by the functions of mul and polygamma.
// From 1 to 2 a polynomial around the zero there (by src/test/resources/functions/fit.py: relative error 2^-27 of float,
// 2^-57 of double), up to 10 the recurrence digamma(x + 1) = digamma(x) + 1/x, above it the asymptotic series (Abramowitz and
// Stegun 6.3.18), and below 0 digamma(x) = digamma(1 - x) - pi / tan(pi x).
#if IS_DOUBLE
PURE real digamma_near_root(real t) {
  real y = K(0.00011881232908510335);
  y = y * t + K(-0.0001782188548855923189);
  y = y * t + K(0.00009653646261410061678);
  y = y * t + K(-0.0001448064336806161305);
  y = y * t + K(0.0003239594540134519833);
  y = y * t + K(-0.0004859503922003625621);
  y = y * t + K(0.0006909255761282986363);
  y = y * t + K(-0.001036458481731283792);
  y = y * t + K(0.001563369631365350513);
  y = y * t + K(-0.002345494739738083518);
  y = y * t + K(0.003518106563802472341);
  y = y * t + K(-0.005279937255532708254);
  y = y * t + K(0.007927021796868153981);
  y = y * t + K(-0.01190822010595971618);
  y = y * t + K(0.01790724831731329583);
  y = y * t + K(-0.02697579665978705506);
  y = y * t + K(0.0407608339408460828);
  y = y * t + K(-0.06192213327548831202);
  y = y * t + K(0.09498872445289038164);
  y = y * t + K(-0.1484049230538809149);
  y = y * t + K(0.240542484240786983);
  y = y * t + K(-0.4236274212814605998);
  y = y * t + K(0.9510558760318328797);
  return y;
}
#else
PURE real digamma_near_root(real t) {
  real y = K(0.0109025887);
  y = y * t + K(-0.0163736203);
  y = y * t + K(0.017114989);
  y = y * t + K(-0.0257868836);
  y = y * t + K(0.0408500267);
  y = y * t + K(-0.0620559804);
  y = y * t + K(0.0949846851);
  y = y * t + K(-0.148398861);
  y = y * t + K(0.240542535);
  y = y * t + K(-0.423627497);
  y = y * t + K(0.951055876);
  return y;
}
#endif

PURE real digamma_of_positive(real x) {
  const real r = K(1) / x;
  const real z = r * r;
  const real series = K(1) / K(12) - z * (K(1) / K(120) - z * (K(1) / K(252) - z * (K(1) / K(240) - z * (K(1) / K(132)
      - z * (K(691) / K(32760) - z / K(12))))));
  real t = x < K(1) ? x + K(1) : x;
  real sum = K(0);
  for (int k = 0; k < 8; k++) {
    const mask down = t > K(2);
    t = down ? t - K(1) : t;
    sum = down ? sum + K(1) / t : sum;
  }
  // The zero in two parts: what is left of x has all its digits.
#if IS_DOUBLE
  const real from_root = t - K(1.4616321449683622) - K(9.5499954299656977e-17);
#else
  const real from_root = t - K(1.46163213) - K(1.24381498e-08);
#endif
  const real y = from_root * digamma_near_root(t - K(1.5));
  return x >= K(10) ? log(x) - K(0.5) * r - z * series : x < K(1) ? y - r : y + sum;
}

PURE real digamma_forward(real x) {
  const real positive = digamma_of_positive(x < K(0) ? K(1) - x : x);
  const real f = x - rint(x);
  const real negative = f == K(0) ? K(NAN) : positive - K(3.1415926535897931) / tan(K(3.1415926535897931) * f);
  return x == K(0) ? K(-1) / x : x < K(0) ? negative : positive;
}
