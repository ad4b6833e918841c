// lgamma: y = ln |Gamma(x)|;  dx = dy digamma(x), by the functions of mul and digamma.
// Beyond 1e18 nothing is left but x (ln x - 1), which overflows later than some implementations of lgamma.
PURE real lgamma_forward(real x) { return x > K(1e18) ? x * (log(x) - K(1)) : lgamma(x); }
